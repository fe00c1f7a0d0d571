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

/** Opens a connection; `localAddress` is an address of this machine to connect from. */
export type Dial = (events: TransportEvents, localAddress: string | undefined) => Transport
