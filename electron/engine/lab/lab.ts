import { ApiError } from '../../contract/errors'
import type { LedgerRow, LogLine, Note, RunState } from '../../contract/model'
import type { QoS } from '../../contract/packet'
import type { RunReport } from '../../contract/report'
import type { GroupConfig, Scenario } from '../../contract/scenario'
import { Accounts } from '../observe/ledger/accounts'
import type { BrokerClientInfo, BrokerDeps, BrokerLogLine, EmbeddedBroker } from '../simulation/broker/types'
import type { PacedClock } from '../simulation/clock/clock'
import { secret, startEmbedded, type BrokerHost } from '../simulation/embedded-broker'
import { startExternal } from '../simulation/external-broker'
import { Fleet } from '../simulation/fleet/fleet'
import type { DeviceDeps, FleetObserver } from '../simulation/fleet/types'
import { createGate } from '../simulation/link/gate'
import { createLink } from '../simulation/link/link'
import type { GateKeeper } from '../simulation/link/types'
import { note } from '../base/notes'
import { Observation } from '../observe/observation'
import { createPacedClock } from '../simulation/clock/paced-clock'
import { createRealClock } from '../simulation/clock/real-clock'
import { Settling } from '../simulation/quiet'
import type { EngineDeps, RunLimits } from '../types'

/** From this many devices on, timers within a millisecond fire together. */
const LARGE_FLEET = 100
/** Clock ms between two closings of the books and meters. */
const ROLL_MS = 1000

/** A group's row once nothing is on its way any more. */
const reportRow = (r: LedgerRow): RunReport['groups'][number] => ({
  name: r.group,
  qos: r.qos,
  offered: r.offered,
  expected: r.expected,
  delivered: r.delivered,
  lost: r.lost,
  duplicated: r.duplicated,
  outOfOrder: r.outOfOrder,
  latencyMs: r.latencyMs,
})

const deviceCount = (s: Scenario): number => s.groups.reduce((n, g) => n + g.count, 0)

/** One scenario's run: clock, broker, links, fleet, and everything that watches them. */
export class Lab {
  readonly clock: PacedClock
  readonly gate: GateKeeper
  readonly observation: Observation
  readonly fleet: Fleet
  readonly accounts: Accounts
  state: RunState = 'running'
  private host: BrokerHost | null = null
  private settling: Settling | null = null
  private finishListeners: (() => void)[] = []
  private endedMs: number | null = null
  private closed = false
  private transits = 0
  /** Counts changes of devices, so that pages know when to ask again. */
  devicesRevision = 0

  constructor(
    public scenario: Scenario,
    private readonly limits: RunLimits,
    private readonly deps: EngineDeps,
  ) {
    this.clock = createPacedClock({
      speed: limits.speed ?? 1,
      quantumMs: deviceCount(scenario) >= LARGE_FLEET ? 1 : 0,
      onFault: (thrown) => this.fault(thrown),
    })
    this.gate = createGate({ skip: (ms) => this.clock.skip(ms) })
    this.gate.onChange((holding) => (holding ? this.clock.freeze('gate') : this.clock.thaw('gate')))
    this.observation = new Observation(
      this.clock,
      () => this.fleet,
      () => this.accounts,
    )
    this.fleet = new Fleet(scenario, this.deviceDeps())
    this.accounts = new Accounts(this.fleet, scenario.groups, scenario.broker.kind === 'embedded')
  }

  get broker(): BrokerHost {
    if (!this.host) throw new ApiError('unavailable', 'the broker is not running')
    return this.host
  }

  /**
   * Opens the broker, connects the fleet and lets time run.
   * @throws ApiError when the broker cannot be opened or reached
   */
  async start(): Promise<void> {
    const { broker } = this.scenario
    this.host =
      broker.kind === 'embedded'
        ? await startEmbedded(broker, this.brokerDeps(), this.deps.env)
        : await startExternal(broker)
    this.host.embedded?.on(() => this.devicesRevision++)
    this.fleet.start()
    this.planEnd()
    this.roll()
    this.clock.start()
  }

  pause(): void {
    if (this.state !== 'running') return
    this.state = 'paused'
    this.clock.freeze('pause')
  }

  run(): void {
    if (this.state !== 'paused') return
    this.state = 'running'
    this.clock.thaw('pause')
  }

  /** Packets on their way, retry timers, and devices on their way back, over all links. */
  pending(): number {
    let sum = 0
    for (const d of this.fleet.devices()) sum += d.link.pending() + (d.returning ? 1 : 0)
    return sum
  }

  /** Application messages that reached the broker, a second of clock time. */
  messagesPerSecond(): number {
    return this.observation.messages.totalPerSecond
  }

  brokerClient(clientId: string): BrokerClientInfo | null {
    return this.host?.embedded?.client(clientId) ?? null
  }

