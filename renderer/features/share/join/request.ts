import { JOIN_PATH, JOIN_REFUSALS, type JoinRefusal, type JoinRequest } from '@contract/share'

export type JoinResult =
  { joined: true } | { joined: false; reason: JoinRefusal | 'unreachable'; retryInMs: number }

const isRefusal = (reason: unknown): reason is JoinRefusal =>
  (JOIN_REFUSALS as readonly unknown[]).includes(reason)

/** Asks to be let in; the answer sets a cookie that no script can read. */
export async function requestSeat(request: JoinRequest): Promise<JoinResult> {
  try {
    const response = await fetch(JOIN_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
    if (response.ok) return { joined: true }
    const body = (await response.json()) as { reason?: unknown; retryInMs?: unknown }
    const retryInMs = typeof body.retryInMs === 'number' ? body.retryInMs : 0
    return { joined: false, reason: isRefusal(body.reason) ? body.reason : 'bad-request', retryInMs }
  } catch {
    return { joined: false, reason: 'unreachable', retryInMs: 0 }
  }
}
