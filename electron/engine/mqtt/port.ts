import type { Frame, Packet } from './packet'

/** Who takes what arrives at one end of a connection. */
export interface PortReceiver {
  packet(p: Packet): void
  /** The other end will send no more. */
  ended(): void
  /** There is room again after `bufferedBytes` was high. */
  drained(): void
  /** The connection broke, or what came cannot be MQTT: then `why` is a MalformedPacketError. */
  failed(why: Error): void
}

/**
 * One end of a connection over which whole MQTT packets pass, in order: the broker's side of a simulated link, or a
 * socket behind a splitter. What was written before `close` still arrives.
 */
export interface PacketPort {
  /** Nothing can be sent any more. */
  readonly gone: boolean
  /** Bytes sent that have not left for the other end. */
  readonly bufferedBytes: number
  receiver: PortReceiver | null
  /** Protocol level of the connection, told once CONNECT says it: 3, 4 or 5. */
  level: number
  /** @param messageId number of the application message that a PUBLISH carries: see `Packet`. @default 0, none */
  send(frame: Frame, messageId?: number): void
  /** While paused nothing more is read, where the other end can be made to wait. */
  /** Has `drained` called in the next turn of this client, or at once where clients take no turns. */
  drainSoon(): void
  pause(): void
  resume(): void
  close(): void
}
