import type { ExecutorConfig } from './load-fields'

/** What says how long a load test publishes. */
interface Lasting {
  executor: ExecutorConfig
  duration?: number | undefined
  messages?: number | undefined
}

/** Publishing time when neither `duration` nor `messages` is given. */
const DEFAULT_DURATION_MS = 30_000

/** Length of the publishing, ms; null when it lasts as long as its messages take. */
export function plannedMs({ executor, duration, messages }: Lasting): number | null {
  if (executor.kind === 'ramping') return executor.stages.reduce((sum, s) => sum + s.over, 0)
  if (executor.kind === 'connection-storm') return duration ?? 0
  return duration ?? (messages === undefined ? DEFAULT_DURATION_MS : null)
}
