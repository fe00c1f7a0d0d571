import { z } from 'zod'
import { durationSchema } from './duration'

/** What a client can make the embedded broker keep or do at most, and what it is told then. */
export interface LimitEntry {
  /** Unless the scenario says otherwise in `broker.limits`. */
  default: number
  /** Smallest and largest value of a scenario; durations have none. */
  min: number
  max: number
  unit: 'bytes' | 'items' | 'per second' | 'ms'
  /** Whom it holds for. */
  of: 'packet' | 'client' | 'address' | 'all'
  /** What happens at the limit, in one line of documentation. */
  at: string
}

const MIB = 1_048_576
const GIB = 1024 * MIB

const bytes = (of: LimitEntry['of'], value: number, at: string, min = 1024, max = 64 * GIB): LimitEntry => ({
  default: value,
  min,
  max,
  unit: 'bytes',
  of,
  at,
})
const items = (
  of: LimitEntry['of'],
  value: number,
  at: string,
  max = 10_000_000,
  unit: LimitEntry['unit'] = 'items',
): LimitEntry => ({ default: value, min: 1, max, unit, of, at })

const REFUSED = 'CONNACK 0x97 (MQTT 3: return code 3)'
const STAYS = 'CONNACK 0x97 (MQTT 3: return code 3), where the session would stay after the connection'
const SESSION_BYTES =
  'CONNACK 0x97 (MQTT 3: return code 3); from three quarters, where the session would stay after the connection'
const FILTER = 'that filter is refused: SUBACK 0x97 (MQTT 3: 0x80)'
const RETAINED =
  'the message is refused: PUBACK or PUBREC 0x97; at QoS 0 and in MQTT 3 it is passed on and not retained, with a line in the log'
const QUEUE = 'the message is dropped for that client, counted and said in a line of the log'
const UNREAD =
  'QoS 0 is dropped and said from half of it, QoS 1 and 2 wait in the queue, nothing more is read from three quarters; who then takes nothing for `unreadTimeout` gets DISCONNECT 0x97 (MQTT 3: the connection ends)'

/**
 * Every limit of the embedded broker. Bytes count topics, properties and a fixed overhead for each thing kept, not payload
 * alone. Of a limit over all clients, half is for whoever comes first; of the other half each has its share, so that no
 * client can take it all from the others.
 */
export const BROKER_LIMITS = {
  packetBytes: bytes('packet', 2 * MIB, 'DISCONNECT 0x95 (MQTT 3: the connection ends)', 128, 268_435_455),
  clients: items('all', 20_000, REFUSED, 1_000_000),
  connectionsPerSecond: items('all', 5000, 'the connection is closed', 1_000_000, 'per second'),
  connectionsPerAddress: items('address', 2500, 'the connection is closed', 1_000_000, 'per second'),
  /**
   * Connections that have not been let in by a CONNECT. Holding one costs a few KiB, closing one that comes back at once
   * costs all others time: the limits are above what a slow crowd of a few thousand opens.
   */
  unconnected: items('all', 8000, 'the oldest of them is closed'),
  unconnectedPerAddress: items('address', 4000, 'the oldest of them is closed'),
  connectTimeout: {
    default: 10_000,
    min: 0,
    max: Infinity,
    unit: 'ms',
    of: 'client',
    at: 'the connection is closed',
  },
  /** Size of a CONNECT. */
  connectBytes: bytes('packet', 256 * 1024, 'the connection is closed', 128, 268_435_455),
  /** Levels of a topic name or filter. */
  topicLevels: items(
    'packet',
    128,
    'SUBACK 0x8F (MQTT 3: 0x80); PUBACK, PUBREC or DISCONNECT 0x90 (MQTT 3: the connection ends)',
    1024,
  ),
  sessions: items('all', 20_000, STAYS),
  sessionBytes: bytes('all', 80 * MIB, SESSION_BYTES),
  willBytes: bytes('all', 32 * MIB, REFUSED),
  /** Filters in one SUBSCRIBE or UNSUBSCRIBE. */
  filtersPerSubscribe: items('packet', 10_000, 'DISCONNECT 0x97 (MQTT 3: the connection ends)'),
  subscriptionsPerClient: items('client', 10_000, FILTER),
  subscriptionBytes: bytes('client', 32 * MIB, FILTER),
  subscriptionBytesInAll: bytes('all', 128 * MIB, FILTER),
  retainedMessages: items('all', 100_000, RETAINED),
  retainedBytes: bytes('client', 64 * MIB, RETAINED),
  retainedBytesInAll: bytes('all', 128 * MIB, RETAINED),
  /** Messages that wait for one client. */
  queueMessages: items('client', 100_000, QUEUE),
  /** Of what waits for one client; again as much may be sent and not acknowledged. */
  queueBytes: bytes('client', 48 * MIB, QUEUE),
  queueBytesInAll: bytes('all', 192 * MIB, QUEUE),
  /** Written for one client and not taken by it. */
  unreadBytes: bytes('client', 8 * MIB, UNREAD),
  unreadBytesInAll: bytes('all', 64 * MIB, UNREAD),
  /** For a client that is not read any more since too much waits for it. */
  unreadTimeout: {
    default: 10_000,
    min: 0,
    max: Infinity,
    unit: 'ms',
    of: 'client',
    at: 'DISCONNECT 0x97 (MQTT 3: the connection ends)',
  },
  /** Memory for packets of which the end has not arrived. */
  halfReadBytesInAll: bytes('all', 32 * MIB, 'DISCONNECT 0x97 (MQTT 3: the connection ends)'),
  /** QoS 2 messages of one client that it has not released; told in CONNACK when it is less than 65,535. */
  receiveMaximum: items('client', 65_535, 'DISCONNECT 0x93 (MQTT 3 has no such limit)', 65_535),
} as const satisfies Record<string, LimitEntry>

export type BrokerLimitName = keyof typeof BROKER_LIMITS
/** `keepAlive`: longest keep-alive in ms; an MQTT 5 client that asks for a longer one, or for none, is told this one. */
export type BrokerLimits = Record<BrokerLimitName, number> & { keepAlive?: number | undefined }

const NAMES = Object.keys(BROKER_LIMITS) as BrokerLimitName[]

export const DEFAULT_LIMITS = Object.fromEntries(
  NAMES.map((name) => [name, BROKER_LIMITS[name].default]),
) as BrokerLimits

const schemaOf = ({ unit, min, max, default: value }: LimitEntry) =>
  unit === 'ms' ? durationSchema.default(value) : z.int().min(min).max(max).default(value)

/** `broker.limits` of a scenario. */
export const brokerLimitsSchema = z.strictObject({
  ...(Object.fromEntries(NAMES.map((name) => [name, schemaOf(BROKER_LIMITS[name])])) as Record<
    BrokerLimitName,
    z.ZodDefault<z.ZodInt> | z.ZodDefault<typeof durationSchema>
  >),
  keepAlive: durationSchema.optional(),
})
