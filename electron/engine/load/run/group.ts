import { UNCONFIRMED } from '../../../contract/load-headlines'
import type { Population } from '../../../contract/load-config'
import { Recorder } from '../measure/recorder'
import type { ClientDeps } from '../wire/client-types'
import { planOf } from './executors'
import { createMembers, publisherAccounts, type Member } from './fleet'
import { Habits, hasHabits, type HabitsDeps } from './habits'
import type { GroupResult, WorkerBucket, WorkerCounts, WorkerInit } from './messages'
import { pacerOf, Pacer } from './pacer'
import type { Plan } from './plan'
import type { PayloadMaterial } from './payload-files'
import { Requests } from './requests'
import { tagOf } from './run-id'
import { copiesOf, topologyOf } from './topologies'
import { placeOf } from './writers'

/** What clients do by themselves happens this much late at most, ms. */
const HABITS_STEP_MS = 5

/** The clients of one population in one thread, and what is measured of them. */
export class Group {
  readonly plan: Plan
  readonly recorder: Recorder
  readonly members: readonly Member[]
  pacer = new Pacer([])
  readonly habits: Habits | null
  readonly requests: Requests | null
  readonly connections = { established: 0, refused: 0, lost: 0, reconnected: 0, tlsResumed: 0 }
  connected = 0
  nextCutMs = Infinity
  /** Messages that came due. */
  private released = 0
  /** Messages that are to come to this thread's subscribers; Infinity where others send to them. */
  private arrivals = 0
  private steps = 0
  private lastOffered = 0

  /** @param firstIndex how many clients the thread's groups before it have */
  constructor(
    init: WorkerInit,
    readonly population: Population,
    material: PayloadMaterial | null,
    deps: ClientDeps,
    own: HabitsDeps,
    firstIndex: number,
  ) {
    const { config } = population
    const plan = planOf(config)
    const carried = { place: placeOf(config, material), publishers: config.publishers }
    const open = plan.publishing.kind === 'open'
    const tag = tagOf(init.runId, population.name)
    this.plan = plan
    this.recorder = new Recorder(tag, topologyOf(config).shared, open, carried)
    const sent = (receivers: number) => (intendedMs: number, delayMs: number) => {
      this.arrivals += receivers
      this.recorder.leaves(intendedMs, delayMs)
    }
    this.habits = hasHabits(config) ? new Habits(config, own) : null
    this.requests = config.request ? new Requests() : null
    const { habits, requests, recorder } = this
    const identify: Recorder['identify'] = (message) => recorder.identify(message)
    this.members = createMembers({
      init,
      population,
      tag,
      material,
      plan,
      deps: { ...deps, habits, requests, identify },
      firstIndex,
      sent,
    })
    if (init.part.count > 1 && this.members.some((m) => m.role === 'subscribers')) this.arrivals = Infinity
  }

  start(atMs: number): void {
    this.recorder.measureFrom(atMs + this.population.config.warmup)
    this.requests?.measureFrom(atMs + this.population.config.warmup)
    if (this.plan.cuts !== null) this.nextCutMs = atMs + this.plan.cuts.everyMs
    for (const m of this.members) m.source?.start(atMs)
    this.pacer = pacerOf(this.members)
    this.habits?.begin(this.members, atMs)
  }

  /** Nobody is cut off or leaves any more. */
  calm(): void {
    this.nextCutMs = Infinity
    this.habits?.stop()
  }

  /** How long its clients may go unlooked at, ms. */
  get stepMs(): number {
    return this.habits === null ? Infinity : HABITS_STEP_MS
  }

  /** Clients that have not connected in time have no part in the run. */
  only(some: readonly Member[]): void {
    this.pacer = pacerOf(some)
  }

  /** Releases what is due. */
  advance(nowMs: number): void {
    this.released += this.pacer.advance(nowMs)
  }

  get offered(): number {
    if (this.plan.publishing.kind !== 'closed') return this.released
    return this.members.reduce((n, m) => n + (m.source?.offered ?? 0), 0)
  }

  /** Nothing is on its way to these clients, as far as that can be known. */
  get quiet(): boolean {
    const { acknowledged, failed, received } = this.recorder
    return this.released === acknowledged + failed && received >= this.arrivals && this.answered
  }

  /** No request waits for its response. */
  get answered(): boolean {
    return this.requests === null || this.requests.pending === 0
  }

  /** Nobody of them will publish any more. */
  get published(): boolean {
    return this.members.every((m) => m.source?.finished ?? true)
  }

  counts(): WorkerCounts {
    const { acknowledged, failed, received, delivered, errors } = this.recorder
    const { connected, offered } = this
    const expected = acknowledged * copiesOf(this.population.config)
    return { connected, offered, acknowledged, failed, received, expected, delivered, errors: errors.total }
  }

  /** Ends a step of the series. */
  endStep(): WorkerBucket {
    const { offered } = this
    const since = offered - this.lastOffered
    this.lastOffered = offered
    return { bucket: this.steps++, offered: since, connected: this.connected, ...this.recorder.step() }
  }

  /** What has no answer at the end counts with its age: a broker that hangs must not look fast. */
  countUnanswered(nowMs: number): void {
    this.requests?.countUnanswered(nowMs)
    for (const { client, source } of this.members) {
      if (client.attemptMs !== null) this.recorder.neverConnected(nowMs - client.attemptMs)
      if (source === null) continue
      if (this.population.config.qos === 0) {
        if (client.unconfirmed) this.recorder.errors.add(UNCONFIRMED)
        continue
      }
      for (const atMs of client.session.unacknowledged().times) this.recorder.neverAcknowledged(atMs, nowMs)
      for (const atMs of source.waitingTimes()) this.recorder.neverAcknowledged(atMs, nowMs)
    }
  }

  result(): GroupResult {
    const r = this.recorder
    return {
      counts: this.counts(),
      histograms: {
        connect: r.connect.encode(),
        ack: r.ack.encode(),
        endToEnd: r.endToEnd.encode(),
        ...(this.population.config.churnEvery === undefined ? {} : { churn: this.habits?.churned.encode() }),
        roundTrip: this.requests?.roundTrip.encode(),
      },
      sendTimes: r.sendTimes?.encode() ?? null,
      identity: {
        publishers: publisherAccounts(this.members, (publisher) => r.failedOf(publisher)),
        flows: r.flowAccounts(),
        forgotten: r.forgotten,
      },
      unanswered: { ...r.unanswered, roundTrip: this.requests?.unanswered ?? 0 },
      negative: r.negative,
      errors: r.errors.toRecord(),
      connections: { ...this.connections, left: this.habits?.left ?? 0 },
      measuredAcknowledged: r.measuredAcknowledged,
      measuredReceived: r.measuredReceived,
      lastAcknowledgedMs: r.lastAcknowledgedMs,
      lastReceivedMs: r.lastReceivedMs,
    }
  }
}
