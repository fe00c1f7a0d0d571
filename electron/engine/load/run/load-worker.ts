import { UNCONFIRMED } from '../../../contract/load-headlines'
import type { IdentityAccount } from '../../../contract/load-report'
import type { Plan } from './plan'
import { Recorder } from '../measure/recorder'
import { topologyOf } from './topologies'
import type { ClientEvents, ClientHandle } from '../wire/client-types'
import { FlushQueue } from '../wire/flush-queue'
import { identityPlace } from '../wire/short-identity'
import type { Dial } from '../wire/transport'
import { Connector } from './connector'
import { codeOf, explain, isFatalCode, isTlsFailure } from './failures'
import { createMembers, publisherAccounts, type Member } from './fleet'
import type { WorkerCommand, WorkerCounts, WorkerInit, WorkerReport, WorkerResult } from './messages'
import { pacerOf, type Pacer } from './pacer'
import { seededRandom } from './random'
import type { SelfWatchReport } from './self-watch'
import { OpenSource } from './sources'

/** Time, timers and the network of one worker; tests give their own. */
export interface WorkerDeps {
  now(): number
  dial: Dial
  /** Calls back once, in a later turn of the loop. */
  defer(f: () => void): void
  report(r: WorkerReport): void
  /** Something has come in. */
  heard(): void
  watch: { begin(): void; read(): SelfWatchReport }
}

/** Longest time between two steps, while nobody and while somebody is connecting. */
const IDLE_STEP_MS = 50
const CONNECTING_STEP_MS = 10
const STORM_CUT = 'cut by the storm'
const NOT_IN_TIME = 'not connected in time'

type MemberState = 'idle' | 'trying' | 'ready'

/** One thread's share of a load test: its clients, its clockwork and its measurements. Driven by `step` and commands. */
export class LoadWorker {
  private readonly members: Member[]
  private readonly states: MemberState[]
  private readonly recorder: Recorder
  private readonly connector: Connector<Member['client']>
  private pacer: Pacer
  private readonly flushQueue: FlushQueue
  private readonly random: () => number
  private readonly bytes = { sent: 0, received: 0 }
  private readonly connections = { established: 0, refused: 0, lost: 0, reconnected: 0 }
  private readonly everReady = new Set<number>()
  private readonly missing = { subscribers: 0, publishers: 0 }
  private connected = 0
  private offered = 0
  /** Messages that are to come to this thread's subscribers; Infinity where others send to them. */
  private arrivals = 0
  private steps = 0
  private startMs = Infinity
  private nextCutMs = Infinity
  private finishing = false
  private confirming = false
  private topError: string | null = null
  private lastOffered = 0

  constructor(
    private readonly init: WorkerInit,
    private readonly plan: Plan,
    private readonly deps: WorkerDeps,
  ) {
    this.random = seededRandom(init.config.seed * 65_537 + init.part.index)
    const { publishers } = init.config
    this.recorder = new Recorder(
      init.runTag,
      topologyOf(init.config).shared,
      plan.publishing.kind === 'open',
      { place: identityPlace(init.config), publishers },
    )
    this.flushQueue = new FlushQueue(deps.defer)
    const { flushQueue } = this
    const clientDeps = { dial: deps.dial, flushQueue, events: this.events(), now: deps.now }
    this.members = createMembers(init, plan, clientDeps, (receivers) => (intendedMs, delayMs) => {
      this.arrivals += receivers
      this.recorder.leaves(intendedMs, delayMs)
    })
    if (init.part.count > 1 && this.members.some((m) => m.role === 'subscribers')) this.arrivals = Infinity
    this.states = this.members.map(() => 'idle')
    const rate = plan.connectRate === null ? null : plan.connectRate / init.part.count
    this.connector = new Connector(rate, this.random)
    this.pacer = pacerOf(this.members)
  }

  command(c: WorkerCommand): void {
    switch (c.type) {
      case 'connect':
        this.connect(c.role)
        return
      case 'start':
        this.start(c.atMs)
        return
      case 'stop':
        // What came due since the last step still counts, or a run would end some messages short.
        if (this.deps.now() >= this.startMs) this.offered += this.pacer.advance(this.deps.now())
        for (const m of this.members) m.source?.stop()
        this.nextCutMs = Infinity
        return
      case 'finish':
        this.finish()
        return
    }
  }

  private connect(role: Member['role']): void {
    const some = this.members.filter((m) => m.role === role)
    this.missing[role] = some.length
    this.connector.add(some.map((m) => m.client))
    if (some.length === 0) this.deps.report({ type: 'connected', role })
    this.connector.step(this.deps.now())
  }

