import { ApiError } from '../../contract/errors'
import type { LinkConfig } from '../../contract/link-config'
import type { Scenario } from '../../contract/scenario'
import { DEFAULT_LIMITS, type BrokerDeps, type BrokerLogLine } from './broker/types'
import type { PacedClock, Timer } from './clock/clock'
import { createPacedClock, type PacedClockOptions } from './clock/paced-clock'
import { createRealClock } from './clock/real-clock'
import { Device } from './fleet/device'
import { Fleet } from './fleet/fleet'
import type { Recordings } from './fleet/recorded'
import type { DeviceDeps, DeviceSpec, FleetObserver } from './fleet/types'
import { Guests } from './guests/guests'
import { createGate } from './link/gate'
import { createLink } from './link/link'
import type { Attachment, GateKeeper } from './link/types'
import type { LegEvent } from '../mqtt/transit'
import { Observers, type SimulationObserver } from './observers'
import { Script, type ScriptPlan } from './script'
import { startEmbedded, startIsolated } from './target/embedded'
import { startExternal } from './target/external'
import type { Passage } from './target/pass-through'
import type { BrokerTarget, Env } from './target/target'
import { Waits, type WaitOptions } from './waits'

/** A network that never falls silent (all packets lost, unlimited retries) is left after this many clock ms. */
const PATIENCE_MS = 600_000
const NO_RECORDINGS: Recordings = {
  get: (file) => {
    throw new ApiError('unavailable', `${file}: this run plays no recordings`)
  },
}
/** Quiet looks in a row after which nothing more will happen. */
const QUIET_LOOKS = 3

export interface SimulationOptions {
  scenario: Scenario
  /** @default as fast as the machine can; timers of different times never fire together */
  clock?: Omit<PacedClockOptions, 'onFault'>
  observers?: readonly SimulationObserver[]
  /**
   * The way out of the process: listeners of the scenario's embedded broker, or its external broker.
   * @default none: an embedded broker that only links lead to
   */
  network?: { env: Env; version?: string }
  /** See `GuestsDeps.passing`. */
  passing?: (clientId: string) => Passage
  /** What publishes play that take their messages from recordings. @default none: such a publish is a fault */
  recordings?: Recordings
  /** Messages each device may publish. @default the scenario's */
  messageLimit?: number
  /** See `DeviceDeps.maxInFlight`. */
  maxInFlight?: number
  /** Lines of the embedded broker that count as faults. @default 'error' */
  faultLevel?: 'error' | 'warn' | 'none'
  /** Told of each fault, and the run goes on. @default the first fault ends every wait */
  onFault?: (thrown: unknown) => void
}

/** Something that happens at a time of the run. */
export interface TimedStep {
  /** Clock ms from when it is planned. */
  atMs: number
  run(): void
}

/** Something inside a simulation failed; what it measured means nothing. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError'
}

/**
 * One scenario's clock, broker, links and fleet, joined. Time stands still until `start`; whoever runs it adds what
 * watches it, and says what happens when.
 *
 *   client -- attachment: link -- target: embedded or external broker
 *                          \________________/
 *                                observers
 */
class Simulation {
  readonly scenario: Scenario
  readonly clock: PacedClock
  readonly gate: GateKeeper
  readonly fleet: Fleet
  readonly messageLimit: number
  private readonly observers: Observers
  private readonly waits: Waits
  private readonly attachments = new Set<Attachment>()
  private readonly steps = new Set<Timer>()
  private readonly extras = new Map<string, Device>()
  private readonly closed = new AbortController()
  /** Clients that come over lossy listeners. */
  readonly guests: Guests
  private opening: Promise<BrokerTarget> | null = null
  private open: BrokerTarget | null = null
  private closing: Promise<void> | null = null
  private transits = 0

