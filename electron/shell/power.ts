import { powerMonitor } from 'electron'
import type { Engine } from '../engine/types'
import { watchSleep } from '../store/sleep-watch'
import type { Workspace } from '../store/workspace'

/** Before the computer sleeps the scenario is saved and run time stands still; afterwards the page says so. */
export function keepThroughSleep(engine: Pick<Engine, 'hold'>, workspace: Workspace): void {
  const watch = watchSleep(workspace)
  powerMonitor.on('suspend', () => {
    watch.look()
    engine.hold(true)
    void workspace.flush()
  })
  powerMonitor.on('resume', () => {
    engine.hold(false)
    watch.look()
  })
}
