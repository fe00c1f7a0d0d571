import type { DeskMessage } from '../../contract/desk'
import { ApiError } from '../../contract/errors'
import type { LossyListener } from '../../contract/lossy-listener'
import type { LedgerRow, LogLine, Note, RunState } from '../../contract/model'
import type { PhaseStatus } from '../../contract/phases'
import { endsWithRecordings } from '../../contract/replay'
import type { RunReport } from '../../contract/report'
import type { GroupConfig, Scenario } from '../../contract/scenario'
import { note } from '../base/notes'
import { Desk } from './desk'
import { FleetLedger } from '../observe/ledger/fleet-ledger'
import { ContentCorrelator } from '../observe/content-correlator'
import { Observation } from '../observe/observation'
import { GroupWireBytes } from '../observe/wire-bytes'
import type { BrokerClientInfo, BrokerLogLine, EmbeddedBroker } from '../simulation/broker/types'
import type { PacedClock } from '../simulation/clock/clock'
import type { Fleet } from '../simulation/fleet/fleet'
import type { Recordings } from '../simulation/fleet/recorded'
import type { Guests } from '../simulation/guests/guests'
import type { GateKeeper, Link } from '../simulation/link/types'
import type { Script } from '../simulation/script'
import { createSimulation, type Simulation } from '../simulation/simulation'
import type { BrokerTarget } from '../simulation/target/target'
import type { EngineDeps, RunLimits } from '../types'

/** From this many devices on, timers within a millisecond fire together. */
const LARGE_FLEET = 100
/** Clock ms between two closings of the books and meters. */
const ROLL_MS = 1000
/** Publishing begins although some devices are not ready, after this many clock ms. */
const BARRIER_MS = 10_000
/** Clock ms between two looks at whether all devices are ready. */
const READY_LOOK_MS = 5

