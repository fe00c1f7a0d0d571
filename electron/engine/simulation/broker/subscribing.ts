import type { ProtocolLevel } from '../../../contract/packet'
import { atOnce, type Steps } from '../../base/slices'
import type { Packet } from '../../mqtt/packet'
import type { ClientContext } from './hub'
import { logMessages } from './log-messages'
import { retainedFor, type Granted } from './send-retained'
import { publicSubscription, type Session } from './session'
import { suback, unsuback } from './wire/answers'
import { Reason } from './wire/protocol-error'
import { readSubscribe, readUnsubscribe, type FilterLimits, type SubscribeRequest } from './wire/subscribe'

/** Filters that are looked at in one step, and what they cost in steps. */
const FILTERS = 8
const STEP = 128

/**
 * Does what a client asked for: at once for a device, in its simulated moment. Others' takes turns where it is long, and
 * nothing more is read from the client until it is done.
 * @throws what the first turn throws; later ones end the connection
 */
export function byTurns(c: ClientContext, steps: Steps<void>): void {
  if (!c.external) {
    atOnce(steps)
    return
  }
  const { turns, connected } = c.hub
  if (!turns.some(steps)) return
  c.hold()
  turns.add(() => {
    try {
      if (connected.get(c.clientId) === c && turns.some(steps)) return true
    } catch (thrown) {
      c.failWith(thrown)
    }
    c.goOn()
    return false
  })
}

const filterLimits = ({ hub: { limits } }: ClientContext): FilterLimits => ({
  filters: limits.filtersPerSubscribe,
  levels: limits.topicLevels,
})

export function* subscribing(c: ClientContext, session: Session, packet: Packet): Steps<void> {
  const { packetId, requests } = yield* readSubscribe(packet, filterLimits(c))
  const granted: Granted[] = []
  const codes: number[] = []
  for (const request of requests) {
    codes.push(grant(c, session, request, granted))
    if (codes.length % FILTERS === 0) yield STEP
  }
  c.send(suback(c.level, packetId, codes))
  const subscriptions = granted.flatMap(({ request }) => {
    const s = session.subscriptions.get(request.filter)
    return s === undefined ? [] : [publicSubscription(s)]
  })
  if (subscriptions.length > 0) c.hub.emit({ kind: 'subscribed', clientId: c.clientId, subscriptions })
  yield* retainedFor(c, session, granted)
}

/** Subscribes to one filter, where that may be; gives the code for SUBACK. */
function grant(c: ClientContext, session: Session, request: SubscribeRequest, granted: Granted[]): number {
  const { limits, sessions } = c.hub
  if (request.tooDeep) {
    c.denied(() => logMessages.tooManyLevels(request.filter, limits.topicLevels))
    return codeOf(c.level, Reason.TOPIC_FILTER)
  }
  if (!c.permissions.maySubscribe(request.match)) {
    c.denied(() => logMessages.deniedSubscribe(request.filter))
    return codeOf(c.level, Reason.NOT_AUTHORIZED)
  }
  const reached = session.subscriptionLimit(request.filter)
  if (reached !== null) {
    c.denied(() => logMessages.subscriptionsFull(reached))
    return codeOf(c.level, Reason.QUOTA)
  }
  granted.push({ request, fresh: sessions.subscribe(session, request, request.qos) })
  return request.qos
}

/** MQTT 3 has one code for all that is refused. */
const codeOf = (level: ProtocolLevel, reason: number): number => (level === 5 ? reason : 0x80)

export function* unsubscribing(c: ClientContext, session: Session, packet: Packet): Steps<void> {
  const { packetId, filters } = yield* readUnsubscribe(packet, filterLimits(c))
  const codes: number[] = []
  for (const filter of filters) {
    const was = filter !== null && c.hub.sessions.unsubscribe(session, filter)
    codes.push(was ? 0 : Reason.NO_SUBSCRIPTION)
    if (codes.length % FILTERS === 0) yield STEP
  }
  c.send(unsuback(c.level, packetId, codes))
  c.hub.emit({ kind: 'unsubscribed', clientId: c.clientId, filters: filters.filter((f) => f !== null) })
}
