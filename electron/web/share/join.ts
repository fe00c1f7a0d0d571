import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { JoinAnswer, JoinRefusal } from '../../contract/share'
import type { Room } from './room'

const requestSchema = z.strictObject({ code: z.string().max(40), name: z.string().max(200) })

/** A join request is two short texts. */
const MAX_BODY_BYTES = 2048

/** Each reason with the HTTP status that says the same. */
const STATUS: Record<JoinRefusal, number> = {
  'wrong-code': 403,
  expired: 403,
  foreign: 403,
  'bad-name': 422,
  full: 503,
  'too-many': 429,
  'bad-request': 400,
}

/** The token of a Cookie header; cookies know no ports, so the name holds ours. */
export function tokenOf(header: string | undefined, cookie: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.split('=')
    if (name?.trim() === cookie && value !== undefined) return value.trim()
  }
  return undefined
}

/** Answers a join request: a seat and its cookie, which no script can read, or the reason why not. */
export async function answerJoin(
  request: IncomingMessage,
  response: ServerResponse,
  room: Room,
  cookie: string,
): Promise<void> {
  const parsed = requestSchema.safeParse(await readJson(request))
  if (!parsed.success) {
    answer(response, refusal('bad-request'))
    return
  }
  const former = tokenOf(request.headers.cookie, cookie)
  const outcome = room.join({
    ...parsed.data,
    address: request.socket.remoteAddress ?? '',
    ...(former === undefined ? {} : { former }),
  })
  if (!outcome.joined) {
    answer(response, outcome)
    return
  }
  response.setHeader('set-cookie', `${cookie}=${outcome.token}; HttpOnly; SameSite=Strict; Path=/`)
  answer(response, { joined: true })
}

export const refusal = (reason: JoinRefusal): JoinAnswer => ({ joined: false, reason, retryInMs: 0 })

export function answer(response: ServerResponse, body: JoinAnswer): void {
  const status = body.joined ? 200 : STATUS[body.reason]
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  response.writeHead(status, status === 400 ? { ...headers, connection: 'close' } : headers)
  response.end(JSON.stringify(body))
}

/** What was sent, or undefined when it is too long or not JSON. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json') return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    // Whatever it was, it is refused as not being a join request.
    return undefined
  }
}
