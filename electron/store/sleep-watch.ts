import { note } from '../engine/base/notes'
import type { Workspace } from './workspace'

/** A sleep shorter than this is not worth a word. */
const WORTH_SAYING_MS = 30_000
const EVERY_MS = 5000

/**
 * Sees by the clock that time went on without the program: the computer slept, or the program was stopped. Not every
 * system tells, and plain Node is never told.
 */
export class SleepWatch {
  private lastMs: number

  constructor(
    private readonly now: () => number,
    private readonly onSlept: (ms: number) => void,
  ) {
    this.lastMs = now()
  }

  /** To be called every `EVERY_MS`, and when the system says that a sleep is over. */
  look(): void {
    const sleptMs = this.now() - this.lastMs
    this.lastMs = this.now()
    if (sleptMs >= WORTH_SAYING_MS) this.onSlept(sleptMs)
  }
}

/** Tells the page of every sleep that is worth a word; `stop` ends it, `look` looks at once. */
export function watchSleep(workspace: Pick<Workspace, 'notice'>): { look(): void; stop(): void } {
  // The clock of the wall: the monotonic one need not go on while the computer sleeps.
  const watch = new SleepWatch(
    () => Date.now(),
    (ms) => {
      const text =
        'The computer was asleep for {n} min. The run was paused; clients on other computers may have to reconnect.'
      workspace.notice('info', note('slept', text, { n: Math.max(1, Math.round(ms / 60_000)) }))
    },
  )
  const timer = setInterval(() => watch.look(), EVERY_MS)
  timer.unref()
  return { look: () => watch.look(), stop: () => clearInterval(timer) }
}
