import type { LessonStep } from '../../contract/lesson'
import type { LedgerRow, PacketBatch } from '../../contract/model'
import { Accounts } from '../observe/ledger/accounts'
import { createBroker } from '../simulation/broker/broker'
import type { EmbeddedBroker } from '../simulation/broker/types'
import { createCapture, type Capture } from '../observe/capture/capture'
import type { PacedClock } from '../simulation/clock/clock'
import type { Device } from '../simulation/fleet/device'
import { Fleet } from '../simulation/fleet/fleet'
import type { DeviceDeps, FleetObserver } from '../simulation/fleet/types'
import { createGate } from '../simulation/link/gate'
import { createLink } from '../simulation/link/link'
import type { TransitObserver } from '../mqtt/transit'
import { createPacedClock } from '../simulation/clock/paced-clock'
import { createRealClock } from '../simulation/clock/real-clock'
import { lateGroups, linkWithDrops, waitingPublishers, type LessonPlan } from './plan'
import { watchLinks, watchRoutes } from './watch'

/** Clock ms between two looks at whether all are ready, or all is over. */
const LOOK_MS = 50
/** Quiet looks in a row after which nothing more will happen. */
const QUIET_LOOKS = 4
/** Clock ms after which a run is ended whatever is still on its way. */
const LONGEST_MS = 120_000
const PACKETS = 5000
const PACKET_BYTES = 1_048_576

/** A lesson's run could not be brought to its end. */
export class LessonError extends Error {
  override readonly name = 'LessonError'
}

/** What a run leaves behind. */
export interface LessonRecord {
  ledger: LedgerRow[]
  /** Messages each device's application was handed. */
  received: Map<string, number>
  /** Packets that match a filter, with what belongs to them. @throws FilterError */
  packets(filter: string): PacketBatch
  durationMs: number
}

/**
 * One run of a lesson: mqtt.js devices, their links and the embedded broker on a clock of their own that runs as fast
 * as the machine can. No listener is open, and nothing of the open scenario is touched.
 */
export class LessonStage {
  private readonly clock: PacedClock
  private readonly broker: EmbeddedBroker
  private readonly fleet: Fleet
  private readonly accounts: Accounts
  private readonly capture: Capture
  private readonly links: TransitObserver
  private readonly received = new Map<string, number>()
  private readonly late: Set<string>
  private readonly waiting: Set<string>
  private transits = 0
  private quiet = 0
  private stepsLeft: number
  private begun = false
  private settle: { done: () => void; failed: (e: Error) => void } | null = null

  constructor(private readonly plan: LessonPlan) {
    const { steps } = plan.variant
    this.late = lateGroups(steps)
    this.waiting = waitingPublishers(steps)
    this.stepsLeft = steps.length
    this.clock = createPacedClock({ speed: Infinity, quantumMs: 0, onFault: (thrown) => this.fail(thrown) })
    this.capture = createCapture({ clock: this.clock, packets: PACKETS, bytes: PACKET_BYTES })
    this.fleet = new Fleet(plan.scenario, this.deviceDeps())
    this.accounts = new Accounts(this.fleet, plan.scenario.groups, true)
    const { capture, accounts, fleet } = this
    const parties = { capture, accounts, fleet, touch: () => this.clock.touch() }
    this.links = watchLinks(parties)
    this.broker = createBroker({
      clock: this.clock,
      realClock: createRealClock(),
      observer: NOBODY,
      nextTransitId: this.nextTransitId,
      log: (line) => {
        if (line.level === 'error') this.fail(`${line.clientId ?? 'broker'}: ${line.note.text}`)
      },
      routes: watchRoutes(parties),
    })
    for (const d of this.fleet.devices()) {
      d.link.setConfig(linkWithDrops(d.link.config, d.clientId, plan.variant.drop))
    }
  }

