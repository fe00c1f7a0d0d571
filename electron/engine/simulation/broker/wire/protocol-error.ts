import { MalformedPacketError, PacketTooLargeError } from '../../../mqtt/errors'
import type { ProtocolLevel } from '../../../../contract/packet'

/** Reason codes of MQTT 5.0 table 2-6 that this broker sends. */
export const Reason = {
  NORMAL: 0x00,
  WITH_WILL: 0x04,
  NO_SUBSCRIPTION: 0x11,
  MALFORMED: 0x81,
  PROTOCOL_ERROR: 0x82,
  IMPLEMENTATION: 0x83,
  UNSUPPORTED_VERSION: 0x84,
  CLIENT_ID: 0x85,
  BAD_CREDENTIALS: 0x86,
  NOT_AUTHORIZED: 0x87,
  SHUTTING_DOWN: 0x8b,
  BAD_AUTH_METHOD: 0x8c,
  KEEP_ALIVE: 0x8d,
  TAKEN_OVER: 0x8e,
  TOPIC_FILTER: 0x8f,
  TOPIC_NAME: 0x90,
  ID_NOT_FOUND: 0x92,
  RECEIVE_MAXIMUM: 0x93,
  TOPIC_ALIAS: 0x94,
  PACKET_TOO_LARGE: 0x95,
  QUOTA: 0x97,
  ADMINISTRATIVE: 0x98,
} as const

/** A packet breaks a rule of MQTT: its connection must end [MQTT-4.8.0-1] [MQTT-4.13.1-1]. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  /** Version the CONNECT asked for, where it got so far as to say: the answer is in that format. */
  level: ProtocolLevel | null = null

  /**
   * @param reason reason code for an MQTT 5 client
   * @param connack return code of an MQTT 3 CONNACK, where one is due before the connection ends
   */
  constructor(
    message: string,
    readonly reason: number = Reason.PROTOCOL_ERROR,
    readonly connack: number | null = null,
  ) {
    // Without a stack: it is the client's mistake, which a hostile one makes thousands of times a second.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The bytes do not follow the format (MQTT 5 reason code 0x81). */
export const malformed = (message: string): ProtocolError => new ProtocolError(message, Reason.MALFORMED)

/** Whatever went wrong, as the rule that was broken. */
export function protocolError(e: unknown): ProtocolError {
  if (e instanceof ProtocolError) return e
  if (e instanceof MalformedPacketError) {
    return new ProtocolError(
      e.message,
      e instanceof PacketTooLargeError ? Reason.PACKET_TOO_LARGE : Reason.MALFORMED,
    )
  }
  const text = e instanceof Error ? e.message : String(e)
  return new ProtocolError(`internal error: ${text}`, Reason.IMPLEMENTATION)
}
