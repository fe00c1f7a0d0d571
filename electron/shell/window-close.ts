import { app, type BrowserWindow } from 'electron'
import type { Engine } from '../engine/types'
import type { Workspace } from '../store/workspace'
import { askToClose } from './dialogs'
import { languageOf } from './menu'

/** Asks before a window closes with unsaved changes or a running load test, then lets it close or stay. */
export function guardClose(window: BrowserWindow, workspace: Workspace, engine: Pick<Engine, 'work'>): void {
  let leave = false
  let quitting = false
  let asking = false
  app.on('before-quit', () => (quitting = true))
  // Whoever ends the process from outside is not asked.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      leave = true
      app.quit()
    })
  // The page's own question would keep the window open without a word.
  window.webContents.on('will-prevent-unload', (event) => event.preventDefault())
  window.on('close', (event) => {
    const state = { changed: workspace.changed, loading: engine.work()?.kind === 'load' }
    if (leave || (!state.changed && !state.loading)) return
    event.preventDefault()
    if (asking) return
    asking = true
    const wasQuitting = quitting
    quitting = false
    void mayClose(window, workspace, state).then((yes) => {
      asking = false
      if (!yes) return
      leave = true
      if (wasQuitting) app.quit()
      else window.close()
    })
  })
}

async function mayClose(
  window: BrowserWindow,
  workspace: Workspace,
  state: { changed: boolean; loading: boolean },
): Promise<boolean> {
  const answer = await askToClose(window, state, languageOf(workspace))
  if (answer !== 'save') return answer === 'close'
  try {
    return (await workspace.save(false, 'yaml')) !== null
  } catch (thrown) {
    workspace.saveFailed(thrown)
    return false
  }
}
