import type { BrowserWindow } from 'electron'
import { note } from '../engine/base/notes'
import type { Workspace } from '../store/workspace'
import { isEnding } from './lifecycle'
import { logFault } from './log'

/** Reloads within this time after which the page is given up. */
const MAX_RELOADS = 3
const RELOAD_SPAN_MS = 60_000

/** A page that died is loaded again and told what was lost; one that keeps dying ends the program. */
export function recoverPage(
  window: BrowserWindow,
  workspace: Workspace,
  load: () => Promise<void>,
  onGivenUp: (why: string) => void,
): void {
  let diedAtMs: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || isEnding()) return
    const nowMs = performance.now()
    diedAtMs = [...diedAtMs.filter((at) => nowMs - at < RELOAD_SPAN_MS), nowMs]
    if (diedAtMs.length > MAX_RELOADS) {
      onGivenUp(`the page: ${reason}`)
      return
    }
    const text =
      'The window failed ({why}) and was reloaded. The run continued; anything you typed but did not apply is lost.'
    workspace.noticeNext('warn', note('page-recovered', text, { why: reason }))
    // One that dies while it loads fails here and comes back above.
    load().catch((e: unknown) => logFault('page', e))
  })
}

/** Longest from the failure of a load to the news that the page has died, in ms. */
const TOLD_MS = 1000

/** Loads the page for the first time. One that dies meanwhile is no failed start: `recoverPage` loads it again. */
export async function loadFirst(window: BrowserWindow, load: () => Promise<void>): Promise<void> {
  const died = new Promise<true>((resolve) =>
    window.webContents.once('render-process-gone', () => resolve(true)),
  )
  try {
    await load()
  } catch (e) {
    const alive = new Promise<false>((resolve) => setTimeout(resolve, TOLD_MS, false))
    if (!(await Promise.race([died, alive]))) throw e
  }
}
