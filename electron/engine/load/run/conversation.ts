import { findProperty, Prop } from '../../mqtt/properties'
import type { Recorder } from '../measure/recorder'
import type { ClientEvents } from '../wire/client-types'
import { readRequest, type Responder } from '../wire/responder'
import type { Asked, Requests } from './requests'

const ignore = (): void => undefined

/** What both sides of a conversation know. */
interface Known {
  level: 4 | 5
  /** What a message says that it is; null for one of another run. */
  identify: Recorder['identify']
}

/** Events of a subscriber that responds to what it gets. At 3.1.1 the topic of a response follows from the publisher. */
export function responding(
  events: ClientEvents,
  responder: Responder,
  o: Known & { topicOf(publisher: number): string; wake(): void },
): ClientEvents {
  return {
    ...events,
    arrived(c, arrival) {
      events.arrived(c, arrival)
      const message = o.identify(arrival)
      if (message === null) return
      const { bytes: b, payloadAt: at, end, atMs, propertiesAt } = arrival
      const request =
        o.level === 5
          ? readRequest(b.subarray(0, end), propertiesAt)
          : { topic: Buffer.from(o.topicOf(message.publisher)), correlation: null }
      if (request === null) return
      if (responder.add(request, b.subarray(at, end), atMs)) o.wake()
      else events.anomaly(c, 'a request has no response: too many wait')
    },
    acknowledged: (_c, sequence) => responder.settled(sequence, sequence + 1),
    failed: (c, from, to, reason) => {
      responder.settled(from, to)
      if (reason !== null) events.anomaly(c, `response: ${reason}`)
    },
    sent: ignore,
    confirmed: ignore,
  }
}

/** Number of the message that correlation data of 12 bytes name; null for those of another publisher, or none. */
function correlated(b: Buffer, propertiesAt: number, publisher: number): number | null {
  const at = findProperty(b, propertiesAt, Prop.CORRELATION_DATA)
  if (at < 0 || at + 10 > b.length || b.readUInt32BE(at + 2) !== publisher) return null
  return b.readUInt32BE(at + 6)
}

/** Events of a publisher that gets responses and nothing else. */
export const requesting = (
  events: ClientEvents,
  asked: Asked,
  requests: Requests,
  { level, identify, publisher }: Known & { publisher: number },
): ClientEvents => ({
  ...events,
  arrived(_c, arrival) {
    const own = level === 5 ? null : identify(arrival)
    const { bytes: b, end, atMs, propertiesAt } = arrival
    const sequence =
      level === 5
        ? correlated(b.subarray(0, end), propertiesAt, publisher)
        : own?.publisher === publisher
          ? own.sequence
          : null
    if (sequence !== null) requests.answered(asked, sequence, atMs)
  },
  failed(c, from, to, reason) {
    events.failed(c, from, to, reason)
    for (let n = from; n < to; n++) asked.settle(n)
  },
})
