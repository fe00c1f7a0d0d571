import { Type } from '../../../mqtt/packet'

/** Reason codes of MQTT 5 (5.0 table 2-6); those below 3 depend on the packet. */
const REASONS: Readonly<Record<number, string>> = {
  0x00: 'Success',
  0x04: 'Disconnect with Will Message',
  0x10: 'No matching subscribers',
  0x11: 'No subscription existed',
  0x18: 'Continue authentication',
  0x19: 'Re-authenticate',
  0x80: 'Unspecified error',
  0x81: 'Malformed Packet',
  0x82: 'Protocol Error',
  0x83: 'Implementation specific error',
  0x84: 'Unsupported Protocol Version',
  0x85: 'Client Identifier not valid',
  0x86: 'Bad User Name or Password',
  0x87: 'Not authorized',
  0x88: 'Server unavailable',
  0x89: 'Server busy',
  0x8a: 'Banned',
  0x8b: 'Server shutting down',
  0x8c: 'Bad authentication method',
  0x8d: 'Keep Alive timeout',
  0x8e: 'Session taken over',
  0x8f: 'Topic Filter invalid',
  0x90: 'Topic Name invalid',
  0x91: 'Packet Identifier in use',
  0x92: 'Packet Identifier not found',
  0x93: 'Receive Maximum exceeded',
  0x94: 'Topic Alias invalid',
  0x95: 'Packet too large',
  0x96: 'Message rate too high',
  0x97: 'Quota exceeded',
  0x98: 'Administrative action',
  0x99: 'Payload format invalid',
  0x9a: 'Retain not supported',
  0x9b: 'QoS not supported',
  0x9c: 'Use another server',
  0x9d: 'Server moved',
  0x9e: 'Shared Subscriptions not supported',
  0x9f: 'Connection rate exceeded',
  0xa0: 'Maximum connect time',
  0xa1: 'Subscription Identifiers not supported',
  0xa2: 'Wildcard Subscriptions not supported',
}

/** Return codes of CONNACK in 3.1 and 3.1.1 (3.1.1 table 3.1). */
const CONNACK_CODES: Readonly<Record<number, string>> = {
  0: 'Connection accepted',
  1: 'Unacceptable protocol version',
  2: 'Identifier rejected',
  3: 'Server unavailable',
  4: 'Bad user name or password',
  5: 'Not authorized',
}

const hex = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`

/** A reason or return code with its name, as that packet of that protocol level means it. */
export function codeText(code: number, type: number, level: number): string {
  const name = codeName(code, type, level)
  return name === undefined ? hex(code) : `${hex(code)} ${name}`
}

function codeName(code: number, type: number, level: number): string | undefined {
  if (type === Type.SUBACK && code <= 2) return `Granted QoS ${code}`
  if (level === 5) return type === Type.DISCONNECT && code === 0 ? 'Normal disconnection' : REASONS[code]
  if (type === Type.CONNACK) return CONNACK_CODES[code]
  return type === Type.SUBACK && code === 0x80 ? 'Failure' : undefined
}
