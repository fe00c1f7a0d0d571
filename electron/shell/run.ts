import { join } from 'node:path'
import type { Channel } from '../contract/channel'
import type { Engine, Sharing } from '../engine/types'
import { openDemo } from '../store/demo'
import { openPlace } from '../store/window-file'
import type { Workspace } from '../store/workspace'
import { openDesktop } from './desktop'
import { createGiveUp } from './give-up'
import { guardEngine } from './guard'
import { closeOnQuit, endNow, isEnding, whenReady } from './lifecycle'
import { logNote } from './log'
import { languageOf } from './menu'
import { askToGoOn, type Profile } from './profile'
import { followUpdates } from './updates'

export interface RunDeps {
  /** Root of the application: `out`, `build` and `examples` lie in it. */
  root: string
  /** Folder of the user's data. */
  folder: string
  profile: Profile
  /** Of the program. */
  version: string
  workspace: Workspace
  /** Makes the engine, once the settings are read, and the way to serve a page. */
  open(): { engine: Engine; sharing: Sharing; serve(channel: Channel): void }
}

/** Runs the desktop application until it has a page; every step looks whether the end has begun meanwhile. */
export async function runDesktop(deps: RunDeps): Promise<void> {
  const { root, folder, profile, workspace, open } = deps
  await workspace.load()
  const place = await openPlace(folder, logNote)
  if (isEnding()) return
  const { engine, sharing, serve } = open()
  let closed: Promise<unknown> | null = null
  const close = async (keep?: boolean): Promise<void> => {
    closed ??= Promise.all([sharing.stop(), engine.close(), place.idle(), workspace.close(keep)])
    await closed
  }
  const language = () => languageOf(workspace)
  const giveUp = createGiveUp({ close: () => close(true), language })
  guardEngine(engine, workspace, giveUp)
  closeOnQuit(close)
  await whenReady()
  if (isEnding()) return
  if (profile.problem !== null && !(await askToGoOn(folder, profile.problem, language()))) {
    endNow()
    return
  }
  const desktop = openDesktop({
    ...{ workspace, engine, place, giveUp, serve },
    page: join(root, 'out/renderer'),
    preload: join(root, 'out/preload/preload.cjs'),
    icon: join(root, 'build/icons/256x256.png'),
    viewers: () => {
      const state = sharing.state()
      return state.on ? state.viewers.length : 0
    },
  })
  await openDemo(root, engine, workspace, language())
  if (!isEnding()) await desktop.show()
  if (!isEnding()) await followUpdates(deps)
}
