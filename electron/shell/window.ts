import { BrowserWindow, type Session, type WebContents } from 'electron'
import { BRIDGE } from '../contract/bridge'

export interface WindowOptions {
  /** Path of the built preload script. */
  preload: string
}

/** Opens the one window: isolated, sandboxed, and unable to leave its page. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 700,
    show: false,
    title: 'MQTT Fleet Lab',
    backgroundColor: '#101418',
    webPreferences: {
      preload: options.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  })
  confine(window.webContents)
  refusePermissions(window.webContents.session)
  window.once('ready-to-show', () => window.show())
  return window
}

/** Loads the page into the window. */
export async function loadPage(window: BrowserWindow): Promise<void> {
  await window.loadURL(`${BRIDGE.origin}/`)
}

/** True for an address of the page itself. */
export const isOwnPage = (url: string): boolean =>
  url === BRIDGE.origin || url.startsWith(`${BRIDGE.origin}/`)

/** No navigation away, no second window, no webview. */
function confine(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** The page copies to the clipboard; it needs nothing else that a browser asks permission for. */
const ALLOWED = new Set(['clipboard-sanitized-write'])

function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(ALLOWED.has(permission)))
  session.setPermissionCheckHandler((_contents, permission) => ALLOWED.has(permission))
  session.setDevicePermissionHandler(() => false)
}
