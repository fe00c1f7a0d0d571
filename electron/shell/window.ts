import { BrowserWindow, screen, type Session, type WebContents } from 'electron'
import { BRIDGE } from '../contract/bridge'
import type { WindowPlace } from '../store/kinds'
import { MIN_SIZE, windowArea } from './window-place'

export interface WindowOptions {
  /** Path of the built preload script. */
  preload: string
  /** Where it was last. */
  place: WindowPlace | null
  /** Behind the page until it is drawn. */
  colour: string
}

/** Opens the one window: isolated, sandboxed, and unable to leave its page. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...windowArea(options.place, workAreas()),
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: 'MQTT Fleet Lab',
    backgroundColor: options.colour,
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
  window.once('ready-to-show', () => {
    if (options.place?.maximized) window.maximize()
    window.show()
  })
  return window
}

/** The displays' work areas, the primary first. */
function workAreas(): { x: number; y: number; width: number; height: number }[] {
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter((d) => d.id !== primary.id)
  return [primary, ...others].map((d) => d.workArea)
}

/** How long a window has to stand still before its place is kept. */
const SETTLE_MS = 500

/** Tells where the window is once it stands still, and when it closes. */
export function watchPlace(window: BrowserWindow, keep: (place: WindowPlace) => void): void {
  let timer: NodeJS.Timeout | undefined
  const tell = (): void => {
    clearTimeout(timer)
    keep({ ...window.getNormalBounds(), maximized: window.isMaximized() })
  }
  const moved = (): void => {
    clearTimeout(timer)
    timer = setTimeout(tell, SETTLE_MS)
  }
  window.on('resize', moved)
  window.on('move', moved)
  window.on('maximize', moved)
  window.on('unmaximize', moved)
  window.on('close', tell)
  window.on('closed', () => clearTimeout(timer))
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
