import type { QoS } from '../../../contract/packet'
import type { Steps } from '../../base/slices'
import type { ClientContext } from './hub'
import type { Session } from './session'
import type { SubscribeRequest } from './wire/subscribe'

/** A subscription that was granted; `fresh` when the session did not have its filter before. */
export interface Granted {
  request: SubscribeRequest
  fresh: boolean
}

/** Steps that a delivery counts as. */
const DELIVERY = 16

/** Retained messages follow SUBACK, with RETAIN set [MQTT-3.3.1-6] [MQTT-3.3.1-8]. */
export function* retainedFor(c: ClientContext, session: Session, granted: readonly Granted[]): Steps<void> {
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
