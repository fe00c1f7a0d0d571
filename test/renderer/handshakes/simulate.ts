import type {
  ExchangeRow,
  JourneyRow,
  LossReason,
  PacketBatch,
  PacketEffect,
  PacketRow,
  SessionMark,
} from '@contract/model'
import type { Direction, PacketType, QoS } from '@contract/packet'

/** A packet that is lost: the n-th (from 1) of a type on a leg. */
export interface Loss {
  leg: string
  type: PacketType
  nth?: number
  reason?: LossReason
  point?: number
}

export interface MessageOptions {
  at: number
  qos: QoS
  publisher?: string
  subscribers?: string[]
  topic?: string
  packetId?: number
  losses?: Loss[]
  /** Called instead of the list for random losses. */
  lose?: (leg: string, type: PacketType, nth: number) => boolean
  latencyMs?: number
  retryMs?: number
  maxRetries?: number
  /** Stops at the first packet of this type on the publisher's leg and holds it. */
  hold?: PacketType
}

interface Leg {
  clientId: string
  direction: Direction
  exchange: ExchangeRow
  counts: Map<PacketType, { n: number; first: number; last: number }>
  state: 'wait-ack' | 'wait-rec' | 'wait-comp' | 'done'
  /** The receiver's memory of the packet identifier. */
  known: boolean
  deliveredOnce: boolean
}

/**
 * A small model of MQTT 3.1.1 section 4.3 with retry timers, as the engine's agents and broker behave:
 * it makes true captures to draw. `release` says when a QoS 2 message is let go: at PUBREL by the broker and at PUBLISH by
 * the subscriber (figure 4.3 method A), or as the embedded broker and its devices do it (method B at the broker, and the
 * subscriber's application gets it at PUBREL).
 */
export class Simulation {
  readonly packets: PacketRow[] = []
  readonly exchanges: ExchangeRow[] = []
  readonly journeys: JourneyRow[] = []
  readonly marks: SessionMark[] = []
  private agenda: { at: number; order: number; run: () => void }[] = []
  private order = 0
  private now = 0
  private nextId = new Map<string, number>()

  constructor(private readonly release: 'at-pubrel' | 'embedded' = 'at-pubrel') {}

  message(o: MessageOptions): this {
    const publisher = o.publisher ?? 'sensor-1'
    this.at(o.at, () => this.start(o, publisher))
    return this
  }

  mark(atMs: number, clientId: string, kind: SessionMark['kind'], detail: number | null = null): this {
    this.marks.push({ atMs, clientId, kind, detail, after: 0 })
    return this
  }

  /** Runs everything and numbers the packets in order of sending. */
  run(): this {
    for (;;) {
      this.agenda.sort((a, b) => a.at - b.at || a.order - b.order)
      const next = this.agenda.shift()
      if (!next || this.packets.length > 5000) return this.placeMarks()
      this.now = next.at
      next.run()
    }
  }

  private placeMarks(): this {
    for (const m of this.marks) m.after = this.packets.filter((p) => p.sentMs < m.atMs).length
    return this
  }

  batch(): PacketBatch {
    const { packets, exchanges, journeys, marks } = this
    return { packets, exchanges, journeys, marks, matched: packets.length, shown: packets.length }
  }

  private at(at: number, run: () => void): void {
    this.agenda.push({ at, order: this.order++, run })
  }

  private start(o: MessageOptions, publisher: string): void {
    const subscribers = o.subscribers ?? ['dashboard']
    const sequence = this.journeys.filter((j) => j.publisher === publisher).length + 1
    const journey: JourneyRow = {
      id: this.journeys.length + 1,
      publisher,
      topic: o.topic ?? 'home/kitchen/temperature',
      qos: o.qos,
      identity: `${publisher}:${sequence}`,
      startedMs: this.now,
      exchanges: [],
      deliveries: subscribers.map((clientId) => ({ clientId, copies: 0 })),
    }
    this.journeys.push(journey)
    const leg = this.open(o, journey, publisher, 'uplink', o.packetId)
    this.publish(o, journey, leg)
  }

