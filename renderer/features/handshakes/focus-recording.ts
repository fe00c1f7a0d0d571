import type { LessonClient } from '@contract/lesson-run'
import type { PacketBatch, PacketRow } from '@contract/model'
import type { Recording } from '../replay/use-recorded-scene'

/** Clients of one message that are drawn besides the broker: more lanes leave no room for sentences. */
export const FOCUS_CLIENTS = 4

const isTrouble = (p: PacketRow): boolean => p.fate === 'lost' || p.attempt > 1 || p.effect === 'refused'

/** Who is drawn: the publisher, who has a packet to decide, who had trouble, and then who came first. */
function clientsToDraw(batch: PacketBatch): string[] {
  const publisher = batch.journeys[0]?.publisher ?? null
  const rank = new Map<string, number>()
  for (const p of batch.packets) {
    const now = p.clientId === publisher ? 0 : p.fate === 'held' ? 1 : isTrouble(p) ? 2 : 3
    rank.set(p.clientId, Math.min(rank.get(p.clientId) ?? 3, now))
  }
  return [...rank].sort(([, a], [, b]) => a - b).map(([id]) => id)
}

function roleOf(clientId: string, batch: PacketBatch): LessonClient {
  const own = batch.packets.filter((p) => p.clientId === clientId && p.type === 'PUBLISH')
  const publishes = own.some((p) => p.direction === 'uplink')
  const subscribes = own.some((p) => p.direction === 'downlink')
  return { clientId, group: '', publishes, subscribes, filters: [] }
}

/**
 * The recording of a single message: its packets, the lanes that they need, and what happened to their connections
 * meanwhile. Pure.
 * @param batch all that is known of the message
 * @param broker what the broker is
 */
export function focusRecording(
  batch: PacketBatch,
  broker: string,
): { recording: Recording; others: number } | null {
  if (batch.packets.length === 0) return null
  const all = clientsToDraw(batch)
  const shown = new Set(all.slice(0, FOCUS_CLIENTS))
  const packets = batch.packets.filter((p) => shown.has(p.clientId))
  const first = packets.reduce((t, p) => Math.min(t, p.sentMs), Infinity)
  const last = packets.reduce((t, p) => Math.max(t, p.settledMs ?? p.sentMs), first)
  const ids = new Set(packets.map((p) => p.journey))
  const timeline: PacketBatch = {
    ...batch,
    packets,
    exchanges: batch.exchanges.filter((e) => ids.has(e.journey) && shown.has(e.clientId)),
    journeys: batch.journeys
      .filter((j) => ids.has(j.id))
      .map((j) => ({ ...j, deliveries: j.deliveries.filter((d) => shown.has(d.clientId)) })),
    marks: batch.marks.filter((m) => shown.has(m.clientId) && m.atMs >= first && m.atMs <= last),
  }
  const clients = [...shown].map((id) => roleOf(id, batch))
  return { recording: { timeline, clients, broker, part: true }, others: all.length - shown.size }
}
