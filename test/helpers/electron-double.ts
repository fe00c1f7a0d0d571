/**
 * A double of the parts of 'electron' that main process and preload use. The built main bundle runs in this Node
 * process, the built preload and page in a Chromium that Playwright drives; the page's own protocol is served over
 * HTTP from the very handler that main registered, so its headers count. Ports cross as base64.
 */
import type { Page } from '@playwright/test'
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sandboxedPreload } from './electron-preload-double'

type ProtocolHandler = (request: Request) => Promise<Response>

/** Base64 of bytes; a number of bytes that were read; null is the empty message that ends a port. */
type Wire = string | number | null

const MIME: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
}

/** One end of Electron's MessageChannelMain. */
class Port extends EventEmitter {
  peer: Port | null = null
  private started = false
  private readonly queue: unknown[] = []

  /** @throws DataCloneError as Electron does */
  postMessage(data: unknown): void {
    this.peer?.deliver(structuredClone(data))
  }

  private deliver(data: unknown): void {
    if (this.started) setImmediate(() => this.emit('message', { data, ports: [] }))
    else this.queue.push(data)
  }

  start(): void {
    this.started = true
    for (const data of this.queue.splice(0)) this.deliver(data)
  }

  close(): void {
    for (const port of [this, this.peer]) setImmediate(() => port?.emit('close'))
  }
}

class MessageChannelMain {
  readonly port1 = new Port()
  readonly port2 = new Port()
  constructor() {
    this.port1.peer = this.port2
    this.port2.peer = this.port1
  }
}

/** Handlers that the window's session was given. */
class SessionDouble {
  permissionRequest: ((c: unknown, p: string, answer: (ok: boolean) => void) => void) | null = null
  permissionCheck: ((c: unknown, p: string) => boolean) | null = null
  setPermissionRequestHandler(f: SessionDouble['permissionRequest']): void {
    this.permissionRequest = f
  }
  setPermissionCheckHandler(f: SessionDouble['permissionCheck']): void {
    this.permissionCheck = f
  }
  setDevicePermissionHandler(): void {
    // no devices here
  }
}

class WebContentsDouble extends EventEmitter {
  readonly id = 1
  readonly session = new SessionDouble()
  openHandler: ((details: { url: string }) => { action: string }) | null = null
  private readonly ports = new Map<number, Port>()

  constructor(private readonly page: Page) {
    super()
  }

  setWindowOpenHandler(f: WebContentsDouble['openHandler']): void {
    this.openHandler = f
  }

  postMessage(channel: string, message: unknown, transfer: Port[] = []): void {
    const ids = transfer.map((port) => this.adopt(port))
    void this.page.evaluate(([c, m, i]) => window.__double.emit(c, m, i), [
      channel,
      structuredClone(message),
      ids,
    ] as const)
  }

  /** Carries on what the page sends to a port it was given. */
  fromPage(id: number, data: Wire): void {
    const bytes = typeof data === 'string' ? Uint8Array.from(Buffer.from(data, 'base64')) : data
    this.ports.get(id)?.postMessage(bytes)
  }

  private adopt(port: Port): number {
    const id = this.ports.size + 1
    this.ports.set(id, port)
    port.on('message', ({ data }: { data: Uint8Array | null }) => {
      const wire: Wire = data === null ? null : Buffer.from(data).toString('base64')
      this.page
        .evaluate(([i, d]) => window.__double.port(i, d), [id, wire] as const)
        .catch(() => undefined /* the page is closing */)
    })
    port.start()
    return id
  }
}

export type WindowDouble = InstanceType<ReturnType<typeof createElectron>['module']['BrowserWindow']>

/** What the user answers to the next dialog of each kind; none means that it was dismissed. */
export interface Answers {
  open: string[]
  save: string[]
  /** Index of the button. */
  message: number[]
}

/**
 * @param folder in which the user's data lie, and the files that are dropped on the page
 */
