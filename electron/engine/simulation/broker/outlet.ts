import type { Note } from '../../../contract/model'
import type { ProtocolLevel } from '../../../contract/packet'
import type { Frame } from '../../mqtt/packet'
import type { Kept } from './kept'

/** A live connection as the outbox needs it. */
export interface Outlet {
  readonly level: ProtocolLevel
  /** PUBLISH packets above QoS 0 the client takes at a time (MQTT 5.0 section 4.9). */
  readonly receiveMaximum: number
  /** Bytes; larger packets must not be sent [MQTT-3.1.2-24]. */
  readonly maximumPacket: number
  /** Frames that are sent at a stretch where bytes wait already: the rest follow when these have left. */
  readonly burst: number
  bufferedBytes(): number
  /** @param messageId number of the message, of a PUBLISH */
  send(frame: Frame, messageId?: number): void
}

/** What all outboxes share. */
export interface OutboxDeps {
  nowMs(): number
  warn(about: Note, clientId: string): void
  kept: Kept
  /** Removes expired messages from the queues of all sessions, where that was not tried a moment ago. */
  removeExpired(): void
}
