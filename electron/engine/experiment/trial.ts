import type { ExperimentConfig } from '../../contract/experiment'
import type { Latency } from '../../contract/model'
import type { QoS } from '../../contract/packet'
import { linkSchema } from '../../contract/link-config'
import type { Scenario } from '../../contract/scenario'
import { createBroker } from '../simulation/broker/broker'
import type { EmbeddedBroker, RouteObserver } from '../simulation/broker/types'
import type { PacedClock } from '../simulation/clock/clock'
import { Fleet } from '../simulation/fleet/fleet'
import type { DeviceDeps, FleetObserver, Offered, Received } from '../simulation/fleet/types'
import { Ledger } from '../observe/ledger/ledger'
import { createGate } from '../simulation/link/gate'
import { createLink } from '../simulation/link/link'
import { parseIdentity, payloadIdentity } from '../mqtt/identity'
import type { TransitObserver } from '../mqtt/transit'
import { createPacedClock } from '../simulation/clock/paced-clock'
import { createRealClock } from '../simulation/clock/real-clock'
import { LegCount } from './leg-count'
import { PUBLISHERS, scenarioOf } from './scenario'

/** Clock ms between two looks at whether all is connected, or all is over. */
const LOOK_MS = 100
/** Quiet looks in a row after which nothing more will happen. */
const QUIET_LOOKS = 3
/** Packet identifiers of one client (MQTT 3.1.1 section 2.3.1). */
const MAX_IN_FLIGHT = 65_535

/** What one point measured. */
export interface TrialOutcome {
  offered: number
  expected: number
  delivered: number
  duplicates: number
  /** On the publishers' legs. */
  publishes: number
  packets: number
  latencyMs: Latency
  reconnects: number
  /** Simulated ms. */
  durationMs: number
}

/** What may look on, for tests. */
export interface TrialWatch {
  transits?: TransitObserver
  routes?: RouteObserver
}

/** Something inside failed; the point means nothing. */
export class TrialError extends Error {
  override readonly name = 'TrialError'
}

/**
 * One point of an experiment: mqtt.js devices, their links and the embedded broker on a clock of their own that runs
 * as fast as the machine can. The connections are made without loss; then the loss begins and with it the publishing.
 */
export class Trial {
  private readonly scenario: Scenario
  private readonly clock: PacedClock
  private readonly broker: EmbeddedBroker
  private readonly fleet: Fleet
  private readonly ledger = new Ledger()
  private readonly count: LegCount
  private readonly publishers = new Set<string>()
  private transits = 0
  private quiet = 0
  private publishing = false
  private settle: { done: (o: TrialOutcome | null) => void; failed: (e: Error) => void } | null = null

  constructor(
    private readonly config: ExperimentConfig,
    qos: QoS,
    loss: number,
    private readonly watch: TrialWatch = {},
  ) {
    this.scenario = scenarioOf(config, qos, loss)
    this.clock = createPacedClock({ speed: Infinity, quantumMs: 0, onFault: (thrown) => this.fail(thrown) })
    this.count = new LegCount(
      (id) => this.publishers.has(id),
      () => this.clock.touch(),
      watch.transits ?? null,
    )
    this.broker = this.createBroker()
    this.fleet = new Fleet({ ...this.scenario, link: lossless(config) }, this.deviceDeps())
    for (const d of this.fleet.groupDevices(PUBLISHERS)) this.publishers.add(d.clientId)
  }

  /** Messages published so far. */
  get published(): number {
    let sum = 0
    for (const d of this.fleet.groupDevices(PUBLISHERS)) sum += d.published
    return sum
  }