export function createElectron(page: Page, folder: string) {
  const answers: Answers = { open: [], save: [], message: [] }
  const asked: { message: string; detail?: string; buttons?: string[] }[] = []
  const handlers = new Map<string, ProtocolHandler>()
  const schemes: { scheme: string }[] = []
  const menus: Electron.MenuItemConstructorOptions[][] = []
  const errorBoxes: string[] = []
  const ipcMain = new EventEmitter()
  const server = createServer((request, response) => {
    const handler = handlers.get('app')
    if (!handler) throw new Error("double: no handler for the scheme 'app'")
    void handler(new Request(`app://fleetlab${request.url ?? '/'}`)).then(async (answer) => {
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(Buffer.from(await answer.arrayBuffer()))
    })
  })

  class BrowserWindow extends EventEmitter {
    static readonly all: BrowserWindow[] = []
    static getAllWindows = (): BrowserWindow[] => BrowserWindow.all
    readonly webContents = new WebContentsDouble(page)
    private address = ''
    visible = false
    maximized = false
    bars: number[] = []
    bounds: { x: number; y: number; width: number; height: number }

    constructor(readonly options: Electron.BrowserWindowConstructorOptions) {
      super()
      const { x = 0, y = 0, width = 0, height = 0 } = options
      this.bounds = { x, y, width, height }
      BrowserWindow.all.push(this)
    }

    isMinimized = (): boolean => false
    isMaximized = (): boolean => this.maximized
    getBounds = (): typeof this.bounds => this.bounds
    getNormalBounds = (): typeof this.bounds => this.bounds
    isVisible = (): boolean => this.visible
    isDestroyed = (): boolean => !BrowserWindow.all.includes(this)
    restore = (): void => undefined
    focus = (): void => void this.emit('focus')
    maximize = (): void => void (this.maximized = true)
    setProgressBar = (bar: number): void => void this.bars.push(bar)

    /** False when the window stays. */
    close(): boolean {
      if (prevented(this, 'close')) return false
      BrowserWindow.all.splice(BrowserWindow.all.indexOf(this), 1)
      this.emit('closed')
      if (BrowserWindow.all.length === 0) app.emit('window-all-closed')
      return true
    }

    show(): void {
      this.visible = true
      this.emit('show')
    }

    async loadURL(url: string): Promise<void> {
      const { preload } = sandboxOf(this.options)
      if (new URL(url).host !== 'fleetlab') throw new Error(`double: cannot load ${url}`)
      if (this.address !== '') {
        await page.goto(this.address)
        return
      }
      await page.exposeFunction('__doubleSend', (channel: string, args: unknown[], frameUrl?: string) => {
        const senderFrame = { url: frameUrl ?? url, parent: null }
        ipcMain.emit(channel, { sender: this.webContents, senderFrame }, ...args)
      })
      await page.exposeFunction('__doublePort', (id: number, data: Wire) =>
        this.webContents.fromPage(id, data),
      )
      await page.addInitScript({ content: sandboxedPreload(readFileSync(preload, 'utf8'), folder) })
      this.address = `${await listen(server)}/`
      await page.goto(this.address)
      this.emit('ready-to-show')
      this.webContents.emit('did-finish-load')
    }
  }

  const paths: Record<string, string> = {}
  const display = { id: 1, workArea: { x: 0, y: 0, width: 1600, height: 1000 } }
  const ended = new EventEmitter()
  const exited = new Promise<number>((resolve) => ended.once('exit', resolve))
  // The application runs in the process of the tests, which goes on when the application kills its own.
  const kill = process.kill.bind(process)
  process.kill = (pid, signal) => {
    if (pid !== process.pid || signal !== 'SIGKILL') return kill(pid, signal)
    ended.emit('exit', null)
    return true
  }
  const app = Object.assign(new EventEmitter(), {
    whenReady: () => Promise.resolve(),
    requestSingleInstanceLock: () => true,
    isPackaged: false,
    getLocale: () => 'en-US',
    setPath: (name: string, path: string) => void (paths[name] = path),
    getPath: (name: string) => paths[name] ?? folder,
    exit: (code: number) => ended.emit('exit', code),
    quit: () => {
      app.emit('before-quit')
      for (const window of [...BrowserWindow.all]) if (!window.close()) return
      if (!prevented(app, 'will-quit')) ended.emit('exit', 0)
    },
  })
  const module = {
    app,
    BrowserWindow,
    dialog: {
      showErrorBox: (title: string, text: string) => errorBoxes.push(`${title}: ${text}`),
      showOpenDialog: async () => ({ filePaths: answers.open.splice(0, 1) }),
      showSaveDialog: async () => {
        const filePath = answers.save.shift() ?? ''
        return { canceled: filePath === '', filePath }
      },
      showMessageBox: async (_window: unknown, options: (typeof asked)[number] & { cancelId: number }) => {
        asked.push(options)
        return { response: answers.message.shift() ?? options.cancelId }
      },
    },
    ipcMain,
    Menu: {
      buildFromTemplate: (template: unknown) => template,
      setApplicationMenu: (menu: Electron.MenuItemConstructorOptions[]) => menus.push(menu),
    },
    MessageChannelMain,
    nativeTheme: { themeSource: 'system', shouldUseDarkColors: true },
    net: { fetch: fetchFile },
    powerMonitor: new EventEmitter(),
    shell: {},
    screen: {
      getPrimaryDisplay: () => display,
      getAllDisplays: () => [display],
      getDisplayMatching: () => display,
    },
    protocol: {
      registerSchemesAsPrivileged: (list: { scheme: string }[]) => schemes.push(...list),
      handle: (scheme: string, f: ProtocolHandler) => handlers.set(scheme, f),
    },
  }
  const dispose = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { module, app, answers, asked, handlers, schemes, menus, errorBoxes, exited, ipcMain, dispose }
}

/** Emits an event that a listener may prevent. */
function prevented(emitter: EventEmitter, event: string): boolean {
  let stopped = false
  emitter.emit(event, { preventDefault: () => (stopped = true) })
  return stopped
}

/** @throws Error for a window that is not isolated and sandboxed: the double can show no other. */
function sandboxOf(options: Electron.BrowserWindowConstructorOptions): { preload: string } {
  const { contextIsolation, sandbox, nodeIntegration, preload } = options.webPreferences ?? {}
  if (!contextIsolation || !sandbox || nodeIntegration || preload === undefined) {
    throw new Error('double: only isolated and sandboxed windows with a preload')
  }
  return { preload }
}

async function fetchFile(url: string): Promise<Response> {
  const path = fileURLToPath(url)
  const bytes = await readFile(path)
  return new Response(bytes, {
    headers: { 'content-type': MIME[extname(path)] ?? 'application/octet-stream' },
  })
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

declare global {
  interface Window {
    __double: {
      emit(channel: string, message: unknown, ports: readonly number[]): void
      port(id: number, data: string | null): void
    }
  }
}
