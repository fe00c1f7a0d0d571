import { PACKET_TYPES, type PacketType, type QoS } from '@contract/packet'

/** Packets that look alike: an acknowledgement shares the style of its request. */
export const PACKET_FAMILIES = [
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'connect',
  'subscribe',
  'ping',
] as const
export type PacketFamily = (typeof PACKET_FAMILIES)[number]

export interface PacketStyle {
  family: PacketFamily
  /** Custom property of the colour, for styles and for `readToken`. */
  colorVar: string
  /** Dash in user units at stroke 2; empty for a solid line. */
  dash: readonly number[]
  /** Symbol of the glyph in GlyphSheet.vue. */
  glyph: string
  /** Width of the stroke before `--stroke-k`. */
  stroke: number
}

const DASHES: Record<PacketFamily, readonly number[]> = {
  publish: [],
  puback: [6, 3],
  pubrec: [9, 3, 2, 3],
  pubrel: [2, 3],
  pubcomp: [14, 4],
  connect: [],
  subscribe: [4, 4],
  ping: [1, 5],
}
const THIN: ReadonlySet<PacketFamily> = new Set(['connect', 'subscribe', 'ping'])

const FAMILY_OF: Record<PacketType, PacketFamily> = {
  RESERVED: 'ping',
  CONNECT: 'connect',
  CONNACK: 'connect',
  PUBLISH: 'publish',
  PUBACK: 'puback',
  PUBREC: 'pubrec',
  PUBREL: 'pubrel',
  PUBCOMP: 'pubcomp',
  SUBSCRIBE: 'subscribe',
  SUBACK: 'subscribe',
  UNSUBSCRIBE: 'subscribe',
  UNSUBACK: 'subscribe',
  PINGREQ: 'ping',
  PINGRESP: 'ping',
  DISCONNECT: 'connect',
  AUTH: 'connect',
}

const styleOf = (family: PacketFamily): PacketStyle => ({
  family,
  colorVar: `--color-packet-${family}`,
  dash: DASHES[family],
  glyph: `g-${family}`,
  stroke: THIN.has(family) ? 1.25 : 2,
})

const STYLES = Object.fromEntries(PACKET_TYPES.map((t) => [t, styleOf(FAMILY_OF[t])])) as Record<
  PacketType,
  PacketStyle
>

/** Colour, dash and glyph of a packet type: the one source for diagram, topology, tables, charts and legends. */
export const packetStyle = (type: PacketType): PacketStyle => STYLES[type]

/** CSS colour of a packet type. */
export const packetColor = (type: PacketType): string => `var(${STYLES[type].colorVar})`

/** Dash for `stroke-dasharray` at a stroke factor; undefined for a solid line. */
export function dashArray(type: PacketType, k = 1): string | undefined {
  const { dash } = STYLES[type]
  return dash.length === 0 ? undefined : dash.map((v) => v * k).join(' ')
}

/** A QoS level is drawn as the packet that defines it: 0 has only PUBLISH, 1 adds PUBACK, 2 adds PUBREL. */
export const qosPacket = (qos: QoS): PacketType => (['PUBLISH', 'PUBACK', 'PUBREL'] as const)[qos]
export const qosColor = (qos: QoS): string => `var(--color-qos-${qos})`

/** The value of a custom property now, for a canvas, which knows no `var()`. */
export const readToken = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()