  private start(atMs: number): void {
    this.startMs = atMs
    this.recorder.measureFrom(atMs + this.init.config.warmup)
    if (this.plan.cuts !== null) this.nextCutMs = atMs + this.plan.cuts.everyMs
    for (const m of this.members) m.source?.start(atMs)
    if (this.init.config.minConnected < 1) this.goOnWithout(this.members.filter((m) => !this.wasReady(m)))
    this.deps.watch.begin()
  }

  private wasReady(m: Member): boolean {
    return this.everReady.has(m.client.index)
  }

  /** Clients that have not connected in time: they have no part in the run. */
  private goOnWithout(absent: readonly Member[]): void {
    if (absent.length === 0) return
    this.connector.stop()
    for (const m of absent) {
      m.source?.stop()
      m.client.cut(NOT_IN_TIME)
    }
    this.pacer = pacerOf(this.members.filter((m) => this.wasReady(m)))
  }

  /** Begins closed-loop sending; called once the start time has come. */
  begin(): void {
    for (const m of this.members) m.client.wake()
  }

  /** Lets what is due happen, but for messages. Returns how many ms may pass before the next call, at most. */
  step(): number {
    const now = this.deps.now()
    this.connector.step(now)
    if (now >= this.nextCutMs) this.storm(now)
    return Math.min(this.connector.idle ? IDLE_STEP_MS : CONNECTING_STEP_MS, this.nextCutMs - now)
  }

  /** Sends what is due. */
  beat(): void {
    const now = this.deps.now()
    if (now < this.startMs) return
    this.flushQueue.together(() => {
      this.offered += this.pacer.advance(now)
    })
  }

  /** When the next message is due, Unix ms; Infinity for none. */
  get nextDueMs(): number {
    return Math.max(this.startMs, this.pacer.nextMs())
  }

  /** Nothing is on its way to this thread, as far as that can be known. */
  get quiet(): boolean {
    const { acknowledged, failed, received } = this.recorder
    return this.connector.idle && this.offered === acknowledged + failed && received >= this.arrivals
  }

  private storm(now: number): void {
    const cuts = this.plan.cuts
    if (cuts === null) return
    this.nextCutMs = now + cuts.everyMs
    for (const m of this.members) {
      if (m.client.isReady && this.random() < cuts.share) m.client.cut(STORM_CUT)
    }
  }

  /** Keep-alive and time limits of all clients. */
  tick(): void {
    const now = this.deps.now()
    for (const m of this.members) m.client.tick(now)
  }

  private events(): ClientEvents {
    return {
      connected: (c, elapsedMs) => this.onConnected(c, elapsedMs),
      ready: (c) => this.onReady(c),
      refused: (_c, text, final) => {
        this.connections.refused++
        const tolerated = this.plan.toleratesRefusals || this.init.config.minConnected < 1
        if (final && !tolerated) this.deps.report({ type: 'fatal', text, code: null })
      },
      closed: (c, cause, error) => this.onClosed(c, cause, error),
      acknowledged: (_c, _sequence, intendedMs, delayMs, atMs) =>
        this.recorder.acknowledge(intendedMs, delayMs, atMs),
      sent: (_c, count) => this.recorder.sent(count, this.deps.now()),
      confirmed: (_c, atMs) => this.recorder.confirm(atMs),
      failed: (c, from, to, reason) => {
        this.recorder.fail(this.member(c).index, from, to)
        if (reason !== null) this.recorder.errors.add(reason, to - from)
      },
      arrived: (c, b, at, end, atMs, topicEnd) => {
        const m = this.member(c)
        this.recorder.arrive(m.receiver, m.index, b, at, end, atMs, topicEnd)
      },
      anomaly: (_c, text) => this.recorder.errors.add(text),
      bytes: (sent, received) => {
        this.bytes.sent += sent
        this.bytes.received += received
        if (received > 0) this.deps.heard()
      },
    }
  }

  private member(c: ClientHandle): Member {
    return this.members[c.index] as Member
  }

  private onConnected(c: ClientHandle, elapsedMs: number): void {
    this.recorder.connect.record(elapsedMs)
    this.connections.established++
    if (this.everReady.has(c.index)) this.connections.reconnected++
  }

  private onReady(c: ClientHandle): void {
    const m = this.member(c)
    this.states[c.index] = 'ready'
    this.connected++
    this.connector.succeeded(m.client)
    if (this.everReady.has(c.index)) return
    this.everReady.add(c.index)
    if (--this.missing[m.role] === 0) {
      this.reportProgress()
      this.deps.report({ type: 'connected', role: m.role })
    }
    this.connector.step(this.deps.now())
  }

