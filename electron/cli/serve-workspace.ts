import { performance } from 'node:perf_hooks'
import type { LabApi, ServedApi } from '../contract/api'
import { printable } from '../contract/printable'
import type { PageLink } from '../contract/rpc'
import type { Engine, EngineDeps } from '../engine/types'
import { about } from '../store/about'
import { guardCrashes } from '../store/crash-guard'
import { dataFolder } from '../store/data-folder'
import { watchSleep } from '../store/sleep-watch'
import { Workspace } from '../store/workspace'
import { withWorkspace } from '../store/workspace-session'
import type { CliContext } from './command'
import { EXIT } from './command'
import { engineFor } from './log'

/** An engine and what is kept for its user, each told of the other. */
export interface Desk {
  engine: Engine
  workspace: Workspace
  extend: (lab: LabApi, page: PageLink) => ServedApi
  /** Tells standard error what failed inside. */
  onInternalError(where: string, thrown: unknown): void
  close(): Promise<void>
}

/** The engine of `fleetlab serve`, with the user's settings, recent files and autosaved scenario. */
export async function openDesk(
  context: CliContext,
  more: Pick<EngineDeps, 'observers' | 'onLoadTest'> = {},
): Promise<Desk> {
  const { stderr } = context
  const workspace = new Workspace({
    folder: dataFolder(context.env),
    dialogs: null,
    now: () => Date.now(),
    log: (level, note) => void stderr.write(`${level}: ${printable(note.text)}\n`),
  })
  const onInternalError = (where: string, thrown: unknown): void =>
    void stderr.write(`error: ${printable(`${where}: ${String(thrown)}`)}\n`)
  const engine = await engineFor(context, 'warn', {
    ...more,
    onScenario: (...s) => workspace.scenarioIs(...s),
  })
  const stopGuard = context.crashes
    ? guardCrashes(context.crashes.target, {
        now: () => performance.now(),
        log: onInternalError,
        flush: () => workspace.flush(),
        recover: (why) => engine.recover(why),
        giveUp: (why) => {
          stderr.write(
            `fleetlab: gave up after repeated failures (${printable(why)}); the scenario is autosaved\n`,
          )
          context.crashes?.exit(EXIT.thresholds)
        },
      })
    : () => undefined
  const sleep = watchSleep(workspace)
  return {
    engine,
    workspace,
    onInternalError,
    extend: (lab, page) =>
      withWorkspace(lab, page, {
        workspace,
        engine,
        about: () => about(context.root, context.version, process.versions),
      }),
    close: async () => {
      sleep.stop()
      await engine.close()
      await workspace.close()
      stopGuard()
    },
  }
}
