import { BrowserWindow, screen, type Session, type WebContents } from 'electron'
import { BRIDGE } from '../contract/bridge'
import type { WindowPlace } from '../store/kinds'
import { logFault } from './log'
import { minSizeOn, placeToKeep, windowArea, type Area } from './window-place'

export interface WindowOptions {
  /** Path of the built preload script. */
  preload: string
  /** Path of the program's picture. */
  icon: string
  /** Where it was last. */
  place: WindowPlace | null
  /** Behind the page until it is drawn. */
  colour: string
}

/** Opens the one window: isolated, sandboxed, and unable to leave its page. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const area = windowArea(options.place, workAreas())
  const min = minSizeOn(screen.getDisplayMatching(area).workArea)
  const window = new BrowserWindow({
    ...area,
    minWidth: min.width,
    minHeight: min.height,
    show: false,
    title: 'MQTT Fleet Lab',
    ...(process.platform === 'linux' ? { icon: options.icon } : {}),
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
  confine(window)
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

/** Tells where the user has put the window, once it stands still and when it closes. */
export function watchPlace(window: BrowserWindow, keep: (place: WindowPlace) => void): void {
  let timer: NodeJS.Timeout | undefined
  let opened: WindowPlace | null = null
  const asked: Area = window.getBounds()
  const place = (): WindowPlace => ({ ...window.getNormalBounds(), maximized: window.isMaximized() })
  const tell = (): void => {
    clearTimeout(timer)
    const now = placeToKeep(place(), asked, opened)
    if (now) keep(now)
  }
  window.once('show', () => {
    const settled = setTimeout(() => {
      if (!window.isDestroyed()) opened = place()
    }, SETTLE_MS)
    window.once('closed', () => clearTimeout(settled))
  })
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
function confine(window: BrowserWindow): void {
  const contents: WebContents = window.webContents
  // An empty page comes without being asked about.
  contents.on('did-navigate', (_event, url) => {
    if (!isOwnPage(url)) loadPage(window).catch((e: unknown) => logFault('page', e))
  })
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
