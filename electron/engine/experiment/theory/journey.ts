import type { QoS } from '../../../contract/packet'
import type { Qos2Method } from '../../../contract/scenario'
import { rounds, type Leg, type Moments } from './rounds'

/** One application message on its way from a publisher over the broker to its subscribers. */
export interface Journey {
  readonly qos: QoS
  /** When the broker passes a QoS 2 message on. */
  readonly qos2: Qos2Method
  readonly publisher: Leg
  readonly subscriber: Leg
  readonly subscribers: number
}

/** Expectations of one message. Messages are independent of each other. */
export interface JourneyMoments {
  /** Share of the subscribers that get it. */
  readonly delivery: Moments
  /** Extra copies per subscriber. */
  readonly duplicates: Moments
  /** PUBLISH packets on the publisher's leg. */
  readonly publish: Moments
  /** Packets on the publisher's leg. */
  readonly packets: Moments
  /** At QoS 1: the share if the broker passed each message on only once, (1-f^R)(1-f'^R). */
  readonly deliveryOfOneCopy: number
}

/** How often the broker passes a message on. */
interface Arrivals extends Moments {
  at(z: number): { value: number; slope: number }
}

/** How many copies of what the broker passes on once reach the application. */
interface Copies extends Moments {
  /** Chance of no copy at all. */
  readonly none: number
}

const chance = (p: number): Moments => ({ mean: p, variance: p * (1 - p) })

function arrivalsOf({ qos, qos2, publisher }: Journey): Arrivals {
  const r = rounds(publisher)
  if (qos === 1) return { ...r.arrivals, at: r.arrivalsAt }
  // QoS 2: the broker passes a message on at its first PUBLISH and knows the repeated ones by their identifier; or at its first
  // PUBREL, which is sent once PUBREC has come.
  const taken = qos2 === 'on-release' ? r.answered * r.arrived : r.arrived
  const p = qos === 0 ? 1 - publisher.forward : taken
  return { ...chance(p), at: (z) => ({ value: 1 - p + p * z, slope: p }) }
}

function copiesOf({ qos, subscriber }: Journey): Copies {
  const r = rounds(subscriber)
  if (qos === 1) return { ...r.arrivals, none: 1 - r.arrived }
  // QoS 2: the subscriber's client hands the message over at PUBREL, which is sent once PUBREC has come.
  const p = qos === 0 ? 1 - subscriber.forward : r.answered * r.arrived
  return { ...chance(p), none: 1 - p }
}

/** Extra copies: all copies less the first. Given the passings-on, subscribers are independent of each other. */
function duplicatesOf(arrivals: Arrivals, copies: Copies, subscribers: number): Moments {
  const z = copies.none
  const g = arrivals.at(z)
  const square = arrivals.at(z * z).value
  const mean = arrivals.mean * copies.mean - (1 - g.value)
  const between =
    copies.mean ** 2 * arrivals.variance +
    (square - g.value ** 2) +
    2 * copies.mean * (z * g.slope - arrivals.mean * g.value)
  const within = arrivals.mean * copies.variance + g.value - square - 2 * copies.mean * z * g.slope
  return { mean: Math.max(0, mean), variance: Math.max(0, between + within / subscribers) }
}

function deliveryOf(arrivals: Arrivals, copies: Copies, subscribers: number): Moments {
  const missed = arrivals.at(copies.none).value
  const square = arrivals.at(copies.none ** 2).value
  return {
    mean: 1 - missed,
    variance: Math.max(0, square - missed ** 2 + (missed - square) / subscribers),
  }
}

/** PUBLISH and all packets on the publisher's leg. */
function publisherLeg({ qos, publisher }: Journey): { publish: Moments; packets: Moments } {
  if (qos === 0) {
    const one = { mean: 1, variance: 0 }
    return { publish: one, packets: one }
  }
  const r = rounds(publisher)
  if (qos === 1) return { publish: r.sent, packets: r.packets }
  // The PUBREL rounds follow only where PUBREC came, with fresh attempts and fates of their own.
  const second = r.packets
  const p = r.answered
  const later: Moments = {
    mean: p * second.mean,
    variance: p * (second.variance + second.mean ** 2) - (p * second.mean) ** 2,
  }
  const together = second.mean * (r.packets.meanOnSuccess - r.packets.mean * p)
  return {
    publish: r.sent,
    packets: {
      mean: r.packets.mean + later.mean,
      variance: Math.max(0, r.packets.variance + later.variance + 2 * together),
    },
  }
}

/** Derived in docs/theory.md. */
export function journeyMoments(journey: Journey): JourneyMoments {
  const arrivals = arrivalsOf(journey)
  const copies = copiesOf(journey)
  return {
    delivery: deliveryOf(arrivals, copies, journey.subscribers),
    duplicates:
      journey.qos === 1 ? duplicatesOf(arrivals, copies, journey.subscribers) : { mean: 0, variance: 0 },
    ...publisherLeg(journey),
    deliveryOfOneCopy: (1 - arrivals.at(0).value) * (1 - copies.none),
  }
}
