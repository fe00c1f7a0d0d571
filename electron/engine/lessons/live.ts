import type { LiveLesson } from '../../contract/lesson'
import type { LiveClient, LiveOutcome } from '../../contract/lesson-run'
import type { ExchangeRow, JourneyRow, PacketBatch, PacketRow } from '../../contract/model'
import { topicMatches } from '../../contract/topics'
import type { Lab } from '../lab/lab'
import { fits } from './outcome'

/** Packets of one client that are looked at. */
const RECENT = 200
/** Packets of the timeline, and the clients whose they may be. */
const SHOWN = { packets: 40, clients: 3 }
/** Clients that are listed; the last to come. */
const CLIENTS = 20

const EMPTY: PacketBatch = { packets: [], exchanges: [], journeys: [], marks: [], matched: 0, shown: 0 }

interface Seen {
  client: LiveClient
  rows: PacketRow[]
}

/** Watches the broker of one run for clients that are not ours. */
export class LiveWatch {
  /** Capture number from which a client's packets count, by client identifier. */
  private readonly since = new Map<string, number>()
  private readonly stop: () => void

  constructor(readonly lab: Lab) {
    for (const c of lab.externalClients()) this.came(c.clientId, this.nextSeq)
    this.stop =
      lab.broker.embedded?.on((e) => {
        if (e.kind === 'connected' && e.client.external) this.connected(e.client.clientId)
      }) ?? (() => {})
  }

  close(): void {
    this.stop()
  }

  outcome(lesson: LiveLesson): LiveOutcome {
    const all = [...this.since].slice(-CLIENTS).map(([id, from]) => this.look(lesson.topic, id, from))
    const done = all.find(({ client: c }) => c.published > 0 && c.received > 0 && c.subscribed)
    const shown = done ? [done] : all.slice(-SHOWN.clients)
    const right = done && lesson.options.find((o) => fits(done.client.own, o.own))
    return {
      lesson: lesson.id,
      clients: all.map((s) => s.client),
      done: done?.client ?? null,
      answer: right?.id ?? null,
      timeline: shown.length > 0 ? this.timeline(shown.flatMap((s) => s.rows)) : EMPTY,
    }
  }

  /** Number of the next packet. */
  private get nextSeq(): number {
    return this.lab.observation.capture.seen + 1
  }

  /** What it does counts from its CONNECT, which has been captured by now. */
  private connected(clientId: string): void {
    const recent = this.lab.observation.capture.recent(clientId, RECENT)
    this.came(clientId, recent.find((p) => p.type === 'CONNECT')?.seq ?? this.nextSeq)
  }

  private came(clientId: string, from: number): void {
    if (this.since.has(clientId)) return
    if (this.since.size >= 1000) this.since.delete(this.since.keys().next().value ?? '')
    this.since.set(clientId, from)
  }

  private look(topic: string, clientId: string, from: number): Seen {
    const recent = this.lab.observation.capture.recent(clientId, RECENT)
    const rows = recent.filter((p) => p.seq >= from).reverse()
    const arrived = rows.filter((p) => p.type === 'PUBLISH' && p.topic === topic && p.fate === 'delivered')
    const published = arrived.filter((p) => p.direction === 'uplink')
    const received = arrived.filter((p) => p.direction === 'downlink')
    const sent = new Set(published.map((p) => p.journey))
    const info = this.lab.brokerClient(clientId)
    const filters = info?.subscriptions.map((s) => s.filter) ?? []
    return {
      client: {
        clientId,
        connected: info !== null,
        subscribed: received.length > 0 || filters.some((f) => topicMatches(f, topic)),
        published: published.length,
        received: received.length,
        own: received.filter((p) => p.journey !== null && sent.has(p.journey)).length,
      },
      rows,
    }
  }

  /** The last packets with what belongs to them; asking the ring for each is cheaper than searching it. */
  private timeline(rows: readonly PacketRow[]): PacketBatch {
    const inOrder = rows.filter((p) => !p.type.startsWith('PING')).sort((x, y) => x.seq - y.seq)
    const packets = inOrder.slice(-SHOWN.packets)
    const exchanges = new Map<number, ExchangeRow>()
    const journeys = new Map<number, JourneyRow>()
    for (const p of packets) {
      const detail = this.lab.observation.capture.detail(p.seq)
      if (detail?.exchange) exchanges.set(detail.exchange.id, detail.exchange)
      if (detail?.journey) journeys.set(detail.journey.id, detail.journey)
    }
    return {
      packets,
      exchanges: [...exchanges.values()],
      journeys: [...journeys.values()],
      marks: [],
      matched: rows.length,
      shown: packets.length,
    }
  }
}
