import { performance } from 'node:perf_hooks'
import type { Engine } from '../engine/types'
import { guardCrashes } from '../store/crash-guard'
import type { Workspace } from '../store/workspace'
import { isEnding } from './lifecycle'
import { logFault } from './log'

/** What nothing has caught is logged, and the engine restarts, until it fails too often. */
export function guardEngine(
  engine: Pick<Engine, 'recover'>,
  workspace: Workspace,
  giveUp: (why: string) => void,
): void {
  guardCrashes(process, {
    now: () => performance.now(),
    log: logFault,
    flush: () => workspace.flush(),
    recover: (why) => (isEnding() ? Promise.resolve() : engine.recover(why)),
    giveUp,
  })
}