  /**
   * Runs to the end. Resolves to null when the signal aborts before.
   * @throws TrialError
   */
  async run(signal: AbortSignal): Promise<TrialOutcome | null> {
    if (signal.aborted) return null
    const abort = (): void => this.settle?.done(null)
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await new Promise<TrialOutcome | null>((done, failed) => {
        this.settle = { done, failed }
        this.begin()
      })
    } finally {
      this.settle = null
      signal.removeEventListener('abort', abort)
      this.clock.stop()
      this.fleet.close()
      await this.broker.close()
    }
  }

  private begin(): void {
    this.clock.schedule(0, () => {
      for (const d of this.fleet.devices()) d.connect()
    })
    this.clock.schedule(LOOK_MS, () => this.look())
    this.clock.start()
  }

  private look(): void {
    if (!this.publishing) {
      if (this.allReady()) this.publish()
    } else {
      this.quiet = this.isQuiet() ? this.quiet + 1 : 0
      if (this.quiet >= QUIET_LOOKS) {
        this.settle?.done(this.outcome())
        return
      }
    }
    this.clock.schedule(this.nextLookMs(), () => this.look())
  }

  /** While messages are to come there is nothing to see. */
  private nextLookMs(): number {
    const left = this.config.messages - Math.floor(this.published / this.config.publishers)
    return Math.max(LOOK_MS, (left * 1000) / this.config.rate / 2)
  }

  private publish(): void {
    this.publishing = true
    this.fleet.setDefaultLink(this.scenario.link)
    for (const d of this.fleet.devices()) d.startPublishing()
  }

  private allReady(): boolean {
    for (const d of this.fleet.devices()) if (d.state !== 'ready') return false
    return true
  }

  /** Nothing is on its way, no timer is set, and nobody is about to come back with unacknowledged packets. */
  private isQuiet(): boolean {
    for (const d of this.fleet.devices()) {
      if (d.state !== 'ready' || !d.done || d.link.pending() > 0) return false
    }
    return true
  }

  private outcome(): TrialOutcome {
    this.ledger.sweep(Infinity, true)
    const row = this.ledger.rows()[0]
    if (!row) throw new TrialError('nothing was published')
    return {
      offered: row.offered,
      expected: row.expected,
      delivered: row.delivered,
      duplicates: row.duplicated,
      publishes: this.count.publishes,
      packets: this.count.packets,
      latencyMs: row.latencyMs,
      reconnects: this.count.connections - this.fleet.size,
      durationMs: this.clock.now(),
    }
  }

  private fail(thrown: unknown): void {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    this.settle?.failed(new TrialError(`${this.scenario.name}: ${why}`, { cause: thrown }))
  }

  private createBroker(): EmbeddedBroker {
    const { routes } = this.watch
    return createBroker({
      clock: this.clock,
      realClock: createRealClock(),
      observer: NOBODY,
      nextTransitId: this.nextTransitId,
      log: (line) => {
        if (line.level !== 'info') this.fail(`${line.clientId ?? 'broker'}: ${line.note.text}`)
      },
      ...(routes ? { routes } : {}),
    })
  }

  private deviceDeps(): DeviceDeps {
    const { seed, messages } = this.config
    const gate = createGate({ skip: (ms) => this.clock.skip(ms) })
    const { clock, nextTransitId } = this
    return {
      clock,
      seed,
      observer: this.fleetObserver(),
      attach: (end, clientId) => this.broker.attach(end, { device: true, clientId }),
      createLink: (clientId, config) =>
        createLink(clientId, config, { clock, observer: this.count.observer, seed, nextTransitId, gate }),
      credentials: null,
      messageLimit: messages,
      maxInFlight: MAX_IN_FLIGHT,
    }
  }

  private fleetObserver(): FleetObserver {
    return {
      offered: (m) => this.offered(m),
      received: (m) => this.received(m),
      changed: () => {},
      // A device that loses its connection says so; an experiment with reconnects is full of it.
      log: () => {},
    }
  }

  private offered(m: Offered): void {
    this.ledger.offered(m, this.config.subscribers, Infinity)
  }

  private received(m: Received): void {
    const identity = parseIdentity(payloadIdentity(m.payload) ?? '')
    if (identity) this.ledger.received(identity.publisher, identity.sequence, m.subscriber, m.topic, m.atMs)
  }

  private readonly nextTransitId = (): number => ++this.transits
}

/** External clients cannot come: no listener is open. */
const NOBODY: TransitObserver = { entered: () => {}, settled: () => {}, event: () => {} }

const lossless = ({ link, delay }: ExperimentConfig) => linkSchema.parse({ kind: link, delay })
