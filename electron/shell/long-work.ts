import type { BrowserWindow } from 'electron'
import type { Engine } from '../engine/types'

const EVERY_MS = 500
/** What `setProgressBar` takes for no bar. */
const NONE = -1
/** Above 1 the bar shows that something goes on without saying how much of it is done. */
const UNKNOWN = 2

/** Value of the bar for what the engine does. Linux has no bar of unknown length: it would show a full one. */
export function barOf(work: ReturnType<Engine['work']>, platform: NodeJS.Platform): number {
  if (!work) return NONE
  return work.fraction > 0 ? work.fraction : platform === 'linux' ? 0 : UNKNOWN
}

/** Shows on the icon of the task bar how far an experiment or a load test is. */
export function showLongWork(window: BrowserWindow, engine: Pick<Engine, 'work'>): void {
  let shown = NONE
  const timer = setInterval(() => {
    const bar = barOf(engine.work(), process.platform)
    if (bar === shown) return
    shown = bar
    window.setProgressBar(bar)
  }, EVERY_MS)
  timer.unref()
  window.on('closed', () => clearInterval(timer))
}
