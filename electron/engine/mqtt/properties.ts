import { readVarint, varintBytes, varintValue } from './varint'

/** Property identifiers of MQTT 5.0 table 2-4. */
export const Prop = {
  PAYLOAD_FORMAT: 0x01,
  MESSAGE_EXPIRY: 0x02,
  CONTENT_TYPE: 0x03,
  RESPONSE_TOPIC: 0x08,
  CORRELATION_DATA: 0x09,
  SUBSCRIPTION_ID: 0x0b,
  SESSION_EXPIRY: 0x11,
  ASSIGNED_CLIENT_ID: 0x12,
  AUTH_METHOD: 0x15,
  AUTH_DATA: 0x16,
  REQUEST_PROBLEM: 0x17,
  WILL_DELAY: 0x18,
  REQUEST_RESPONSE: 0x19,
  REASON_STRING: 0x1f,
  RECEIVE_MAXIMUM: 0x21,
  TOPIC_ALIAS_MAXIMUM: 0x22,
  TOPIC_ALIAS: 0x23,
  USER_PROPERTY: 0x26,
  SERVER_KEEP_ALIVE: 0x13,
  MAXIMUM_QOS: 0x24,
  RETAIN_AVAILABLE: 0x25,
  MAXIMUM_PACKET: 0x27,
  WILDCARD_AVAILABLE: 0x28,
  SHARED_AVAILABLE: 0x2a,
} as const

/** How the value of an MQTT 5 property stands on the wire (5.0 table 2-4). */
export type PropertyKind = 'byte' | 'two' | 'four' | 'varint' | 'string' | 'binary' | 'pair'

/** The properties of MQTT 5 by identifier. */
export const PROPERTIES: Readonly<Record<number, { name: string; kind: PropertyKind }>> = {
  0x01: { name: 'payloadFormatIndicator', kind: 'byte' },
  0x02: { name: 'messageExpiryInterval', kind: 'four' },
  0x03: { name: 'contentType', kind: 'string' },
  0x08: { name: 'responseTopic', kind: 'string' },
  0x09: { name: 'correlationData', kind: 'binary' },
  0x0b: { name: 'subscriptionIdentifier', kind: 'varint' },
  0x11: { name: 'sessionExpiryInterval', kind: 'four' },
  0x12: { name: 'assignedClientIdentifier', kind: 'string' },
  0x13: { name: 'serverKeepAlive', kind: 'two' },
  0x15: { name: 'authenticationMethod', kind: 'string' },
  0x16: { name: 'authenticationData', kind: 'binary' },
  0x17: { name: 'requestProblemInformation', kind: 'byte' },
  0x18: { name: 'willDelayInterval', kind: 'four' },
  0x19: { name: 'requestResponseInformation', kind: 'byte' },
  0x1a: { name: 'responseInformation', kind: 'string' },
  0x1c: { name: 'serverReference', kind: 'string' },
  0x1f: { name: 'reasonString', kind: 'string' },
  0x21: { name: 'receiveMaximum', kind: 'two' },
  0x22: { name: 'topicAliasMaximum', kind: 'two' },
  0x23: { name: 'topicAlias', kind: 'two' },
  0x24: { name: 'maximumQoS', kind: 'byte' },
  0x25: { name: 'retainAvailable', kind: 'byte' },
  0x26: { name: 'userProperty', kind: 'pair' },
  0x27: { name: 'maximumPacketSize', kind: 'four' },
  0x28: { name: 'wildcardSubscriptionAvailable', kind: 'byte' },
  0x29: { name: 'subscriptionIdentifierAvailable', kind: 'byte' },
  0x2a: { name: 'sharedSubscriptionAvailable', kind: 'byte' },
}

/** Where the value of a property begins in the block at `at`, or -1; never throws on broken bytes. */
export function findProperty(f: Buffer, at: number, wanted: number): number {
  try {
    return searchBlock(f, at, wanted)
  } catch {
    // A block that cannot be read holds no property; the endpoint itself refuses such a packet.
    return -1
  }
}

function searchBlock(f: Buffer, at: number, wanted: number): number {
  const read = readVarint(f, at, f.length)
  let i = at + varintBytes(read)
  const end = Math.min(f.length, i + varintValue(read))
  while (i < end) {
    const id = f[i] as number
    if (id === wanted) return i + 1
    const next = skipProperty(f, i + 1, id)
    if (next < 0) return -1
    i = next
  }
  return -1
}

/** Where the property ends whose value, of this identifier, begins at `at`; -1 where that cannot be known. */
export function skipProperty(f: Buffer, at: number, id: number): number {
  const kind = PROPERTIES[id]?.kind
  switch (kind) {
    case undefined:
      return -1
    case 'byte':
      return at + 1
    case 'two':
      return at + 2
    case 'four':
      return at + 4
    case 'varint': {
      const bytes = varintBytes(readVarint(f, at, f.length))
      return bytes === 0 ? -1 : at + bytes
    }
    case 'string':
    case 'binary':
      return skipPrefixed(f, at)
    case 'pair': {
      const value = skipPrefixed(f, at)
      return value < 0 ? -1 : skipPrefixed(f, value)
    }
  }
}

const skipPrefixed = (f: Buffer, at: number): number => (at + 2 > f.length ? -1 : at + 2 + f.readUInt16BE(at))
