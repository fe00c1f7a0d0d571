import { hasFilterForm } from '../../../../contract/topics'
import type { QoS } from '../../../../contract/packet'
import type { Packet } from '../../../mqtt/packet'
import type { Steps } from '../../../base/slices'
import { Prop } from '../../../mqtt/properties'
import { ALLOWED, readProperties } from './properties'
import { hasTooManyLevels } from './levels'
import { malformed, ProtocolError, Reason } from './protocol-error'
import { packetId, Reader } from './reader'

export interface Subscribe {
  packetId: number
  requests: SubscribeRequest[]
}
export interface SubscribeRequest {
  /** As written, `$share/…` included; maybe only the beginning of one that is `tooDeep`. */
  filter: string
  /** What is to be matched has more levels than are allowed. */
  tooDeep: boolean
  /** Group of a shared subscription, or null. */
  share: string | null
  /** The filter that topics are matched with. */
  match: string
  qos: QoS
  noLocal: boolean
  retainAsPublished: boolean
  retainHandling: 0 | 1 | 2
  identifier: number | null
}
export interface Unsubscribe {
  packetId: number
  /** Null for a filter of more levels than are allowed: nobody has subscribed to it. */
  filters: (string | null)[]
}

/** What one packet may ask for. */
export interface FilterLimits {
  /** Filters of a packet. */
  filters: number
  /** Levels of a filter. */
  levels: number
}

/** [MQTT-3.8.1-1] [MQTT-3.10.1-1]; MQTT 3.1 also uses DUP here. */
export function checkTwoFlags({ frame, level }: Packet, what: string): void {
  const flags = (frame[0] as number) & (level === 3 ? 0x06 : 0x0f)
  if (flags !== 2) throw malformed(`${what}: reserved flags are wrong`)
}

/** `$share/group/` are two levels more than those of the filter that is shared. */
const SHARE_LEVELS = 2
/** Bytes of a filter that are kept to name it. */
const NAME_BYTES = 100

/** The bytes of a filter which is refused become no text: a packet may have a megabyte of them, in turns that make it old. */
const isTooDeep = (raw: Buffer, { levels }: FilterLimits): boolean =>
  hasTooManyLevels(raw, levels + SHARE_LEVELS)

/** Bytes of a packet that are read in one step, and what they cost in steps. */
const STEP_BYTES = 1024
const STEP = 64

/** @throws ProtocolError */
export function* readSubscribe(packet: Packet, limits: FilterLimits): Steps<Subscribe> {
  const { level } = packet
  checkTwoFlags(packet, 'SUBSCRIBE')
  const r = Reader.body(packet, 'SUBSCRIBE')
  const id = packetId(r, 'SUBSCRIBE')
  const props = level === 5 ? readProperties(r, ALLOWED.SUBSCRIBE, 'SUBSCRIBE') : null
  const identifier = props?.numbers.get(Prop.SUBSCRIPTION_ID) ?? null
  const requests: SubscribeRequest[] = []
  for (let seen = r.left; r.left > 0;) {
    if (requests.length >= limits.filters) throw tooMany('SUBSCRIBE', limits.filters)
    requests.push(readRequest(r, level, identifier, limits))
    if (seen - r.left < STEP_BYTES) continue
    seen = r.left
    yield STEP
  }
  // [MQTT-3.8.3-3]
  if (requests.length === 0) throw new ProtocolError('SUBSCRIBE: no topic filter')
  return { packetId: id, requests }
}

function readRequest(
  r: Reader,
  level: number,
  identifier: number | null,
  limits: FilterLimits,
): SubscribeRequest {
  const raw = r.utf8('topic filter')
  const tooDeep = isTooDeep(raw, limits)
  const filter = raw.toString('utf8', 0, tooDeep ? NAME_BYTES : undefined)
  if (!tooDeep && !hasFilterForm(filter)) {
    throw new ProtocolError(`SUBSCRIBE: "${shorten(filter)}" is not a topic filter`, Reason.TOPIC_FILTER)
  }
  const options = r.u8()
  // [MQTT-3.8.3-4]
  if ((options & 3) === 3) throw malformed('SUBSCRIBE: QoS is 3')
  if (level < 5 ? (options & 0xfc) !== 0 : (options & 0xc0) !== 0) {
    throw malformed('SUBSCRIBE: reserved bits of the subscription options are set')
  }
  const handling = (options >> 4) & 3
  if (handling === 3) throw new ProtocolError('SUBSCRIBE: retain handling is 3')
  const shared = tooDeep ? null : readShare(filter, level)
  const match = shared?.match ?? filter
  const noLocal = (options & 4) !== 0
  // [MQTT-3.8.3-4] of MQTT 5
  if (shared !== null && noLocal) throw new ProtocolError('SUBSCRIBE: no local on a shared subscription')
  return {
    filter,
    tooDeep: tooDeep || hasTooManyLevels(match, limits.levels),
    share: shared?.group ?? null,
    match,
    qos: (options & 3) as QoS,
    noLocal,
    retainAsPublished: (options & 8) !== 0,
    retainHandling: handling as 0 | 1 | 2,
    identifier,
  }
}

/**
 * Takes `$share/group/filter` apart [MQTT-4.8.2-1] [MQTT-4.8.2-2]. Older clients share as those of MQTT 5 do, as at mosquitto;
 * what has not that form is for them a filter like any other.
 */
function readShare(filter: string, level: number): { group: string; match: string } | null {
  if (!filter.startsWith('$share/')) return null
  const slash = filter.indexOf('/', 7)
  const group = filter.slice(7, slash < 0 ? undefined : slash)
  const match = slash < 0 ? '' : filter.slice(slash + 1)
  if (group.length === 0 || /[+#]/.test(group) || !hasFilterForm(match)) {
    if (level < 5) return null
    throw new ProtocolError(
      `SUBSCRIBE: "${shorten(filter)}" is not a shared subscription`,
      Reason.TOPIC_FILTER,
    )
  }
  return { group, match }
}

const tooMany = (what: string, most: number): ProtocolError =>
  new ProtocolError(`${what}: more than ${most} topic filters`, Reason.QUOTA)

/** @throws ProtocolError */
export function* readUnsubscribe(packet: Packet, limits: FilterLimits): Steps<Unsubscribe> {
  checkTwoFlags(packet, 'UNSUBSCRIBE')
  const r = Reader.body(packet, 'UNSUBSCRIBE')
  const id = packetId(r, 'UNSUBSCRIBE')
  if (packet.level === 5) readProperties(r, ALLOWED.UNSUBSCRIBE, 'UNSUBSCRIBE')
  const filters: Unsubscribe['filters'] = []
  for (let seen = r.left; r.left > 0;) {
    if (filters.length >= limits.filters) throw tooMany('UNSUBSCRIBE', limits.filters)
    const raw = r.utf8('topic filter')
    const filter = isTooDeep(raw, limits) ? null : raw.toString('utf8')
    if (filter !== null && !hasFilterForm(filter)) {
      throw new ProtocolError(`UNSUBSCRIBE: "${shorten(filter)}" is not a topic filter`, Reason.TOPIC_FILTER)
    }
    filters.push(filter)
    if (seen - r.left < STEP_BYTES) continue
    seen = r.left
    yield STEP
  }
  // [MQTT-3.10.3-2]
  if (filters.length === 0) throw new ProtocolError('UNSUBSCRIBE: no topic filter')
  return { packetId: id, filters }
}

const shorten = (s: string): string => (s.length > 60 ? `${s.slice(0, 57)}...` : s)