  private open(
    o: MessageOptions,
    journey: JourneyRow,
    clientId: string,
    direction: Direction,
    id?: number,
  ): Leg {
    const key = `${clientId} ${direction}`
    const packetId = o.qos === 0 ? null : (id ?? (this.nextId.get(key) ?? 0) + 1)
    if (packetId !== null) this.nextId.set(key, packetId)
    const exchange: ExchangeRow = {
      id: this.exchanges.length + 1,
      journey: journey.id,
      clientId,
      direction,
      qos: o.qos,
      packetId,
      topic: journey.topic,
      startedMs: this.now,
      endedMs: null,
      verdict: 'open',
      retries: 0,
      receiveMaximum: null,
      packets: [],
    }
    this.exchanges.push(exchange)
    journey.exchanges.push(exchange.id)
    const state = o.qos === 2 ? 'wait-rec' : 'wait-ack'
    return { clientId, direction, exchange, counts: new Map(), state, known: false, deliveredOnce: false }
  }

  /** Sends one packet of a leg; `arrived` runs when it does. */
  private send(
    o: MessageOptions,
    leg: Leg,
    type: PacketType,
    fromSender: boolean,
    answers: number | null,
    arrived: (row: PacketRow) => PacketEffect,
  ): PacketRow {
    const count = leg.counts.get(type) ?? { n: 0, first: 0, last: 0 }
    count.n++
    const seq = this.packets.length + 1
    const direction = fromSender === (leg.direction === 'uplink') ? 'uplink' : 'downlink'
    const loss = o.losses?.find((l) => l.leg === leg.clientId && l.type === type && (l.nth ?? 1) === count.n)
    const lost = loss !== undefined || (o.lose?.(leg.clientId, type, count.n) ?? false)
    const held = o.hold === type && leg.direction === 'uplink'
    const latency = o.latencyMs ?? 40
    const again = count.n > 1 && (type === 'PUBLISH' || type === 'PUBREL')
    const row: PacketRow = {
      seq,
      sentMs: this.now,
      settledMs: held ? null : this.now + latency,
      skippedMs: 0,
      heldMs: 0,
      clientId: leg.clientId,
      direction,
      type,
      qos: type === 'PUBLISH' ? o.qos : null,
      dup: type === 'PUBLISH' && count.n > 1,
      retain: false,
      packetId: leg.exchange.packetId,
      bytes: type === 'PUBLISH' ? 46 : 4,
      topic: type === 'PUBLISH' ? leg.exchange.topic : null,
      alias: null,
      fate: held ? 'held' : lost ? 'lost' : 'delivered',
      reason: lost ? (loss?.reason ?? 'model') : null,
      lossPoint: lost ? (loss?.point ?? 0.62) : 1,
      segmentLosses: 0,
      altered: null,
      origin: again ? 'agent' : 'endpoint',
      attempt: count.n,
      exchange: leg.exchange.id,
      journey: leg.exchange.journey,
      effect: 'none',
      refusal: null,
      resends: again ? count.last : null,
      answers,
    }
    if (count.n === 1) count.first = seq
    count.last = seq
    leg.counts.set(type, count)
    leg.exchange.packets.push(seq)
    if (again) leg.exchange.retries++
    this.packets.push(row)
    if (!lost && !held) this.at(this.now + latency, () => void (row.effect = arrived(row)))
    return row
  }

  private publish(o: MessageOptions, journey: JourneyRow, leg: Leg): void {
    const row = this.send(o, leg, 'PUBLISH', true, null, (r) => this.onPublish(o, journey, leg, r))
    if (row.fate === 'held') return
    if (o.qos === 0) {
      leg.exchange.endedMs = row.settledMs
      leg.exchange.verdict = row.fate === 'lost' ? 'lost' : 'complete'
      return
    }
    this.retry(o, leg, 'PUBLISH', () => this.publish(o, journey, leg))
  }