  constructor(private readonly options: SimulationOptions) {
    const { scenario } = options
    this.scenario = scenario
    this.clock = createPacedClock({
      speed: Infinity,
      quantumMs: 0,
      ...options.clock,
      onFault: (thrown) => this.fault(thrown),
    })
    this.gate = createGate({ skip: (ms) => this.clock.skip(ms) })
    this.gate.onChange((holding) => (holding ? this.clock.freeze('gate') : this.clock.thaw('gate')))
    this.waits = new Waits(this.clock)
    this.observers = new Observers(() => this.clock.touch())
    this.messageLimit = options.messageLimit ?? scenario.messages ?? Infinity
    this.fleet = new Fleet(scenario, this.deviceDeps(this.observers.fleet))
    this.guests = new Guests({
      attach: (clientId, config) => this.attach(clientId, config, true),
      target: () => this.open,
      clock: this.clock,
      realClock: createRealClock(),
      limits: scenario.broker.kind === 'embedded' ? scenario.broker.limits : DEFAULT_LIMITS,
      log: (line) => this.brokerLine(line),
      ...(options.passing && { passing: options.passing }),
    })
    this.observe({ links: { event: (e) => this.linkEvent(e) } })
    for (const o of options.observers ?? []) this.observe(o)
  }

  /** Where clients are attached; null before `start` has opened it. */
  get target(): BrokerTarget | null {
    return this.open
  }

  /** Adds what watches from now on. */
  observe(observer: SimulationObserver): void {
    this.observers.add(observer)
  }

  /**
   * Opens the broker and lets time run. What is to happen at an exact time at every speed is planned before.
   * @throws ApiError `conflict`, `unavailable` or `bad-scenario` when the broker cannot be opened or reached
   * @throws SimulationError when it is closed before that is done
   */
  async start(): Promise<void> {
    this.opening ??= this.openTarget()
    this.open = await this.opening
    if (this.options.network && !this.closing) await this.guests.open(this.scenario.broker)
    if (this.closing) throw new SimulationError(`${this.scenario.name}: closed before it had started`)
    this.clock.start()
  }

  /**
   * Joins a client to the broker by a link of its own.
   * @param config of the link
   * @param real the client is somebody else's program
   */
  attach(clientId: string, config: LinkConfig, real = false): Attachment {
    const link = createLink(clientId, config, {
      clock: this.clock,
      observer: this.observers.links,
      seed: this.scenario.seed,
      nextTransitId: this.nextTransitId,
      gate: this.gate,
      real,
    })
    const attachment: Attachment = {
      link,
      connect: (guest) => {
        if (!this.open) throw new SimulationError(`${clientId} cannot connect: the broker is not open`)
        const { client, broker } = link.connect()
        this.open.attach(broker, clientId, guest)
        return client
      },
      close: () => {
        link.close()
        this.attachments.delete(attachment)
      },
    }
    this.attachments.add(attachment)
    return attachment
  }

  /**
   * A device besides the fleet, over a link of its own, seen by an observer of its own; it ends with the simulation, or by
   * `Device.close`.
   * @param spec its client identifier is nobody else's
   */
  extra(spec: DeviceSpec, observer: FleetObserver): Device {
    const device = new Device(spec, { ...this.deviceDeps(observer), messageLimit: Infinity })
    this.extras.set(spec.clientId, device)
    return device
  }

  private deviceDeps(observer: FleetObserver): DeviceDeps {
    return {
      clock: this.clock,
      seed: this.scenario.seed,
      observer,
      attach: (clientId, config) => this.attach(clientId, config),
      credentials: () => this.target?.credentials ?? null,
      recordings: this.options.recordings ?? NO_RECORDINGS,
      messageLimit: this.messageLimit,
      maxInFlight: this.options.maxInFlight,
    }
  }

  /**
   * Connects devices and waits until each is ready or has been closed.
   * @param options.devices @default all
   * @returns and throws as `until`
   */
  connect(options: WaitOptions & { devices?: readonly Device[] } = {}): Promise<boolean> {
    const { devices = [...this.fleet.devices()] } = options
    this.clock.schedule(0, () => {
      for (const d of devices) d.connect()
    })
    return this.until(() => devices.every((d) => d.state === 'ready' || d.state === 'closed'), options)
  }

  /** Plans what happens at times of the run. There is no quiet while some of it is still to come. */
  plan(steps: readonly TimedStep[]): void {
    for (const { atMs, run } of steps) {
      const timer = this.clock.schedule(atMs, () => {
        this.steps.delete(timer)
        run()
      })
      this.steps.add(timer)
    }
  }