  private onClosed(c: ClientHandle, cause: string, error: Error | null): void {
    const wasReady = this.states[c.index] === 'ready'
    this.states[c.index] = 'idle'
    if (wasReady) this.connected--
    if (this.finishing) return
    const m = this.member(c)
    const now = this.deps.now()
    if (wasReady && cause === STORM_CUT) {
      this.connector.add([m.client])
      return
    }
    if (cause === NOT_IN_TIME) {
      this.connector.gaveUp(m.client)
      return
    }
    const text = explain(cause, error)
    this.topError = text
    this.recorder.errors.add(text)
    const code = codeOf(error)
    if (isFatalCode(code) || (isTlsFailure(error) && this.everReady.size === 0)) {
      this.deps.report({ type: 'fatal', text, code })
    }
    if (wasReady) {
      this.connections.lost++
      this.connector.lost(m.client, now)
    } else this.connector.failed(m.client, now)
  }

  counts(): WorkerCounts {
    return {
      connected: this.connected,
      offered: this.offeredNow(),
      acknowledged: this.recorder.acknowledged,
      failed: this.recorder.failed,
      received: this.recorder.received,
      delivered: this.recorder.delivered,
      errors: this.recorder.errors.total,
    }
  }

  private offeredNow(): number {
    if (this.plan.publishing.kind !== 'closed') return this.offered
    return this.members.reduce((n, m) => n + (m.source?.offered ?? 0), 0)
  }

  reportProgress(): void {
    const counts = this.counts()
    const published = this.members.every((m) => m.source?.finished ?? true)
    const settled =
      published && counts.offered === counts.acknowledged + counts.failed && this.confirmed(counts.offered)
    const health = { lateSends: this.pacer.lateSends, ...this.deps.watch.read() }
    this.deps.report({ type: 'progress', counts, health, published, settled, topError: this.topError })
  }

  /** QoS 0 has no acknowledgements: once all is sent, each client asks its broker whether it has read it. */
  private confirmed(offered: number): boolean {
    if (this.init.config.qos > 0 || offered === 0) return true
    if (!this.confirming) {
      this.confirming = true
      for (const m of this.members) m.client.confirm()
      return false
    }
    return !this.members.some((m) => m.client.unconfirmed)
  }

  /** Ends a step of the series. */
  endStep(): void {
    const offered = this.offeredNow()
    const step = this.recorder.step()
    this.deps.report({
      type: 'bucket',
      bucket: {
        bucket: this.steps++,
        offered: offered - this.lastOffered,
        connected: this.connected,
        ...step,
      },
    })
    this.lastOffered = offered
  }

  private finish(): void {
    this.finishing = true
    this.connector.stop()
    this.endStep()
    this.countUnanswered()
    const result = this.result()
    for (const m of this.members) m.client.end()
    this.deps.report({ type: 'result', result })
  }

  /** What has no answer at the end counts with its age: a broker that hangs must not look fast. */
  private countUnanswered(): void {
    const now = this.deps.now()
    for (const m of this.members) {
      const { client, source } = m
      if (client.attemptMs !== null) this.recorder.neverConnected(now - client.attemptMs)
      if (source === null) continue
      if (this.init.config.qos === 0) {
        if (client.unconfirmed) this.recorder.errors.add(UNCONFIRMED)
        continue
      }
      for (const atMs of client.unacknowledgedTimes()) this.recorder.neverAcknowledged(atMs, now)
      if (!(source instanceof OpenSource)) continue
      for (let k = source.taken; k < source.offered; k++) {
        this.recorder.neverAcknowledged(source.timeOf(k), now)
      }
    }
  }

  /** Connections that are still open. */
  get open(): number {
    return this.members.reduce((n, m) => n + (m.client.isClosed ? 0 : 1), 0)
  }

  /** Removes the sessions that a 3.1.1 broker keeps: each client connects once more with a clean session. */
  discardSessions(): void {
    for (const m of this.members) m.client.discard()
  }

  private result(): WorkerResult {
    const r = this.recorder
    const watch = this.deps.watch.read()
    return {
      counts: this.counts(),
      histograms: { connect: r.connect.encode(), ack: r.ack.encode(), endToEnd: r.endToEnd.encode() },
      sendTimes: r.sendTimes?.encode() ?? null,
      identity: this.identity(),
      unanswered: r.unanswered,
      negative: r.negative,
      errors: r.errors.toRecord(),
      connections: this.connections,
      bytesSent: this.bytes.sent,
      bytesReceived: this.bytes.received,
      measuredAcknowledged: r.measuredAcknowledged,
      measuredReceived: r.measuredReceived,
      lastAcknowledgedMs: r.lastAcknowledgedMs,
      lastReceivedMs: r.lastReceivedMs,
      lateSends: this.pacer.lateSends,
      maxSendDelayMs: this.pacer.maxDelayMs,
      ...watch,
      foreign: r.foreign,
    }
  }

  private identity(): IdentityAccount {
    const publishers = publisherAccounts(this.members, (publisher) => this.recorder.failedOf(publisher))
    return { publishers, flows: this.recorder.flowAccounts(), forgotten: this.recorder.forgotten }
  }
}
