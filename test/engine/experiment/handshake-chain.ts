import type { Journey } from '../../../electron/engine/experiment/theory/journey'

/**
 * The handshakes of one message packet by packet, written from the specification and from what agents and broker do,
 * without any formula: what the closed forms are compared with.
 */

export type Dice = () => number

/** Small, fast generator (mulberry32). */
export function dice(seed: number): Dice {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

interface Exchange {
  sent: number
  arrived: number
  answers: number
  acknowledged: boolean
}

/** Sends a packet and its repetitions; every one that arrives is answered; stops at the first answer that comes back. */
function exchange(roll: Dice, forward: number, back: number, attempts: number): Exchange {
  const e: Exchange = { sent: 0, arrived: 0, answers: 0, acknowledged: false }
  while (e.sent < attempts && !e.acknowledged) {
    e.sent++
    if (roll() < forward) continue
    e.arrived++
    e.answers++
    if (roll() >= back) e.acknowledged = true
  }
  return e
}

/** When the first copy came, in delays of one way and retry timeouts; null for none. */
export interface Arrival {
  ways: number
  waits: number
}

/** Attempts, one timeout apart, until one is answered: which of them arrived, and the answered one (-1: none). */
function attempts(roll: Dice, leg: Journey['publisher']): { arrived: number[]; answered: number } {
  const arrived: number[] = []
  for (let k = 0; k < leg.attempts; k++) {
    if (roll() < leg.forward) continue
    arrived.push(k)
    if (roll() >= leg.back) return { arrived, answered: k }
  }
  return { arrived, answered: -1 }
}

/** When one message comes to one subscriber, played packet by packet on a clock of timeouts. */
export function arrivalOf({ qos, qos2, publisher, subscriber }: Journey, roll: Dice): Arrival | null {
  const first = attempts(roll, publisher)
  const up = first.arrived
  if (qos === 0) return up[0] === 0 && roll() >= subscriber.forward ? { ways: 2, waits: 0 } : null
  if (qos === 1) {
    const copies = up.flatMap((k) => attempts(roll, subscriber).arrived.map((j) => k + j))
    return copies.length === 0 ? null : { ways: 2, waits: Math.min(...copies) }
  }
  if (qos2 === 'on-release') {
    const released = first.answered < 0 ? undefined : attempts(roll, publisher).arrived[0]
    const onward = released === undefined ? null : onSubscriber(roll, subscriber)
    return onward === null ? null : { ways: 6, waits: first.answered + (released ?? 0) + onward }
  }
  const onward = up.length > 0 ? onSubscriber(roll, subscriber) : null
  return onward === null ? null : { ways: 4, waits: (up[0] ?? 0) + onward }
}

/** Waits on the subscriber's leg at QoS 2; null when the message does not come. */
function onSubscriber(roll: Dice, subscriber: Journey['publisher']): number | null {
  const { answered } = attempts(roll, subscriber)
  const released = answered < 0 ? undefined : attempts(roll, subscriber).arrived[0]
  return released === undefined ? null : answered + released
}

export interface Story {
  /** Copies each subscriber's application got. */
  copies: number[]
  publish: number
  packets: number
}

/** One leg at QoS 2: the PUBLISH rounds, then the PUBREL rounds if PUBREC came. */
function exactlyOnce(roll: Dice, leg: Journey['publisher']) {
  const first = exchange(roll, leg.forward, leg.back, leg.attempts)
  const second = first.acknowledged
    ? exchange(roll, leg.forward, leg.back, leg.attempts)
    : { sent: 0, arrived: 0, answers: 0, acknowledged: false }
  return { first, second, packets: first.sent + first.answers + second.sent + second.answers }
}

export function tell(journey: Journey, roll: Dice): Story {
  const { qos, qos2, publisher, subscriber, subscribers } = journey
  const each = (copiesOf: () => number): number[] => Array.from({ length: subscribers }, copiesOf)
  if (qos === 0) {
    const arrived = roll() >= publisher.forward
    return {
      copies: each(() => (arrived && roll() >= subscriber.forward ? 1 : 0)),
      publish: 1,
      packets: 1,
    }
  }
  if (qos === 1) {
    const up = exchange(roll, publisher.forward, publisher.back, publisher.attempts)
    const copies = each(() => {
      let sum = 0
      // The broker takes every PUBLISH at QoS 1 for a new message.
      for (let n = 0; n < up.arrived; n++)
        sum += exchange(roll, subscriber.forward, subscriber.back, subscriber.attempts).arrived
      return sum
    })
    return { copies, publish: up.sent, packets: up.sent + up.answers }
  }
  const up = exactlyOnce(roll, publisher)
  // The broker passes on at the first PUBLISH or PUBREL; the subscriber's client hands over at the first PUBREL.
  const passedOn = (qos2 === 'on-release' ? up.second : up.first).arrived > 0
  const copies = each(() => (passedOn && exactlyOnce(roll, subscriber).second.arrived > 0 ? 1 : 0))
  return { copies, publish: up.first.sent, packets: up.packets }
}
