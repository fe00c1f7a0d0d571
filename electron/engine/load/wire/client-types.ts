import type { Arrival } from './incoming'
import type { QoS } from '../../../contract/packet'
import type { Connack, ConnectFields } from './frames'
import type { FlushQueue } from './flush-queue'
import type { Caller, Dial } from './transport'

/** What one client is and wants. */
export interface ClientFields extends ConnectFields {
  /** Unacknowledged messages at most; the broker's Receive Maximum lowers it. */
  window: number
  /** At most this many in flight before the window is filled up again; below `window` it makes fewer, larger writes. */
  refillAt: number
  /** QoS 0: a PINGREQ after each batch, whose answers pace the sending; else what the connection takes is sent. */
  barriers: boolean
  filters: readonly string[]
  subscribeQos: QoS
  /** Keeps in-flight messages over a lost connection and resends them when the broker still has the session. */
  resume: boolean
  /** Takes what the broker had kept, too: it is no delivery of the run. */
  takesRetained?: boolean | undefined
  /** From where, and with which certificate of its own. */
  caller: Readonly<Omit<Caller, 'tls'>>
}

/** Writes the PUBLISH packets of one publisher. */
export interface PublishWriter {
  readonly qos: QoS
  /** Bytes of the longest packet. */
  readonly length: number
  /** What removes the messages that the broker has retained; null where none are (3.1.1 section 3.3.1.3). */
  readonly removal: Buffer | null
  /** A connection was made, whose broker knows topic aliases up to this number. */
  begin?(topicAliasMaximum: number): void
  /**
   * Writes one message at `at`; returns where it ends. The same message is the same however often it is written. `id` is
   * not used at QoS 0; `delayMs` is how late it is sent.
   */
  write(
    into: Buffer,
    at: number,
    dup: boolean,
    id: number,
    sequence: number,
    timeMs: number,
    delayMs: number,
  ): number
}

/** Where a publishing client gets its messages. */
export interface MessageSource {
  readonly template: PublishWriter
  /** Intended send time (Unix ms) of the next message, or -1 while none is due. */
  due(): number
  /** Messages taken so far. */
  readonly taken: number
  /** Takes that message; returns its sequence number. */
  take(): number
  /** It is being written, so many ms after its time; absent where nobody asks. */
  readonly sent?: ((intendedMs: number, delayMs: number) => void) | undefined
}

/** What happens to one client. Times are Unix ms of the run's clock. */
export interface ClientEvents {
  /** CONNACK came. */
  connected(c: ClientHandle, elapsedMs: number, ack: Connack): void
  /** Connected and, where it has filters, subscribed. */
  ready(c: ClientHandle): void
  /** The broker refuses; `final`: another try cannot help. `closed` follows. */
  refused(c: ClientHandle, text: string, final: boolean): void
  /** The connection is over, or never came to be. `error` is the system's, where there was one. */
  closed(c: ClientHandle, cause: string, error: Error | null): void
  /** One message is acknowledged (QoS 1: PUBACK, QoS 2: PUBCOMP). It was first sent `delayMs` after its time. */
  acknowledged(c: ClientHandle, sequence: number, intendedMs: number, delayMs: number, atMs: number): void
  /** QoS 0: `count` more messages have left. */
  sent(c: ClientHandle, count: number): void
  /** QoS 0: the broker has read everything up to some earlier PINGREQ. */
  confirmed(c: ClientHandle, atMs: number): void
  /**
   * Messages `from` to `to` (excluded) will not be acknowledged any more. `reason` is the broker's negative
   * acknowledgement; null: the connection or the session is lost, which `closed` or `anomaly` tells.
   */
  failed(c: ClientHandle, from: number, to: number, reason: string | null): void
  /** An application message, which lies there during the call. */
  arrived(c: ClientHandle, message: Arrival): void
  /** Something that should not be, counted by its text. */
  anomaly(c: ClientHandle, text: string): void
  bytes(sent: number, received: number): void
  /** The broker has taken one more filter, so long after it was asked. */
  churned(c: ClientHandle, elapsedMs: number): void
}

/** The part of a client its events speak of. */
export interface ClientHandle {
  /** Position among the clients of its thread. */
  readonly index: number
}

/** What a client needs of its surroundings. */
export interface ClientDeps {
  dial: Dial
  flushQueue: FlushQueue
  events: ClientEvents
  /** Unix ms with fractions, never going back. */
  now(): number
}
