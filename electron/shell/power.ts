import { powerMonitor } from 'electron'
import { note } from '../engine/base/notes'
import type { Engine } from '../engine/types'
import type { Workspace } from '../store/workspace'

/** A sleep shorter than this is not worth a word. */
const WORTH_SAYING_MS = 30_000

/** Before the computer sleeps the scenario is saved and run time stands still; afterwards the page says so. */
export function keepThroughSleep(engine: Pick<Engine, 'hold'>, workspace: Workspace): void {
  let sinceMs: number | null = null
  powerMonitor.on('suspend', () => {
    // A clock that runs on while the computer sleeps, which the monotonic one need not.
    sinceMs = Date.now()
    engine.hold(true)
    void workspace.flush()
  })
  powerMonitor.on('resume', () => {
    engine.hold(false)
    const sleptMs = sinceMs === null ? 0 : Date.now() - sinceMs
    sinceMs = null
    if (sleptMs < WORTH_SAYING_MS) return
    const text =
      'The computer was asleep for {n} min. The run was paused; clients on other computers may have to reconnect.'
    workspace.notice('info', note('slept', text, { n: Math.round(sleptMs / 60_000) }))
  })
}