  /**
   * Runs to the end and lets `conclude` look at what happened, before connections are closed.
   * @throws LessonError when something inside failed or the signal aborts
   */
  async run<T>(signal: AbortSignal, conclude: (record: LessonRecord) => T): Promise<T> {
    const abort = (): void => this.fail('it took too long and was ended')
    signal.addEventListener('abort', abort, { once: true })
    try {
      await new Promise<void>((done, failed) => {
        this.settle = { done, failed }
        if (signal.aborted) abort()
        else this.begin()
      })
      return conclude(this.record())
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
      for (const d of this.early()) d.connect()
    })
    this.clock.schedule(LOOK_MS, () => this.look())
    this.clock.schedule(LONGEST_MS, () => this.settle?.done())
    this.clock.start()
  }

  private early(): Device[] {
    return [...this.fleet.devices()].filter((d) => !this.late.has(d.spec.group.name))
  }

  private look(): void {
    if (!this.begun) {
      if (this.early().every((d) => d.state === 'ready')) this.raise()
    } else {
      this.quiet = this.isQuiet() ? this.quiet + 1 : 0
      if (this.quiet >= QUIET_LOOKS) {
        this.settle?.done()
        return
      }
    }
    this.clock.schedule(LOOK_MS, () => this.look())
  }

  /** All are there: the script begins. */
  private raise(): void {
    this.begun = true
    for (const d of this.fleet.devices()) if (!this.waiting.has(d.spec.group.name)) d.startPublishing()
    for (const step of this.plan.variant.steps) {
      this.clock.schedule(step.at, () => {
        this.stepsLeft--
        this.take(step)
      })
    }
  }

  private take(step: LessonStep): void {
    if ('publish' in step) for (const d of this.fleet.groupDevices(step.publish)) d.startPublishing()
    else if ('connect' in step) for (const d of this.fleet.groupDevices(step.connect)) d.connect()
    else if ('cut' in step) this.fleet.device(step.cut)?.link.cut()
    else this.fleet.device(step.disconnect)?.close()
  }

  /** Nothing is on its way, no timer is set, and nobody is about to come back. */
  private isQuiet(): boolean {
    if (this.stepsLeft > 0) return false
    for (const d of this.fleet.devices()) {
      if (d.state === 'closed') continue
      if (!d.done || d.returning || d.link.pending() > 0) return false
    }
    return true
  }

  private record(): LessonRecord {
    const { capture } = this
    return {
      ledger: this.accounts.finalRows(),
      received: this.received,
      packets: (filter) => capture.query({ filter, limit: PACKETS }),
      durationMs: this.clock.now(),
    }
  }

  private fail(thrown: unknown): void {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    this.settle?.failed(new LessonError(`${this.plan.scenario.name}: ${why}`, { cause: thrown }))
  }

  private deviceDeps(): DeviceDeps {
    const { seed, messages } = this.plan.scenario
    const { clock, nextTransitId } = this
    const gate = createGate({ skip: (ms) => clock.skip(ms) })
    const observer: TransitObserver = {
      entered: (p) => this.links.entered(p),
      settled: (p) => this.links.settled(p),
      event: (e) => this.links.event(e),
    }
    return {
      clock,
      seed,
      observer: this.fleetObserver(),
      attach: (end, clientId) => this.broker.attach(end, { device: true, clientId }),
      createLink: (clientId, config) =>
        createLink(clientId, config, { clock, observer, seed, nextTransitId, gate }),
      credentials: null,
      messageLimit: messages ?? 1,
    }
  }

  private fleetObserver(): FleetObserver {
    return {
      offered: (m) => this.accounts.offered(m),
      received: (m) => {
        this.received.set(m.subscriber, (this.received.get(m.subscriber) ?? 0) + 1)
        this.accounts.received(m)
      },
      changed: () => this.accounts.subscriptionsChanged(),
      // A device that loses its connection says so; some lessons are about that.
      log: () => {},
    }
  }

  private readonly nextTransitId = (): number => ++this.transits
}

/** External clients cannot come: no listener is open. */
const NOBODY: TransitObserver = { entered: () => {}, settled: () => {}, event: () => {} }
