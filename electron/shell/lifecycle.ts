import { app, BrowserWindow, dialog } from 'electron'
import { launchFile } from './launch-file'
import { logFault } from './log'

/** Longest that quitting waits for listeners and devices to close. */
const CLOSE_LIMIT_MS = 1500

/** Resolves when windows may be opened. */
export const whenReady = (): Promise<void> => app.whenReady()

/**
 * False, and the application ends, when it runs already; the window of that one then comes to the front, and it opens
 * the file of the second launch. `onFile` is told of every file the program is given: by the command line, by a double
 * click while it runs, and by macOS before it runs.
 */
export function claimInstance(folder: string, onFile: (path: string) => void): boolean {
  // One folder for all that is kept, whichever host runs; it also tells which other process is the same program.
  app.setPath('userData', folder)
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return false
  }
  app.on('second-instance', (_event, argv, cwd) => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
    const file = launchFile(argv, cwd)
    if (file !== null) onFile(file)
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    onFile(path)
  })
  const first = launchFile(process.argv, process.cwd())
  if (first !== null) onFile(first)
  return true
}

/** Says why the application could not start or go on, and ends it with exit code 1. */
export function failStart(thrown: unknown): void {
  logFault('start', thrown)
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  dialog.showErrorBox('MQTT Fleet Lab could not start', why)
  app.exit(1)
}

/** Ends the application after failures that kept coming. */
export function giveUp(why: string): void {
  dialog.showErrorBox(
    'MQTT Fleet Lab must close',
    `It failed several times within a minute (${why}). The scenario is saved and will be offered at the next start.`,
  )
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
}
