import type { LoadConfig } from '../../../contract/load-config'
import { plannedMs } from '../../../contract/load-duration'

/**
 * Send times of an open-loop run, fixed before it starts. Messages are numbered over all publishers of all machines:
 * message n is publisher n mod P's, so any split of the publishers keeps every time as it was.
 */
export interface Schedule {
  /** Messages in all. */
  readonly total: number
  /** Milliseconds after the start at which message n is to leave; never falls as n grows. */
  timeOf(n: number): number
}

/** What the publishers do. */
export type Publishing =
  { kind: 'none' } | { kind: 'open'; schedule: Schedule } | { kind: 'closed'; total: number }

/** What an executor decides; the workers carry it out. */
export interface Plan {
  publishing: Publishing
  /** Publishing (or holding) ends after this, ms; null: when all messages are sent. */
  durationMs: number | null
  /** Connections per second over all clients; null: as many as the broker accepts. */
  connectRate: number | null
  /** Connections cut at once, again and again. */
  cuts: { everyMs: number; share: number } | null
  /** A client that cannot connect is a result, not a reason to stop. */
  toleratesRefusals: boolean
  /** The end of the run is compared with its beginning. */
  watchesDrift: boolean
}

/** A plan with nothing special; executors change what is theirs. */
export const basePlan = (all: LoadConfig): Plan => ({
  publishing: { kind: 'none' },
  durationMs: plannedMs(all),
  connectRate: all.ramp > 0 ? ((all.publishers + all.subscribers) * 1000) / all.ramp : null,
  cuts: null,
  toleratesRefusals: false,
  watchesDrift: false,
})
