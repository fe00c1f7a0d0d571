import { app, BrowserWindow, dialog } from 'electron'
import { launchFile } from './launch-file'
import { logFault } from './log'
import type { Language } from '../contract/languages'
import { menuTexts } from './menu-texts'

/** Longest that quitting waits for listeners and devices to close. */
const CLOSE_LIMIT_MS = 1500
/** Longest from the decision to quit to the end of the process, whatever hangs. */
const END_LIMIT_MS = 2300
/** How much longer it takes when the process does not end although everything is closed. */
const KILL_AFTER_MS = 200

type Closing = 'open' | 'closing' | 'closed'
let closing: Closing = 'open'
let ending = false
let quitting = false

/** The end has begun and cannot be called off: what fails from here on is no failure. */
export const isEnding = (): boolean => ending

/** Ends the application without a question; it is gone within 3 s, whatever is open. */
export function endNow(): void {
  markEnding()
  app.quit()
}

function markEnding(): void {
  if (ending) return
  ending = true
  setTimeout(() => {
    // Does not end the loop of a dialog of GTK that asks by itself, such as before it overwrites a file.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), KILL_AFTER_MS)
    app.exit(0)
  }, END_LIMIT_MS)
}

/** The application is about to quit; a question before the window closes may still call it off. */
export const isQuitting = (): boolean => quitting
export const callOffQuit = (): void => void (quitting = false)

/** Whoever ends the process from outside, a log-out or a shutdown, is not asked. */
function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.off(signal, endNow)
    process.on(signal, endNow)
  }
}

/** Resolves when windows may be opened. */
export async function whenReady(): Promise<void> {
  await app.whenReady()
  // Electron has put handlers of its own in place meanwhile, which quit with all questions.
  endOnSignals()
}

/** Brings the window to the front. */
function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows()
  if (window?.isMinimized()) window.restore()
  // One that is not drawn yet shows itself when it is.
  if (window?.isVisible()) window.focus()
}

/**
 * False, and the application ends, when it runs already with this folder; the window of that one then comes to the
 * front, and it opens the file of the second launch. `onFile` gets every file the program is given: by the
 * command line, by a double click while it runs, and by macOS before it runs.
 */
export function claimInstance(profile: string, onFile: (path: string) => void): boolean {
  // One folder for all that is kept, whichever host runs; it also tells which other process is the same program.
  app.setPath('userData', profile)
  endOnSignals()
  app.on('before-quit', () => (quitting = true))
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return false
  }
  app.on('second-instance', (_event, argv, cwd) => {
    showWindow()
    const file = launchFile(argv, cwd)
    if (file !== null) onFile(file)
  })
  // macOS: a click on the icon in the Dock.
  app.on('activate', showWindow)
  app.on('open-file', (event, path) => {
    event.preventDefault()
    onFile(path)
  })
  const first = launchFile(process.argv, process.cwd())
  if (first !== null) onFile(first)
  return true
}

/**
 * Says why the application could not start, and ends it with exit code 1. The message does not block: a signal is still
 * heard while it is read.
 */
export async function failStart(thrown: unknown, language: Language): Promise<void> {
  // A page that is not loaded, or a window that is gone, because of the end.
  if (ending || quitting) return
  logFault('start', thrown)
  const t = menuTexts(language)
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  // A box needs the application to be ready; before that, standard error says it.
  if (app.isReady())
    await dialog.showMessageBox({
      ...{ type: 'error', title: t.program, message: t.notStarted, detail, buttons: [t.quit], noLink: true },
    })
  app.exit(1)
}

/** Closes what is open before the application ends, once, and in bounded time. */
export function closeOnQuit(close: () => Promise<void>): void {
  app.on('window-all-closed', () => app.quit())
  app.on('will-quit', (event) => {
    if (closing === 'closed') return
    event.preventDefault()
    markEnding()
    if (closing === 'closing') return
    closing = 'closing'
    const limit = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS))
    void Promise.race([close().catch((e: unknown) => logFault('quit', e)), limit]).then(() => {
      closing = 'closed'
      app.quit()
    })
  })
}
