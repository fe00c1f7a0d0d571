import type { PacketRow } from '@contract/model'
import type { SequenceInput } from '../../canvas/sequence/types'
import type { PacketWindow } from '../../stores/packet-window'

/** The `n` rows around a capture number. */
export function slice(rows: readonly PacketRow[], seq: number, n: number): PacketRow[] {
  const at = rows.findIndex((p) => p.seq >= seq)
  const middle = at < 0 ? rows.length : at
  const from = Math.max(0, Math.min(middle - Math.floor(n / 2), rows.length - n))
  return rows.slice(from, from + n)
}

/**
 * Rows of the clients shown. Unless clients were asked for by name, messages whose publisher has no lane are left out:
 * a subscriber of everything would drown the few messages that can be followed.
 */
export function rowsOfLanes(
  rows: readonly PacketRow[],
  lanes: ReadonlySet<string | null>,
  publisherOf: (journey: number | null) => string | null | undefined,
  named: boolean,
): PacketRow[] {
  return rows.filter((p) => {
    if (!lanes.has(p.clientId)) return false
    const publisher = publisherOf(p.journey)
    return named || publisher === null || publisher === undefined || lanes.has(publisher)
  })
}

/** Exchanges and journeys of rows, and all marks. A verdict needs every leg of a message, drawn or not. */
export function belongings(window: PacketWindow, rows: readonly PacketRow[]): Omit<SequenceInput, 'packets'> {
  const journeys = [...new Set(rows.map((p) => p.journey))].flatMap((id) => window.journey(id) ?? [])
  const exchanges = new Set([...rows.map((p) => p.exchange), ...journeys.flatMap((j) => j.exchanges)])
  return {
    exchanges: [...exchanges].flatMap((id) => window.exchange(id) ?? []),
    journeys,
    marks: window.marks(),
  }
}
