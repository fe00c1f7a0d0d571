import type { ExperimentConfig, ExperimentPoint, ExperimentResult } from '../../contract/experiment'
import type { QoS } from '../../contract/packet'
import { latencyTheoryOf, theoryOf } from './theory/theory'
import { Trial, type TrialOutcome } from './trial'

/** Points that run at a time: each alone spends much of its time waiting for the event loop to come round. */
const SIDE_BY_SIDE = 4

export interface ExperimentHooks {
  /** Stops it; the points finished by then are the result. */
  signal: AbortSignal
  /** A point is finished. */
  onPoint?: (point: ExperimentPoint) => void
}

/** A running experiment. */
export interface ExperimentRun {
  /** Share of the messages published so far, 0 to 1. */
  fraction(): number
  /** Points so far, by QoS, then by loss. */
  points(): ExperimentPoint[]
  /** @throws SimulationError */
  readonly result: Promise<ExperimentResult>
}

/** Runs every QoS level under every chance of loss, each point with broker, links and devices of its own. */
export function runExperiment(config: ExperimentConfig, hooks: ExperimentHooks): ExperimentRun {
  const run = new Sweep(config, hooks)
  return { fraction: () => run.fraction(), points: () => run.points(), result: run.start() }
}

class Sweep {
  private readonly waiting: { qos: QoS; loss: number }[]
  private readonly total: number
  private readonly running = new Set<Trial>()
  private readonly finished: ExperimentPoint[] = []
  private readonly stop = new AbortController()

  constructor(
    private readonly config: ExperimentConfig,
    private readonly hooks: ExperimentHooks,
  ) {
    this.waiting = config.loss.flatMap((loss) => config.qos.map((qos) => ({ qos, loss })))
    this.total = this.waiting.length
  }

  fraction(): number {
    const messages = this.config.messages * this.config.publishers
    let published = this.finished.length * messages
    for (const trial of this.running) published += trial.published
    return published / (this.total * messages)
  }

  points(): ExperimentPoint[] {
    return this.finished.toSorted((a, b) => a.qos - b.qos || a.loss - b.loss)
  }

  async start(): Promise<ExperimentResult> {
    const { signal } = this.hooks
    const abort = (): void => this.stop.abort()
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    try {
      const lanes = Array.from({ length: SIDE_BY_SIDE }, () => this.lane())
      const outcomes = await Promise.allSettled(lanes)
      for (const o of outcomes) if (o.status === 'rejected') throw o.reason
    } finally {
      signal.removeEventListener('abort', abort)
    }
    return { config: this.config, complete: this.finished.length === this.total, points: this.points() }
  }

  private async lane(): Promise<void> {
    try {
      for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
        if (this.stop.signal.aborted) return
        await this.point(next.qos, next.loss)
      }
    } catch (thrown) {
      this.stop.abort()
      throw thrown
    }
  }

  private async point(qos: QoS, loss: number): Promise<void> {
    const trial = new Trial(this.config, qos, loss)
    this.running.add(trial)
    try {
      const outcome = await trial.run(this.stop.signal)
      if (!outcome) return
      const point = pointOf(this.config, qos, loss, outcome)
      this.finished.push(point)
      this.hooks.onPoint?.(point)
    } finally {
      this.running.delete(trial)
    }
  }
}

/** Measured values beside what theory expects. */
function pointOf(config: ExperimentConfig, qos: QoS, loss: number, o: TrialOutcome): ExperimentPoint {
  const theory = theoryOf(config, qos, loss)
  return {
    qos,
    loss,
    offered: o.offered,
    expected: o.expected,
    delivered: o.delivered,
    deliveryRatio: o.delivered / o.expected,
    duplicates: o.duplicates,
    duplicatesPerMessage: o.duplicates / o.expected,
    publishPerMessage: o.publishes / o.offered,
    packetsPerMessage: o.packets / o.offered,
    wireBytesPerMessage: { sent: o.wire.sent / o.offered, received: o.wire.received / o.offered },
    latencyMs: rounded(o.latencyMs),
    reconnects: o.reconnects,
    theory: theory.expectation,
    interval99: theory.interval99,
    latencyTheoryMs: latencyTheoryOf(config, qos, loss),
  }
}

/** The ledger's histogram tells three significant digits apart; the mean is exact, and given in microseconds. */
function rounded({ mean, p50, p95, p99, max }: TrialOutcome['latencyMs']): ExperimentPoint['latencyMs'] {
  const three = (ms: number | null): number | null => (ms === null ? null : Number(ms.toPrecision(3)))
  const micros = mean === null ? null : Number(mean.toFixed(3))
  return { mean: micros, p50: three(p50), p95: three(p95), p99: three(p99), max: three(max) }
}