  /**
   * Timed changes, which begin when they are told to.
   * @param scenario as it is at the time
   * @param ended told when the last phase is over
   */
  script(items: ScriptPlan, scenario: () => Scenario, ended?: () => void): Script {
    return new Script(this, scenario, items, ended)
  }

  /**
   * Waits until a condition holds.
   * @returns false when the patience or the simulation ended, or the signal aborted, before
   * @throws SimulationError the first fault, unless `onFault` takes them
   */
  until(holds: () => boolean, options?: WaitOptions): Promise<boolean> {
    return this.waits.until(holds, options)
  }

  /**
   * Waits until nothing more will happen by itself: no step is to come, no packet is on its way, no retry timer is set,
   * no device has something to publish or is coming back.
   * @returns and throws as `until`
   */
  untilQuiet(options?: WaitOptions): Promise<boolean> {
    return this.until(() => this.quiet(), { looks: QUIET_LOOKS, patienceMs: PATIENCE_MS, ...options })
  }

  /** Publishes no more, drops the steps that are to come, and waits until it is quiet. @returns and throws as `until` */
  windDown(options?: WaitOptions): Promise<boolean> {
    this.fleet.stopPublishing()
    for (const timer of this.steps) this.clock.cancel(timer)
    this.steps.clear()
    return this.untilQuiet(options)
  }

  /** Ends time, waits, devices, links and broker: what was opened together is closed together. */
  close(): Promise<void> {
    this.closing ??= this.closeAll()
    return this.closing
  }

  private async closeAll(): Promise<void> {
    this.closed.abort()
    this.waits.close()
    this.clock.stop()
    this.fleet.close()
    for (const d of this.extras.values()) d.kill()
    await this.guests.close()
    for (const attachment of this.attachments) attachment.close()
    // Why it could not be opened is for `start` to say.
    const target = await this.opening?.catch(() => null)
    await target?.close()
  }

  /** A device whose link gives a message up has its packet identifier back. */
  private linkEvent(e: LegEvent): void {
    if (e.kind !== 'gave-up' || e.direction !== 'uplink') return
    const device = this.fleet.device(e.clientId) ?? this.extras.get(e.clientId)
    device?.gaveUp(e.packetId)
  }

  private quiet(): boolean {
    if (this.steps.size > 0) return false
    for (const { link } of this.attachments) if (link.pending() > 0) return false
    for (const d of this.fleet.devices()) if (d.returning || d.publishes || d.answering) return false
    return true
  }

  private async openTarget(): Promise<BrokerTarget> {
    const { scenario } = this
    const { network } = this.options
    const deps = this.brokerDeps()
    if (!network) {
      return startIsolated(deps, scenario.broker.kind === 'embedded' ? { qos2: scenario.broker.qos2 } : {})
    }
    return scenario.broker.kind === 'embedded'
      ? startEmbedded(scenario.broker, deps, network)
      : startExternal(scenario.broker, network.env, this.closed.signal)
  }

  private brokerDeps(): BrokerDeps {
    return {
      clock: this.clock,
      realClock: createRealClock(),
      observer: this.observers.listeners,
      nextTransitId: this.nextTransitId,
      log: (line) => this.brokerLine(line),
      routes: this.observers.routes,
    }
  }

  private brokerLine(line: BrokerLogLine): void {
    this.observers.log(line)
    const { faultLevel = 'error' } = this.options
    if (line.level === faultLevel || (line.level === 'error' && faultLevel === 'warn'))
      this.fault(new Error(`${line.clientId ?? line.remote ?? 'broker'}: ${line.note.text}`))
  }

  private fault(thrown: unknown): void {
    if (this.options.onFault) {
      this.options.onFault(thrown)
      return
    }
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    this.waits.fail(new SimulationError(`${this.scenario.name}: ${why}`, { cause: thrown }))
  }

  private readonly nextTransitId = (): number => ++this.transits
}

export type { Simulation }

/** A simulation at time 0 that stands still. Whoever creates one closes it. */
export const createSimulation = (options: SimulationOptions): Simulation => new Simulation(options)
