import type { SecureContext } from 'node:tls'

/** What a transport tells its client. Never called within a call of the client, except `closed` within `destroy`. */
export interface TransportEvents {
  opened(): void
  /** The first `length` bytes are new; valid only during the call. */
  data(bytes: Buffer, length: number): void
  /** All that was written has left. */
  drained(): void
  /** Once, whoever closed; null when no error was reported. */
  closed(error: Error | null): void
}

/** A byte stream to the broker. TCP, TLS and WebSocket are one file each. */
export interface Transport {
  /**
   * Takes bytes to send. True: they have left, the caller may use the buffer again. False: they wait, the buffer
   * is the transport's until `drained`.
   */
  write(bytes: Buffer): boolean
  /** Closes after what was written. */
  end(): void
  destroy(): void
}

/** Who connects: the same object for every connection of a client, in which TLS keeps what it needs for the next. */
export interface Caller {
  /** An address of this machine to connect from. */
  localAddress?: string | undefined
  /** Number of the broker's address to connect to, from 0; after the last the first follows. @default 0 */
  address?: number
  /** PEM certificate and key of this client alone. @default those of the run */
  cert?: string | undefined
  key?: string | undefined
  /** Takes up the TLS session of the connection before (RFC 8446 section 2.2). */
  resumesTls?: boolean | undefined
  tls?: CallerTls
}

/** What TLS keeps of a client. */
export interface CallerTls {
  context?: SecureContext
  session?: Buffer
  /** The last connection took an earlier session up. */
  resumed: boolean
}

/** Opens a connection. */
export type Dial = (events: TransportEvents, caller: Caller) => Transport
