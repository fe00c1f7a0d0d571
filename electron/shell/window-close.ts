import { app, type BrowserWindow } from 'electron'
import type { Engine } from '../engine/types'
import type { Workspace } from '../store/workspace'
import type { CloseState } from './close-question'
import { askToClose } from './dialogs'
import { callOffQuit, isEnding, isQuitting } from './lifecycle'
import { languageOf } from './menu'

/** What closing the window would end. */
export interface CloseDeps {
  workspace: Workspace
  engine: Pick<Engine, 'work'>
  /** Viewers of a class. */
  viewers(): number
}

/** Asks before a window closes with unsaved changes, a running load test or a class, then lets it close or stay. */
export function guardClose(window: BrowserWindow, { workspace, engine, viewers }: CloseDeps): void {
  let leave = false
  let asking = false
  // The page's own question would keep the window open without a word.
  window.webContents.on('will-prevent-unload', (event) => event.preventDefault())
  window.on('close', (event) => {
    const loading = engine.work()?.kind === 'load'
    const state = { changed: workspace.changed, loading, watching: viewers() }
    if (leave || isEnding() || (!state.changed && !loading && state.watching === 0)) return
    event.preventDefault()
    if (asking) return
    asking = true
    const wasQuitting = isQuitting()
    callOffQuit()
    void mayClose(window, workspace, state).then((yes) => {
      asking = false
      if (!yes) return
      leave = true
      if (wasQuitting) app.quit()
      else window.close()
    })
  })
}

async function mayClose(window: BrowserWindow, workspace: Workspace, state: CloseState): Promise<boolean> {
  const answer = await askToClose(window, state, languageOf(workspace))
  if (answer === 'close') workspace.dropChanges()
  if (answer !== 'save') return answer === 'close'
  try {
    return (await workspace.save(false, 'yaml')) !== null
  } catch (thrown) {
    workspace.saveFailed(thrown)
    return false
  }
}
