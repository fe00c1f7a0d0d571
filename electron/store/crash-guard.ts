/** Failures after which the program gives up, and the time in which they must fall. */
const MAX_FAILURES = 3
const FAILURE_SPAN_MS = 60_000

export interface CrashGuardDeps {
  /** Monotonic ms. */
  now(): number
  log(where: string, thrown: unknown): void
  /** Puts the open scenario on the disk first of all. */
  flush(): Promise<void>
  /** Restarts the run and tells the pages. */
  recover(why: string): Promise<void>
  /** Failures keep coming: the process has to end. */
  giveUp(why: string): void
}

const reason = (thrown: unknown): string => {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return text.split('\n')[0] ?? 'unknown failure'
}

/**
 * Catches what nobody else caught, an exception or a rejection, saves the scenario and has the run restart. The
 * third failure within a minute ends the process: the next start offers the autosaved scenario.
 * Returns the way to stop.
 */
export function guardCrashes(
  target: Pick<NodeJS.EventEmitter, 'on' | 'off'>,
  deps: CrashGuardDeps,
): () => void {
  let failedAtMs: number[] = []
  const caught = (thrown: unknown): void => {
    deps.log('uncaught', thrown)
    const nowMs = deps.now()
    failedAtMs = [...failedAtMs.filter((at) => nowMs - at < FAILURE_SPAN_MS), nowMs]
    const why = reason(thrown)
    const last = failedAtMs.length >= MAX_FAILURES
    void deps
      .flush()
      .then(() => (last ? deps.giveUp(why) : deps.recover(why)))
      .catch((e: unknown) => deps.log('recovery', e))
  }
  target.on('uncaughtException', caught)
  target.on('unhandledRejection', caught)
  return () => {
    target.off('uncaughtException', caught)
    target.off('unhandledRejection', caught)
  }
}
