import { fixedHeaderLength, type Frame } from '../../mqtt/frame'

/** What a link must know of a CONNECT. */
export interface ConnectFacts {
  /** Protocol level: 3, 4 or 5. */
  readonly level: number
  /** Clean Session, or Clean Start in MQTT 5. */
  readonly clean: boolean
}

/** Reads level and flags of a CONNECT (MQTT 3.1.1 section 3.1.2). What cannot be read counts as a clean 3.1.1 one. */
export function readConnect(frame: Frame): ConnectFacts {
  const at = fixedHeaderLength(frame)
  const levelAt = frame.length >= at + 2 ? at + 2 + frame.readUInt16BE(at) : frame.length
  const level = frame[levelAt]
  const flags = frame[levelAt + 1]
  if (level === undefined || flags === undefined) return { level: 4, clean: true }
  // Bridges set the top bit of the level.
  return { level: level & 0x7f, clean: (flags & 2) !== 0 }
}

/**
 * True for a CONNACK that begins a new session, so that both sides forget the old one.
 * MQTT 3.1 does not say; there the client's Clean Session decides.
 */
export function beginsSession(connack: Frame, connect: ConnectFacts): boolean {
  const at = fixedHeaderLength(connack)
  const flags = connack[at]
  const accepted = connack[at + 1] === 0
  if (flags === undefined || !accepted) return false
  return connect.level === 3 ? connect.clean : (flags & 1) === 0
}
