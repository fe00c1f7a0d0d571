import { LEAST_SECOND } from '@contract/duration'
import type { PacketRow } from '@contract/model'
import type { Happening } from './happening'

/** What a sentence says in every language alike: names, numbers and durations of a happening. */

/**
 * Which PUBLISH of its link and direction a packet is, from 1. Null where its identifier tells it from the others, and where
 * there are no others.
 */
export function ordinalOf(p: PacketRow, packets: readonly PacketRow[]): number | null {
  if (p.type !== 'PUBLISH' || p.packetId !== null) return null
  const all = packets.filter(
    (x) =>
      x.type === 'PUBLISH' &&
      x.clientId === p.clientId &&
      x.direction === p.direction &&
      x.resends === null &&
      x.attempt === 1,
  )
  const at = all.findIndex((x) => x.seq === p.seq)
  return all.length > 1 && at >= 0 ? at + 1 : null
}

/** Type and identifier of its packet; `unnamed` where it has none. */
export const packetName = (h: Happening, unnamed: string): string =>
  h.packet === null
    ? unnamed
    : h.packet.packetId === null
      ? h.packet.type
      : `${h.packet.type} #${h.packet.packetId}`

export const id = (h: Happening): string => String(h.packet?.packetId ?? '')

/** The answer that the sender of what is sent again is waiting for. */
export const awaited = (h: Happening): string =>
  h.packet?.type === 'PUBREL' ? 'PUBCOMP' : h.qos === 2 ? 'PUBREC' : 'PUBACK'

/** What told the sender that the receiver has room for one message more. */
export const makesRoom = (h: Happening): string => h.room ?? ''

/** Bytes of the property that holds a topic alias (5.0 section 3.3.2.3.4). */
const ALIAS_BYTES = 3

/** Whether its packet is shorter with the alias than it would be with the topic name. */
export const aliasSaves = (h: Happening): boolean =>
  new TextEncoder().encode(h.packet?.topic ?? '').length > ALIAS_BYTES

/** Topic alias of its packet. */
export const alias = (h: Happening): string => String(h.packet?.alias?.number ?? '')

export const client = (h: Happening): string => h.s ?? h.r ?? ''

export const many = (h: Happening): boolean => h.clients.length > 1

/** @param unit of seconds, with the space before it where the language has one */
export const duration = (ms: number, unit: string): string =>
  ms < LEAST_SECOND ? `${+ms.toPrecision(3)} ms` : `${+(ms / 1000).toFixed(2)}${unit}`
