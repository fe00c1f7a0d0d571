import { app, BrowserWindow, dialog } from 'electron'
import { logFault } from './log'

/** Longest that quitting waits for listeners and devices to close. */
const CLOSE_LIMIT_MS = 1500

/** Resolves when windows may be opened. */
export const whenReady = (): Promise<void> => app.whenReady()

/** False, and the application ends, when it runs already; the window of that one then comes to the front. */
export function claimInstance(): boolean {
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return false
  }
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (!window) return
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  return true
}

/** Says why the application could not start, and ends it with exit code 1. */
export function failStart(thrown: unknown): void {
  logFault('start', thrown)
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  dialog.showErrorBox('MQTT Fleet Lab could not start', why)
  app.exit(1)
}

/** Closes what is open before the application ends, once, and in bounded time. */
export function closeOnQuit(
  close: () => Promise<void>,
  onFault: (where: string, thrown: unknown) => void,
): void {
  let state: 'open' | 'closing' | 'closed' = 'open'
  app.on('window-all-closed', () => app.quit())
  app.on('will-quit', (event) => {
    if (state === 'closed') return
    event.preventDefault()
    if (state === 'closing') return
    state = 'closing'
    const limit = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS))
    void Promise.race([close().catch((e: unknown) => onFault('quit', e)), limit]).then(() => {
      state = 'closed'
      app.quit()
    })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit())
}
