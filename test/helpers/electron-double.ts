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
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sandboxedPreload } from './electron-preload-double'

type ProtocolHandler = (request: Request) => Promise<Response>

/** Base64 of bytes; null is the empty message that ends a port. */
type Wire = string | null

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
    this.ports.get(id)?.postMessage(data === null ? null : Uint8Array.from(Buffer.from(data, 'base64')))
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

export function createElectron(page: Page) {
  const handlers = new Map<string, ProtocolHandler>()
  const schemes: { scheme: string }[] = []
  const menus: unknown[] = []
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
    visible = false

    constructor(readonly options: Electron.BrowserWindowConstructorOptions) {
      super()
      BrowserWindow.all.push(this)
    }

    show(): void {
      this.visible = true
    }

    async loadURL(url: string): Promise<void> {
      const { preload } = sandboxOf(this.options)
      if (new URL(url).host !== 'fleetlab') throw new Error(`double: cannot load ${url}`)
      await page.exposeFunction('__doubleSend', (channel: string, args: unknown[], frameUrl?: string) => {
        const senderFrame = { url: frameUrl ?? url, parent: null }
        ipcMain.emit(channel, { sender: this.webContents, senderFrame }, ...args)
      })
      await page.exposeFunction('__doublePort', (id: number, data: Wire) =>
        this.webContents.fromPage(id, data),
      )
      await page.addInitScript({ content: sandboxedPreload(readFileSync(preload, 'utf8')) })
      await page.goto(`${await listen(server)}/`)
      this.emit('ready-to-show')
      this.webContents.emit('did-finish-load')
    }
  }

  const ended = new EventEmitter()
  const exited = new Promise<number>((resolve) => ended.once('exit', resolve))
  const app = Object.assign(new EventEmitter(), {
    whenReady: () => Promise.resolve(),
    requestSingleInstanceLock: () => true,
    getPath: () => join(tmpdir(), `fleetlab-double-${process.pid}`),
    exit: (code: number) => ended.emit('exit', code),
    quit: () => {
      const event = { prevented: false, preventDefault: () => void (event.prevented = true) }
      app.emit('will-quit', event)
      if (!event.prevented) ended.emit('exit', 0)
    },
  })
  const module = {
    app,
    BrowserWindow,
    dialog: { showErrorBox: (title: string, text: string) => errorBoxes.push(`${title}: ${text}`) },
    ipcMain,
    Menu: {
      buildFromTemplate: (template: unknown) => template,
      setApplicationMenu: (menu: unknown) => menus.push(menu),
    },
    MessageChannelMain,
    net: { fetch: fetchFile },
    protocol: {
      registerSchemesAsPrivileged: (list: { scheme: string }[]) => schemes.push(...list),
      handle: (scheme: string, f: ProtocolHandler) => handlers.set(scheme, f),
    },
  }
  const dispose = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { module, app, handlers, schemes, menus, errorBoxes, exited, ipcMain, dispose }
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
