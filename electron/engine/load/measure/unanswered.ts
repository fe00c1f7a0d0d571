import type { IdentityAccount } from '../../../contract/load-report'
import type { Layout, Topology } from '../run/topologies'
import type { LatencyHistogram } from '../../base/latency-histogram'
import { subtract, type Ranges } from './ranges'

/** Values recorded for one gap at most: a long one is walked in strides, each counted for all it leaves out. */
const MAX_VALUES = 1000

/** When the messages of one publisher were due, and until when their answers were waited for. Unix ms. */
export interface Waited {
  timeOf(sequence: number): number
  endedMs: number
  /** Earlier messages are the warm-up's. */
  fromMs: number
}

/**
 * Adds what no receiver has got to its latencies, each message with its age at the end: right-censored, the least its
 * latency can have been. Messages that failed are left out, since they have been answered for. Returns how many were added.
 * @param waitedOf null: nothing is known of that publisher's times
 */
export function recordMissing(
  into: LatencyHistogram,
  account: IdentityAccount,
  topology: Topology,
  layout: Layout,
  owns: (receiver: number) => boolean,
  waitedOf: (publisher: number) => Waited | null,
): number {
  const flows = new Map(account.flows.map((f) => [`${f.receiver}:${f.publisher}`, f.got]))
  let added = 0
  for (const p of account.publishers) {
    const waited = waitedOf(p.publisher)
    if (waited === null || p.offered === 0) continue
    const due = subtract([0, p.offered], p.failed)
    for (const receiver of topology.receiversOf(p.publisher, layout).filter(owns)) {
      const got: Ranges = flows.get(`${receiver}:${p.publisher}`) ?? []
      added += recordAges(into, subtract(due, got), waited)
    }
  }
  return added
}

function recordAges(into: LatencyHistogram, missing: Ranges, waited: Waited): number {
  let added = 0
  for (let i = 0; i < missing.length; i += 2) {
    const from = missing[i] as number
    const to = missing[i + 1] as number
    const stride = Math.ceil((to - from) / MAX_VALUES)
    for (let k = from; k < to; k += stride) {
      const dueMs = waited.timeOf(k)
      if (dueMs < waited.fromMs) continue
      const times = Math.min(stride, to - k)
      into.recordTimes(waited.endedMs - dueMs, times)
      added += times
    }
  }
  return added
}
