/** MQTT 5.0 table 2-6, the codes of 0x80 and above that a server can send. */
const REASONS: Readonly<Record<number, string>> = {
  0x80: 'unspecified error',
  0x81: 'malformed packet',
  0x82: 'protocol error',
  0x83: 'implementation specific error',
  0x84: 'unsupported protocol version',
  0x85: 'client identifier not valid',
  0x86: 'bad user name or password',
  0x87: 'not authorized',
  0x88: 'server unavailable',
  0x89: 'server busy',
  0x8a: 'banned',
  0x8b: 'server shutting down',
  0x8c: 'bad authentication method',
  0x8d: 'keep alive timeout',
  0x8e: 'session taken over',
  0x8f: 'topic filter invalid',
  0x90: 'topic name invalid',
  0x91: 'packet identifier in use',
  0x92: 'packet identifier not found',
  0x93: 'receive maximum exceeded',
  0x94: 'topic alias invalid',
  0x95: 'packet too large',
  0x96: 'message rate too high',
  0x97: 'quota exceeded',
  0x98: 'administrative action',
  0x99: 'payload format invalid',
  0x9a: 'retain not supported',
  0x9b: 'QoS not supported',
  0x9c: 'use another server',
  0x9d: 'server moved',
  0x9e: 'shared subscriptions not supported',
  0x9f: 'connection rate exceeded',
  0xa0: 'maximum connect time',
  0xa1: 'subscription identifiers not supported',
  0xa2: 'wildcard subscriptions not supported',
}

/** MQTT 3.1.1 table 3.1. */
const CONNACK_3: Readonly<Record<number, string>> = {
  1: 'unacceptable protocol version',
  2: 'client identifier rejected',
  3: 'server unavailable',
  4: 'bad user name or password',
  5: 'not authorized',
}

const hex = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`

/** `PUBACK 0x97 quota exceeded`: the packet that carried the code, the code, and its meaning. */
export const reasonText = (packet: string, code: number): string =>
  `${packet} ${hex(code)} ${REASONS[code] ?? 'unknown reason'}`

/** What a CONNACK that refuses says, at protocol level 4 or 5. */
export const connackText = (level: number, code: number): string =>
  level === 5
    ? reasonText('CONNACK', code)
    : `CONNACK ${hex(code)} ${CONNACK_3[code] ?? 'unknown return code'}`

/** A refusal that trying again cannot fix: wrong credentials, wrong version, wrong identifier. */
export const isFinalRefusal = (level: number, code: number): boolean =>
  level === 5 ? [0x84, 0x85, 0x86, 0x87, 0x8a, 0x8c].includes(code) : [1, 2, 4, 5].includes(code)
