import type { ExperimentConfig } from '../../contract/experiment'
import type { Latency } from '../../contract/model'
import type { QoS } from '../../contract/packet'
import { linkSchema } from '../../contract/link-config'
import type { Scenario } from '../../contract/scenario'
import { Ledger } from '../observe/ledger/ledger'
import { parseIdentity, payloadIdentity } from '../mqtt/identity'
import type { Offered, Received } from '../simulation/fleet/types'
import type { SimulationObserver } from '../simulation/observers'
import { createSimulation, SimulationError, type Simulation } from '../simulation/simulation'
import { LegCount } from './leg-count'
import { PUBLISHERS, scenarioOf } from './scenario'
import type { WireBytes } from '../observe/wire-bytes'

/** Clock ms between two looks at whether all is connected, or all is over. */
const LOOK_MS = 100
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
  wire: WireBytes
  latencyMs: Latency & { mean: number | null }
  reconnects: number
}

/**
 * One point of an experiment, in a simulation of its own that runs as fast as the machine can. The connections are made
 * without loss; then the loss begins and with it the publishing.
 */
export class Trial {
  private readonly scenario: Scenario
  private readonly sim: Simulation
  private readonly ledger = new Ledger()
  private readonly publishers = new Set<string>()
  private readonly count = new LegCount((id) => this.publishers.has(id))

  constructor(
    private readonly config: ExperimentConfig,
    qos: QoS,
    loss: number,
    observers: readonly SimulationObserver[] = [],
  ) {
    this.scenario = scenarioOf(config, qos, loss)
    const fleet = {
      offered: (m: Offered) => this.ledger.offered(m, config.subscribers, Infinity),
      received: (m: Received) => this.received(m),
    }
    this.sim = createSimulation({
      scenario: { ...this.scenario, link: lossless(config) },
      observers: [{ links: this.count, fleet }, ...observers],
      maxInFlight: MAX_IN_FLIGHT,
      faultLevel: 'warn',
    })
    for (const d of this.sim.fleet.groupDevices(PUBLISHERS)) this.publishers.add(d.clientId)
  }

  /** Messages published so far. */
  get published(): number {
    let sum = 0
    for (const d of this.sim.fleet.groupDevices(PUBLISHERS)) sum += d.published
    return sum
  }

  /**
   * Runs to the end. Resolves to null when the signal aborts before.
   * @throws SimulationError
   */
  async run(signal: AbortSignal): Promise<TrialOutcome | null> {
    const { sim } = this
    try {
      await sim.start()
      if (!(await sim.connect({ everyMs: LOOK_MS, signal }))) return null
      sim.fleet.setDefaultLink(this.scenario.link)
      sim.fleet.startPublishing()
      const everyMs = (): number => this.nextLookMs()
      return (await sim.untilQuiet({ everyMs, patienceMs: Infinity, signal })) ? this.outcome() : null
    } finally {
      await sim.close()
    }
  }

  /** While messages are to come there is nothing to see. */
  private nextLookMs(): number {
    const left = this.config.messages - Math.floor(this.published / this.config.publishers)
    return Math.max(LOOK_MS, (left * 1000) / this.config.rate / 2)
  }

  private outcome(): TrialOutcome {
    this.ledger.sweep(Infinity, true)
    const row = this.ledger.rows()[0]
    if (!row) throw new SimulationError(`${this.scenario.name}: nothing was published`)
    return {
      offered: row.offered,
      expected: row.expected,
      delivered: row.delivered,
      duplicates: row.duplicated,
      publishes: this.count.publishes,
      packets: this.count.packets,
      wire: this.count.wire,
      latencyMs: { ...row.latencyMs, mean: this.ledger.meanLatencyMs(row.group) },
      reconnects: this.count.connections - this.sim.fleet.size,
    }
  }

  private received(m: Received): void {
    const identity = parseIdentity(payloadIdentity(m.payload) ?? '')
    if (identity) this.ledger.received(identity.publisher, identity.sequence, m.subscriber, m.topic, m.atMs)
  }
}

const lossless = ({ link, delay }: ExperimentConfig) => linkSchema.parse({ kind: link, delay })
