import { propertiesEnd, type Packet } from './packet'

/** What the beginning of a CONNECT says, as much of it as is there. */
export interface ConnectHead {
  /** Protocol level without a bridge's top bit; 4 where it cannot be read. */
  level: number
  /** Connect flags; those of a clean session where they cannot be read. */
  flags: number
  /** Clean Session, or Clean Start in MQTT 5. */
  clean: boolean
  /** Where the property block begins at level 5, else the client identifier. */
  afterKeepAlive: number
}

/**
 * Reads protocol level and flags of a CONNECT (MQTT 3.1.1 section 3.1.2) without judging them: what cannot be read
 * counts as a clean 3.1.1 one. The broker's own reader checks every field.
 */
export function connectHead({ frame, bodyAt }: Packet): ConnectHead {
  const levelAt = frame.length >= bodyAt + 2 ? bodyAt + 2 + frame.readUInt16BE(bodyAt) : frame.length
  const level = (frame[levelAt] ?? 4) & 0x7f
  const flags = frame[levelAt + 1]
  if (flags === undefined) return { level: 4, flags: 0x02, clean: true, afterKeepAlive: frame.length }
  return { level, flags, clean: (flags & 0x02) !== 0, afterKeepAlive: levelAt + 4 }
}

/** The client identifier of a CONNECT; empty where it has none or cannot be read. */
export function connectClientId(packet: Packet): string {
  const { frame } = packet
  const { level, afterKeepAlive } = connectHead(packet)
  const at = level === 5 ? propertiesEnd(frame, afterKeepAlive, frame.length) : afterKeepAlive
  if (at < 0 || at + 2 > frame.length) return ''
  return frame.toString('utf8', at + 2, at + 2 + frame.readUInt16BE(at))
}

/** Session present flag and return or reason code of a CONNACK (MQTT 3.1.1 section 3.2.2). */
export const connackHead = ({ frame, bodyAt }: Packet): { sessionPresent: boolean; code: number } => ({
  sessionPresent: ((frame[bodyAt] ?? 0) & 1) !== 0,
  code: frame[bodyAt + 1] ?? 0,
})

/**
 * True for a CONNACK that begins a new session, so that both sides forget the old one.
 * MQTT 3.1 does not say; there the client's Clean Session decides.
 */
export function beginsSession(connack: Packet, connect: Pick<ConnectHead, 'level' | 'clean'>): boolean {
  const { sessionPresent, code } = connackHead(connack)
  if (code !== 0) return false
  return connect.level === 3 ? connect.clean : !sessionPresent
}
