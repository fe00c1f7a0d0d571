import { percent } from '../../../contract/counted'
import type { GeneratorHealth, GeneratorReport, LoadReport } from '../../../contract/load-report'
import type { WorkerHealth } from '../run/messages'

/** Share of late messages, of one core, and the loop delay from which results are not the broker's any more. */
const MAX_LATE_SHARE = 0.01
const MAX_UTILIZATION = 0.95
const MAX_P99_LOOP_DELAY_MS = 100
/** A few late messages are chance, whatever share of a short run they are. */
const MIN_LATE = 5
/** Share of the time in which a worker's loop did not come round. */
const MAX_STALLED = 0.4

const LATE = 'of the messages were sent more than 10 ms late'
/** Whether a reason says only that messages were sent late, and not that the generator stood still or was busy. */
export const isLateness = (reason: string): boolean => reason.endsWith(LATE)

/** Why the generator, not the broker, set the numbers; empty when it did not. */
export function saturationReasons(g: {
  offered: number
  lateSends: number
  busiestWorker: number
  p99LoopDelayMs: number
  stalledShare: number
}): string[] {
  const reasons: string[] = []
  const late = g.offered > 0 ? g.lateSends / g.offered : 0
  if (late > MAX_LATE_SHARE && g.lateSends >= MIN_LATE) reasons.push(`${percent(late, 1)} ${LATE}`)
  if (g.busiestWorker > MAX_UTILIZATION) {
    reasons.push(
      `a worker was busy ${percent(g.busiestWorker, 1)} of the time: use more workers or more computers`,
    )
  }
  if (g.p99LoopDelayMs > MAX_P99_LOOP_DELAY_MS) {
    reasons.push(`a worker was blocked repeatedly for ${Math.round(g.p99LoopDelayMs)} ms`)
  }
  if (g.stalledShare > MAX_STALLED) {
    reasons.push(
      `a worker stood still for ${percent(g.stalledShare, 1)} of the time: this computer gave it no CPU`,
    )
  }
  return reasons
}

/** The workers' health as one; null without any. */
export function generatorHealth(workers: readonly WorkerHealth[], offered: number): GeneratorHealth | null {
  if (workers.length === 0) return null
  const most = (f: (w: WorkerHealth) => number): number => Math.max(...workers.map(f))
  const lateSends = workers.reduce((n, w) => n + w.lateSends, 0)
  const busiestWorker = most((w) => w.utilization)
  const p99LoopDelayMs = most((w) => w.p99LoopDelayMs)
  const stalledShare = most((w) => w.stalledShare)
  const reasons = saturationReasons({ offered, lateSends, busiestWorker, p99LoopDelayMs, stalledShare })
  return {
    maxLoopDelayMs: most((w) => w.maxLoopDelayMs),
    lateSends,
    busiestWorker: Math.round(busiestWorker * 1000) / 1000,
    workers: workers.length,
    saturated: reasons.length > 0,
    reasons,
  }
}

/** The sentence that stands above the numbers of a saturated generator. */
const SATURATED = 'generator saturated: the results do not measure the broker'

/** Whether a run says nothing of the broker, though some of its thresholds may have failed for certain. */
export const limitedByGenerator = ({
  verdict,
  generator,
}: Pick<LoadReport, 'verdict' | 'generator'>): boolean => verdict.inconclusive || generator.saturated

/** One sentence for people, or null. */
export const saturationSentence = (g: Pick<GeneratorReport, 'saturated' | 'reasons'>): string | null =>
  g.saturated ? `${SATURATED} (${g.reasons.join('; ')})` : null
