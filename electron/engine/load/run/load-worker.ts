import { leastConnected, populationsOf } from '../../../contract/load-config'
import type { Plan } from './plan'
import type { ClientEvents, ClientHandle } from '../wire/client-types'
import { FlushQueue } from '../wire/flush-queue'
import type { Dial } from '../wire/transport'
import { Connector } from './connector'
import { codeOf, explain, isFatalCode, isTlsFailure } from './failures'
import type { Member } from './fleet'
import { Group } from './group'
import { LEFT } from './habits'
import { isRefusal, refusedText } from './hints'
import {
  sumCounts,
  type WorkerCommand,
  type WorkerCounts,
  type WorkerInit,
  type WorkerReport,
  type WorkerResult,
} from './messages'
import { seededRandom } from './random'
import type { SelfWatchReport } from './self-watch'

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
  private readonly groups: readonly Group[]
  private readonly members: readonly Member[]
  /** The group of each client. */
  private readonly groupOf: readonly Group[]
  private readonly states: MemberState[]
  private readonly connector: Connector<Member['client']>
  private readonly flushQueue: FlushQueue
  private readonly random: () => number
  private readonly bytes = { sent: 0, received: 0 }
  private readonly everReady = new Set<number>()
  private readonly everConnected = new Set<number>()
  private readonly missing = { subscribers: 0, publishers: 0 }
  private startMs = Infinity
  private finishing = false
  private confirming = false
  private topError: string | null = null

  /** @param plan of the whole run */
  constructor(
    private readonly init: WorkerInit,
    private readonly plan: Plan,
    private readonly deps: WorkerDeps,
  ) {
    this.random = seededRandom(init.config.seed * 65_537 + init.part.index)
    this.flushQueue = new FlushQueue(deps.defer)
    const { flushQueue } = this
    const clientDeps = { dial: deps.dial, flushQueue, events: this.events(), now: deps.now }
    const own = {
      now: deps.now,
      random: this.random,
      connect: (c: Member['client']) => this.connector.add([c]),
    }
    let clients = 0
    this.groups = populationsOf(init.config).map((population, i) => {
      const group = new Group(init, population, init.payloads?.[i] ?? null, clientDeps, own, clients)
      clients += group.members.length
      return group
    })
    this.members = this.groups.flatMap((g) => g.members)
    this.groupOf = this.groups.flatMap((g) => g.members.map(() => g))
    this.states = this.members.map(() => 'idle')
    const rate = plan.connectRate === null ? null : plan.connectRate / init.part.count
    this.connector = new Connector(rate, this.random)
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
        if (this.deps.now() >= this.startMs) this.advance(this.deps.now())
        for (const m of this.members) m.source?.stop()
        for (const g of this.groups) g.calm()
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
    for (const g of this.groups) g.start(atMs)
    if (leastConnected(this.init.config) < 1) this.goOnWithout(this.members.filter((m) => !this.wasReady(m)))
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
    for (const g of this.groups) g.only(g.members.filter((m) => this.wasReady(m)))
  }

  private advance(nowMs: number): void {
    for (const g of this.groups) g.advance(nowMs)
  }

  /** Begins closed-loop sending; called once the start time has come. */
  begin(): void {
    for (const m of this.members) m.client.wake()
  }

  /** Lets what is due happen, but for messages. Returns how many ms may pass before the next call, at most. */
  step(): number {
    const now = this.deps.now()
    this.connector.step(now)
    let next = now + (this.connector.idle ? IDLE_STEP_MS : CONNECTING_STEP_MS)
    for (const g of this.groups) {
      if (now >= g.nextCutMs) this.storm(g, now)
      next = Math.min(next, g.nextCutMs, g.habits === null ? Infinity : g.habits.step(now), now + g.stepMs)
    }
    return next - now
  }

  /** Sends what is due. */
  beat(): void {
    const now = this.deps.now()
    if (now < this.startMs) return
    this.flushQueue.together(() => this.advance(now))
  }

  /** When the next message is due, Unix ms; Infinity for none. */
  get nextDueMs(): number {
    let next = Infinity
    for (const g of this.groups) next = Math.min(next, g.pacer.nextMs())
    return Math.max(this.startMs, next)
  }

  /** Nothing is on its way to this thread, as far as that can be known. */
  get quiet(): boolean {
    if (!this.connector.idle) return false
    for (const g of this.groups) if (!g.quiet) return false
    return true
  }

  private storm(group: Group, now: number): void {
    const cuts = group.plan.cuts
    if (cuts === null) return
    group.nextCutMs = now + cuts.everyMs
    for (const m of group.members) {
      if (m.client.isReady && this.random() < cuts.share) m.client.cut(STORM_CUT)
    }
  }

  /** Keep-alive and time limits of all clients. */
  tick(): void {
    const now = this.deps.now()
    for (const m of this.members) m.client.tick(now)
    for (const g of this.groups) g.requests?.expire(now)
  }

  private events(): ClientEvents {
    return {
      connected: (c, elapsedMs) => this.onConnected(c, elapsedMs),
      ready: (c) => this.onReady(c),
      refused: (c, text, final) => {
        this.group(c).connections.refused++
        const tolerated = this.plan.toleratesRefusals || leastConnected(this.init.config) < 1
        if (final && !tolerated)
          this.deps.report({
            type: 'fatal',
            text: this.refusedText(c, text),
            code: null,
          })
      },
      closed: (c, cause, error) => this.onClosed(c, cause, error),
      acknowledged: (c, _sequence, intendedMs, delayMs, atMs) =>
        this.group(c).recorder.acknowledge(intendedMs, delayMs, atMs),
      sent: (c, count) => this.group(c).recorder.sent(count, this.deps.now()),
      confirmed: (c, atMs) => this.group(c).recorder.confirm(atMs),
      failed: (c, from, to, reason) => {
        const { recorder } = this.group(c)
        recorder.fail(this.member(c).index, from, to)
        if (reason !== null) recorder.errors.add(reason, to - from)
      },
      arrived: (c, message) => {
        const m = this.member(c)
        this.group(c).recorder.arrive(m.receiver, m.index, message)
      },
      churned: (c, elapsedMs) => this.group(c).habits?.churned.record(elapsedMs),
      anomaly: (c, text) => this.group(c).recorder.errors.add(text),
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

  private group(c: ClientHandle): Group {
    return this.groupOf[c.index] as Group
  }

  private refusedText(c: ClientHandle, cause: string): string {
    return refusedText(this.member(c).client.fields.clientId, cause, this.group(c).population.config)
  }

  private onConnected(c: ClientHandle, elapsedMs: number): void {
    const { recorder, connections } = this.group(c)
    recorder.connect.record(elapsedMs)
    connections.established++
    if (this.member(c).client.tlsResumed) connections.tlsResumed++
    if (this.everConnected.has(c.index)) connections.reconnected++
    this.everConnected.add(c.index)
  }

  private onReady(c: ClientHandle): void {
    const m = this.member(c)
    this.states[c.index] = 'ready'
    this.group(c).connected++
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
    const group = this.group(c)
    this.states[c.index] = 'idle'
    if (wasReady) group.connected--
    if (this.finishing) return
    const m = this.member(c)
    const now = this.deps.now()
    if (wasReady && cause === LEFT) {
      group.habits?.away(m.client)
      return
    }
    if (wasReady && cause === STORM_CUT) {
      this.connector.add([m.client])
      return
    }
    if (cause === NOT_IN_TIME) {
      this.connector.gaveUp(m.client)
      return
    }
    const text = explain(cause, error)
    this.topError = !wasReady && isRefusal(text) ? this.refusedText(c, text) : text
    group.recorder.errors.add(text)
    const code = codeOf(error)
    if (isFatalCode(code) || (isTlsFailure(error) && this.everReady.size === 0)) {
      this.deps.report({ type: 'fatal', text, code })
    }
    if (wasReady) {
      group.connections.lost++
      this.connector.lost(m.client, now)
    } else this.connector.failed(m.client, now)
  }

  counts(): WorkerCounts {
    return sumCounts(this.groups.map((g) => g.counts()))
  }

  reportProgress(): void {
    const counts = this.counts()
    const published = this.groups.every((g) => g.published)
    const settled =
      published &&
      counts.offered === counts.acknowledged + counts.failed &&
      this.groups.every((g) => g.answered) &&
      this.confirmed(counts.offered)
    const health = { lateSends: this.lateSends, ...this.deps.watch.read() }
    this.deps.report({ type: 'progress', counts, health, published, settled, topError: this.topError })
  }

  private get lateSends(): number {
    return this.groups.reduce((n, g) => n + g.pacer.lateSends, 0)
  }

  /** QoS 0 has no acknowledgements: once all is sent, each client asks its broker whether it has read it. */
  private confirmed(offered: number): boolean {
    const asked = this.groups.filter((g) => g.population.config.qos === 0)
    if (asked.length === 0 || offered === 0) return true
    if (!this.confirming) {
      this.confirming = true
      for (const g of asked) for (const m of g.members) m.client.confirm()
      return false
    }
    return !asked.some((g) => g.members.some((m) => m.client.unconfirmed))
  }

  /** Ends a step of the series. */
  endStep(): void {
    for (const [group, g] of this.groups.entries()) {
      this.deps.report({ type: 'bucket', bucket: g.endStep(), group })
    }
  }

  private finish(): void {
    this.finishing = true
    this.connector.stop()
    this.endStep()
    for (const g of this.groups) g.countUnanswered(this.deps.now())
    this.deps.report({ type: 'result', result: this.result() })
    for (const m of this.members) m.client.end()
  }

  /** Connections that are still open. */
  get open(): number {
    return this.members.reduce((n, m) => n + (m.client.isClosed ? 0 : 1), 0)
  }

  /** Some broker keeps sessions that end with no connection: MQTT 3.1.1 knows no other way to end them. */
  get leavesSessions(): boolean {
    return this.members.some(leavesSession)
  }

  /** Removes the sessions that a 3.1.1 broker keeps: each client connects once more with a clean session. */
  discardSessions(): void {
    for (const m of this.members) if (leavesSession(m)) m.client.discard()
  }

  private result(): WorkerResult {
    return {
      groups: this.groups.map((g) => g.result()),
      bytesSent: this.bytes.sent,
      bytesReceived: this.bytes.received,
      lateSends: this.lateSends,
      maxSendDelayMs: this.groups.reduce((most, g) => Math.max(most, g.pacer.maxDelayMs), 0),
      ...this.deps.watch.read(),
    }
  }
}

const leavesSession = ({ client }: Member): boolean => client.fields.resume && client.fields.level === 4
