import type { IdentityAccount } from '../../../contract/load-report'
import type { Layout, Topology } from '../run/topologies'
import type { LatencyHistogram } from '../../base/latency-histogram'
import { countOf, subtract, type Ranges } from './ranges'

/** Values recorded for one gap at most: a long one is walked in strides, each counted for all it leaves out. */
const MAX_VALUES = 1000

/** When the messages of one publisher were due, and until when their answers were waited for. Unix ms. */
export interface Waited {
  timeOf(sequence: number): number
  endedMs: number
  /** Earlier messages are the warm-up's. */
  fromMs: number
}

/** What never arrived, once for each receiver. */
export interface NeverArrived {
  /** Of the whole run, beside what is lost. */
  inFlight: number
  /** Of those and of the lost, what the latencies count: not what was due in the warm-up. */
  timed: { lost: number; inFlight: number }
}

/** The same of several populations. */
export const allOf = (parts: readonly NeverArrived[]): NeverArrived => ({
  inFlight: parts.reduce((n, p) => n + p.inFlight, 0),
  timed: {
    lost: parts.reduce((n, p) => n + p.timed.lost, 0),
    inFlight: parts.reduce((n, p) => n + p.timed.inFlight, 0),
  },
})

/**
 * Adds what no receiver has got to its latencies, each message with its age at the end: right-censored, the least its
 * latency can have been. Messages that failed are left out, since they have been answered for. Returns what never arrived.
 * @param waitedOf null: nothing is known of that publisher's times
 */
export function recordMissing(
  into: LatencyHistogram,
  account: IdentityAccount,
  topology: Topology,
  layout: Layout,
  owns: (receiver: number) => boolean,
  waitedOf: (publisher: number) => Waited | null,
): NeverArrived {
  const flows = new Map(account.flows.map((f) => [`${f.receiver}:${f.publisher}`, f.got]))
  const sum: NeverArrived = { inFlight: 0, timed: { lost: 0, inFlight: 0 } }
  for (const p of account.publishers) {
    const waited = waitedOf(p.publisher)
    if (waited === null || p.offered === 0) continue
    const due = subtract([0, p.offered], p.failed)
    for (const receiver of topology.receiversOf(p.publisher, layout).filter(owns)) {
      const got: Ranges = flows.get(`${receiver}:${p.publisher}`) ?? []
      const lost = subtract(subtract(due, got), p.inFlight)
      const inFlight = subtract(subtract(due, got), lost)
      sum.inFlight += countOf(inFlight)
      sum.timed.lost += recordAges(into, lost, waited)
      sum.timed.inFlight += recordAges(into, inFlight, waited)
    }
  }
  return sum
}

/** The first of these numbers that is not the warm-up's: messages come due in their order. */
function afterWarmup(from: number, to: number, { timeOf, fromMs }: Waited): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (timeOf(middle) < fromMs) low = middle + 1
    else high = middle
  }
  return low
}

function recordAges(into: LatencyHistogram, missing: Ranges, waited: Waited): number {
  let added = 0
  for (let i = 0; i < missing.length; i += 2) {
    const to = missing[i + 1] as number
    const from = afterWarmup(missing[i] as number, to, waited)
    const stride = Math.ceil((to - from) / MAX_VALUES)
    for (let k = from; k < to; k += stride) {
      const times = Math.min(stride, to - k)
      into.recordTimes(waited.endedMs - waited.timeOf(k), times)
      added += times
    }
  }
  return added
}