  private retry(o: MessageOptions, leg: Leg, type: 'PUBLISH' | 'PUBREL', send: () => void): void {
    const expected = leg.state
    this.at(this.now + (o.retryMs ?? 1200), () => {
      if (leg.state !== expected) return
      if ((leg.counts.get(type)?.n ?? 0) > (o.maxRetries ?? Infinity)) {
        leg.state = 'done'
        leg.exchange.verdict = 'gave-up'
        leg.exchange.endedMs = this.now
        this.marks.push({
          atMs: this.now,
          clientId: leg.clientId,
          kind: 'gave-up',
          detail: leg.exchange.packetId,
          after: 0,
        })
      } else send()
    })
  }

  private onPublish(o: MessageOptions, journey: JourneyRow, leg: Leg, row: PacketRow): PacketEffect {
    const effect = this.accept(o, journey, leg)
    if (o.qos === 1) this.send(o, leg, 'PUBACK', false, row.seq, () => this.finish(leg))
    if (o.qos === 2) this.send(o, leg, 'PUBREC', false, row.seq, (r) => this.onPubrec(o, journey, leg, r))
    return effect
  }

  private accept(o: MessageOptions, journey: JourneyRow, leg: Leg): PacketEffect {
    if (o.qos === 2 && leg.known) return 'discarded'
    leg.known = true
    if (leg.direction === 'downlink') {
      return o.qos === 2 && this.release === 'embedded' ? 'stored' : this.reached(journey, leg)
    }
    if (o.qos === 2 && this.release === 'at-pubrel') return 'stored'
    this.passOn(o, journey)
    return 'passed-on'
  }

  private reached(journey: JourneyRow, leg: Leg): PacketEffect {
    const d = journey.deliveries.find((x) => x.clientId === leg.clientId)
    if (d) d.copies++
    return d?.copies === 1 ? 'delivered' : 'duplicate'
  }

  private passOn(o: MessageOptions, journey: JourneyRow): void {
    for (const d of journey.deliveries)
      this.publish(o, journey, this.open(o, journey, d.clientId, 'downlink'))
  }

  private onPubrec(o: MessageOptions, journey: JourneyRow, leg: Leg, row: PacketRow): PacketEffect {
    if (leg.state === 'wait-rec') {
      leg.state = 'wait-comp'
      this.pubrel(o, journey, leg, row.seq)
    }
    return 'none'
  }

  private pubrel(o: MessageOptions, journey: JourneyRow, leg: Leg, answers: number | null): void {
    this.send(o, leg, 'PUBREL', true, answers, (r) => {
      const effect = this.onPubrel(o, journey, leg)
      this.send(o, leg, 'PUBCOMP', false, r.seq, () => this.finish(leg))
      return effect
    })
    this.retry(o, leg, 'PUBREL', () => this.pubrel(o, journey, leg, null))
  }

  private onPubrel(o: MessageOptions, journey: JourneyRow, leg: Leg): PacketEffect {
    const first = !leg.deliveredOnce
    leg.deliveredOnce = true
    if (leg.direction === 'downlink') {
      return first && this.release === 'embedded' ? this.reached(journey, leg) : 'none'
    }
    if (!first || this.release === 'embedded') return 'none'
    this.passOn(o, journey)
    return 'passed-on'
  }

  private finish(leg: Leg): PacketEffect {
    if (leg.state !== 'done') {
      leg.state = 'done'
      leg.exchange.verdict = 'complete'
      leg.exchange.endedMs = this.now
    }
    return 'none'
  }
}

/** The two handshakes of the design study: a lost PUBACK and a lost PUBREC, then a held PUBLISH. */
export function study(release?: 'embedded'): Simulation {
  return new Simulation(release)
    .message({ at: 40_118, qos: 1, packetId: 7, losses: [{ leg: 'sensor-1', type: 'PUBACK' }] })
    .message({ at: 41_518, qos: 2, packetId: 8, losses: [{ leg: 'sensor-1', type: 'PUBREC' }] })
    .message({ at: 43_018, qos: 1, packetId: 9, hold: 'PUBLISH' })
    .run()
}
