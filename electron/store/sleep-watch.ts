import { uptime } from 'node:os'
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

  /** @param now ms of a clock that goes on while the computer sleeps, and that nobody sets */
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
  // The time since the system was started goes on while the computer sleeps, which that of `performance` need not, and
  // does not jump when somebody sets the clock, as that of the wall does.
  const watch = new SleepWatch(
    () => uptime() * 1000,
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
