import type { QoS } from '../../../contract/packet'
import { atOnce, type Steps } from '../../base/slices'
import type { ClientContext } from './hub'
import type { Session } from './session'
import { doSome } from './turns'
import type { SubscribeRequest } from './wire/subscribe'

/** A subscription that was granted; `fresh` when the session did not have its filter before. */
export interface Granted {
  request: SubscribeRequest
  fresh: boolean
}

/** Steps that a delivery counts as. */
const DELIVERY = 16

/**
 * Retained messages follow SUBACK, with RETAIN set [MQTT-3.3.1-6] [MQTT-3.3.1-8]. Where there are many to look through
 * the work takes turns with others', and nothing more is read from the client until it is done.
 */
export function sendRetained(c: ClientContext, session: Session, granted: readonly Granted[]): void {
  const steps = look(c, session, granted)
  if (!c.external) {
    atOnce(steps)
    return
  }
  if (!doSome(steps)) return
  c.hold()
  c.hub.turns.add(() => {
    const more = doSome(steps)
    if (!more) c.goOn()
    return more
  })
}

function* look(c: ClientContext, session: Session, granted: readonly Granted[]): Steps<void> {
  const { retained } = c.hub
  for (const { request, fresh } of granted) {
    if (request.share !== null || request.retainHandling === 2) continue
    if (request.retainHandling === 1 && !fresh) continue
    const ids = request.identifier === null ? [] : [request.identifier]
    for (const { topic } of yield* retained.matching(request.match)) {
      // The newest, when it was replaced while this look took turns; none once the subscription is gone.
      const message = retained.get(topic)
      if (!session.subscriptions.has(request.filter)) break
      if (message === undefined) continue
      const qos = Math.min(message.qos, request.qos) as QoS
      session.outbox.deliver({ message, qos, retain: true, ids })
      yield DELIVERY
    }
    yield 1
  }
}