  /** @throws ApiError `unavailable` with an external broker */
  publish(m: { topic: string; payload: string; qos: QoS; retain: boolean }): void {
    this.embedded().publish(m)
    this.observation.topics.published({
      ...m,
      clientId: '',
      payload: Buffer.from(m.payload),
      atMs: this.clock.now(),
    })
  }

  /** @throws ApiError `not-found` when nothing is retained there */
  clearRetained(topic: string): void {
    if (!this.embedded().clearRetained(topic))
      throw new ApiError('not-found', `nothing is retained on ${topic}`)
    this.observation.topics.published({
      topic,
      clientId: '',
      qos: 0,
      retain: true,
      payload: Buffer.alloc(0),
      atMs: this.clock.now(),
    })
  }

  private embedded(): EmbeddedBroker {
    const { embedded } = this.broker
    if (!embedded)
      throw new ApiError('unavailable', 'only the embedded broker can do that; this one is external')
    return embedded
  }

  /** Clients of the embedded broker that are not ours. */
  externalClients(): BrokerClientInfo[] {
    return this.host?.embedded?.clients().filter((c) => c.external) ?? []
  }

  /** Resolves at the end of the run, or at once when it has ended. */
  ended(): Promise<void> {
    if (this.endedMs !== null || this.closed) return Promise.resolve()
    return new Promise((done) => this.finishListeners.push(done))
  }

  report(): RunReport {
    const rows = this.accounts.finalRows()
    return {
      scenario: this.scenario.name,
      seed: this.scenario.seed,
      durationMs: Math.round(this.endedMs ?? this.clock.now()),
      complete: this.endedMs !== null,
      groups: rows.map(reportRow),
      packets: this.observation.counts.byType(),
    }
  }

  async close(): Promise<void> {
    this.closed = true
    this.state = 'stopped'
    this.settling?.stop()
    this.clock.stop()
    this.fleet.close()
    await this.host?.close()
    this.finish()
  }

  /** Opens or changes a group's row of the ledger. */
  groupChanged(group: GroupConfig): void {
    this.accounts.open(group)
  }

  log(level: LogLine['level'], about: Note): void {
    this.deps.log({ atMs: this.clock.now(), level, note: about })
  }

  private fault(thrown: unknown): void {
    const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    this.log('error', note('engine-fault', 'The engine met an error and went on: {why}', { why }))
  }

  private planEnd(): void {
    const durationMs = this.limits.durationMs ?? this.scenario.duration
    if (durationMs !== undefined) this.clock.schedule(durationMs, () => this.settle())
    if (this.messageLimit() === Infinity) return
    const look = (): void => {
      if (this.fleet.published) this.settle()
      else this.clock.schedule(10, look)
    }
    this.clock.schedule(10, look)
  }

  private messageLimit(): number {
    return this.limits.messages ?? this.scenario.messages ?? Infinity
  }

  /** Publishes no more and ends when nothing is on its way. */
  private settle(): void {
    if (this.settling) return
    this.fleet.stopPublishing()
    this.settling = new Settling(
      this.clock,
      () => this.pending(),
      () => {
        this.endedMs = this.clock.now()
        this.state = 'finished'
        this.finish()
      },
    )
    this.settling.start()
  }

  private finish(): void {
    for (const f of this.finishListeners.splice(0)) f()
  }

  private roll(): void {
    this.clock.schedule(ROLL_MS, () => {
      this.observation.roll()
      this.roll()
    })
  }

  private deviceDeps(): DeviceDeps {
    const { broker, seed } = this.scenario
    const external = broker.kind === 'external' ? broker : null
    const { username, passwordEnv } = external ?? {}
    return {
      clock: this.clock,
      seed,
      observer: this.fleetObserver(),
      attach: (end, clientId) => this.broker.attach(end, clientId),
      createLink: (clientId, config) =>
        createLink(clientId, config, {
          clock: this.clock,
          observer: this.observation.links,
          seed,
          nextTransitId: this.nextTransitId,
          gate: this.gate,
        }),
      credentials:
        username === undefined
          ? null
          : { username, password: passwordEnv === undefined ? '' : secret(this.deps.env, passwordEnv) },
      messageLimit: this.messageLimit(),
    }
  }

  private readonly nextTransitId = (): number => ++this.transits

  private fleetObserver(): FleetObserver {
    return {
      offered: (m) => this.accounts.offered(m),
      received: (m) => this.accounts.received(m),
      changed: () => {
        this.devicesRevision++
        this.accounts.subscriptionsChanged()
      },
      log: (level, about) => this.log(level, about),
    }
  }

  private brokerDeps(): BrokerDeps {
    return {
      clock: this.clock,
      realClock: createRealClock(),
      observer: this.observation.tap,
      nextTransitId: this.nextTransitId,
      log: (line) => this.brokerLog(line),
      routes: this.observation.routes,
    }
  }

  private brokerLog(line: BrokerLogLine): void {
    const who = line.clientId ?? line.remote ?? ''
    const { key, values, text } = line.note
    this.log(line.level, { key, values: { ...values, who }, text: who === '' ? text : `${who}: ${text}` })
  }
}