/** A group's row once nothing is on its way any more. */
const reportRow = (r: LedgerRow): Omit<RunReport['groups'][number], 'wireBytesPerMessage'> => ({
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

/** One scenario's run for pages and command line: a simulation at a pace, and everything that watches it. */
export class Lab {
  readonly observation: Observation
  readonly ledger: FleetLedger
  private readonly wire: GroupWireBytes
  readonly desk: Desk
  state: RunState = 'running'
  private readonly sim: Simulation
  private readonly script: Script
  private finishListeners: (() => void)[] = []
  private endedMs: number | null = null
  private windingDown = false
  private closed = false
  /** Counts changes of devices, so that pages know when to ask again. */
  devicesRevision = 0

  constructor(
    public scenario: Scenario,
    private readonly limits: RunLimits,
    private readonly deps: EngineDeps,
    recordings: Recordings,
  ) {
    this.sim = createSimulation({
      scenario,
      clock: { speed: limits.speed ?? 1, quantumMs: deviceCount(scenario) >= LARGE_FLEET ? 1 : 0 },
      network: { env: deps.env, version: deps.version },
      recordings,
      messageLimit: limits.messages,
      faultLevel: 'none',
      ...(deps.observers && { observers: deps.observers }),
      onFault: (thrown) => this.fault(thrown),
    })
    this.script = this.sim.script(
      scenario.phases ?? [],
      () => this.scenario,
      () => this.phasesOver(),
    )
    const { clock, fleet } = this.sim
    this.ledger = new FleetLedger(fleet, scenario.groups, clock)
    this.wire = new GroupWireBytes((id) => fleet.device(id)?.spec.group.name ?? null)
    this.desk = new Desk(this.sim, this)
    this.observation = new Observation(clock, fleet, (topic) => {
      const embedded = this.sim.target?.embedded
      return !embedded || embedded.retained(topic).length > 0
    })
    // An external broker numbers nothing; whoever watches reads the numbers, so they come first.
    if (scenario.broker.kind === 'external') this.sim.observe({ links: new ContentCorrelator() })
    for (const o of this.observation.observers()) this.sim.observe(o)
    this.sim.observe({ links: this.wire })
    this.sim.observe({ links: this.ledger, routes: this.ledger, fleet: this.ledger })
    this.sim.observe({
      fleet: { changed: () => this.devicesRevision++, log: (level, about) => this.log(level, about) },
      log: (line) => this.brokerLog(line),
    })
  }

  get clock(): PacedClock {
    return this.sim.clock
  }

  get phase(): PhaseStatus | null {
    return this.script.phase
  }

  get gate(): GateKeeper {
    return this.sim.gate
  }

  get fleet(): Fleet {
    return this.sim.fleet
  }

  get broker(): BrokerTarget {
    if (!this.sim.target) throw new ApiError('unavailable', 'the broker is not running')
    return this.sim.target
  }

  /**
   * Opens the broker, connects the fleet and lets time run.
   * @throws ApiError when the broker cannot be opened or reached
   */
  async start(): Promise<void> {
    // Planned while time stands still, so that a run is the same at every speed.
    this.follow(this.begin())
    this.follow(this.end())
    this.roll()
    await this.sim.start()
    this.broker.embedded?.on((e) => {
      if (e.kind === 'sys') this.sysTopic(e)
      else this.devicesRevision++
    })
  }

  private sysTopic({ topic, payload }: { topic: string; payload: Buffer }): void {
    const atMs = this.clock.now()
    this.observation.topics.published({ topic, clientId: '', qos: 0, retain: true, payload, atMs })
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

  /** Application messages that reached the broker, a second of clock time. */
  messagesPerSecond(): number {
    return this.observation.messages.totalPerSecond
  }

  brokerClient(clientId: string): BrokerClientInfo | null {
    return this.sim.target?.embedded?.client(clientId) ?? null
  }

  /** @throws ApiError `unavailable` with an external broker */
  publish(m: Pick<DeskMessage, 'topic' | 'qos' | 'retain' | 'properties'> & { payload: Buffer }): void {
    this.embedded().publish(m)
    const { topic, qos, retain, payload } = m
    this.observation.topics.published({ topic, qos, retain, payload, clientId: '', atMs: this.clock.now() })
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
      throw new ApiError('unavailable', 'only the embedded broker supports this; this broker is external')
    return embedded
  }

  /** The link of a client: of a device, or of one that came over a lossy listener. */
  linkOf(clientId: string): Link | undefined {
    return this.fleet.device(clientId)?.link ?? this.desk.link(clientId) ?? this.sim.guests.link(clientId)
  }

  /** Clients that came over lossy listeners. */
  get guests(): Guests {
    return this.sim.guests
  }

  /** @throws ApiError `conflict` when the port cannot be had */
  async openListener(listener: LossyListener | undefined): Promise<void> {
    const about = listener ? await this.guests.add(listener, false) : null
    if (about) this.log('warn', about)
  }

  async closeListener(index: number): Promise<void> {
    await this.guests.remove(index)
  }

  /** The links of the lossy listeners are now as the scenario has them. */
  takeListenerLinks(): void {
    this.scenario.broker.listeners?.forEach(({ link }, index) => this.guests.setLink(index, link))
  }

  /** Clients of the embedded broker that are not ours. */
  externalClients(): BrokerClientInfo[] {
    return this.sim.target?.embedded?.clients().filter((c) => c.external) ?? []
  }

  /** Resolves at the end of the run, or at once when it has ended. */
  ended(): Promise<void> {
    if (this.endedMs !== null || this.closed) return Promise.resolve()
    return new Promise((done) => this.finishListeners.push(done))
  }

  report(): RunReport {
    const rows = this.ledger.finalRows()
    return {
      scenario: this.scenario.name,
      seed: this.scenario.seed,
      durationMs: Math.round(this.endedMs ?? this.clock.now()),
      complete: this.endedMs !== null,
      groups: rows.map((r) => ({
        ...reportRow(r),
        wireBytesPerMessage: this.wire.perMessage(r.group, r.offered),
      })),
      packets: this.observation.counts.byType(),
    }
  }

  async close(): Promise<void> {
    this.closed = true
    this.state = 'stopped'
    this.desk.close()
    await this.sim.close()
    this.finish()
  }

  /** Opens or changes a group's row of the ledger. */
  groupChanged(group: GroupConfig): void {
    this.ledger.open(group)
  }

  log(level: LogLine['level'], about: Note): void {
    this.deps.log({ atMs: this.clock.now(), level, note: about })
  }

  private fault(thrown: unknown): void {
    const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    this.log('error', note('engine-fault', 'The engine hit an error and continued: {why}', { why }))
  }

  private follow(work: Promise<void>): void {
    work.catch((thrown: unknown) => this.fault(thrown))
  }

  /** Devices publish once all are ready, subscribers included, or the wait is over. */
  private async begin(): Promise<void> {
    const { late, waiting } = this.script
    const devices = [...this.fleet.devices()].filter((d) => !late.has(d.spec.group.name))
    await this.sim.connect({ devices, everyMs: READY_LOOK_MS, patienceMs: BARRIER_MS })
    if (this.windingDown || this.closed) return
    this.fleet.startPublishing(waiting)
    this.script.begin()
  }

  /** Winds down after the duration, or when all messages are published: so many, or all of the recordings. */
  private async end(): Promise<void> {
    const { sim, durationMs } = this
    if (durationMs !== undefined) sim.plan([{ atMs: durationMs, run: () => this.follow(this.windDown()) }])
    if (this.isOpen && (this.scenario.phases || !endsWithRecordings(this.scenario.groups))) return
    if (!this.isOpen && sim.messageLimit === Infinity) return
    if (await sim.until(() => this.fleet.published)) await this.windDown()
  }

  private get durationMs(): number | undefined {
    return this.limits.durationMs ?? this.scenario.duration
  }

  /** Neither a duration nor a number of messages ends the run. */
  private get isOpen(): boolean {
    return this.durationMs === undefined && this.sim.messageLimit === Infinity
  }

  /** The phases are the run where nothing else says how long it is. */
  private phasesOver(): void {
    if (this.isOpen && this.scenario.phases) this.follow(this.windDown())
  }

  /** Publishes no more and ends when nothing is on its way. */
  private async windDown(): Promise<void> {
    if (this.windingDown) return
    this.windingDown = true
    this.script.end()
    await this.sim.windDown()
    if (this.closed) return
    this.endedMs = this.clock.now()
    this.state = 'finished'
    this.finish()
  }

  private finish(): void {
    for (const f of this.finishListeners.splice(0)) f()
  }

  private roll(): void {
    this.clock.schedule(ROLL_MS, () => {
      this.observation.roll()
      this.ledger.sweep(this.clock.now())
      this.roll()
    })
  }

  private brokerLog(line: BrokerLogLine): void {
    const who = line.clientId ?? line.remote ?? ''
    const { key, values, text } = line.note
    this.log(line.level, { key, values: { ...values, who }, text: who === '' ? text : `${who}: ${text}` })
  }
}
