import { _electron, type ElectronApplication } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { welcomed } from '../../helpers/kept-files'

const about = z.object({
  /** What starts Electron here; as root it gives root up first. */
  executable: z.string(),
  /** The binary itself. */
  runtime: z.string(),
  /** Folder of the built application. */
  application: z.string(),
  /** What Playwright has Electron load before the application. */
  loader: z.string(),
  /** It is the version the application is shipped with, not the stand-in. */
  isPinned: z.boolean(),
  /** User that the application runs as, null when it is the one who runs the tests. */
  owner: z.int().nullable(),
})

/** The Electron that scripts/test-electron.mjs made ready. */
export const runtime = about.parse(JSON.parse(process.env['FLEETLAB_ELECTRON'] ?? '{}'))

export interface StartOptions {
  /** After the folder of the application. */
  args?: readonly string[]
  /** Before it: those of Node.js. For `start` alone. */
  options?: readonly string[]
  cwd?: string
  env?: Readonly<Record<string, string>>
}

/** The user's folder of one journey: home, data, and where the program is started. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'fleetlab-home-'))
  /** What the application keeps. */
  readonly kept = join(this.folder, 'mqtt-fleet-lab')
  private readonly started: ChildProcess[] = []

  /** Of a user who has seen the welcome: a start shows the small home. */
  constructor() {
    this.own(this.folder)
    welcomed(this.kept)
    for (const path of [this.kept, join(this.kept, 'welcome.json')]) this.own(path)
  }

  /** Nothing can be kept: what the application would write into is neither there nor can be made. */
  lock(): void {
    rmSync(this.kept, { recursive: true })
    chmodSync(this.folder, 0o555)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Writes a file that the application may change. */
  write(name: string, text: string): string {
    const path = this.path(name)
    writeFileSync(path, text)
    this.own(path)
    return path
  }

  /** Gives a path to the user that the application runs as. */
  own(path: string): void {
    if (runtime.owner !== null) chownSync(path, runtime.owner, runtime.owner)
  }

  /** A process of this user has begun. */
  began(child: ChildProcess): void {
    this.started.push(child)
  }

  /** Ends what a journey that failed has left running: the one who runs the tests waits for it otherwise. */
  async remove(): Promise<void> {
    const running = this.started.filter((c) => c.exitCode === null && c.signalCode === null)
    await Promise.all(
      running.map((child) => {
        const closed = once(child, 'close')
        child.kill('SIGKILL')
        return closed
      }),
    )
    rmSync(this.folder, { recursive: true, force: true })
  }

  env(): Record<string, string> {
    const { PATH = '', DISPLAY = '', WAYLAND_DISPLAY } = process.env
    return {
      ...{ PATH, DISPLAY, HOME: this.folder, XDG_DATA_HOME: this.folder, XDG_CONFIG_HOME: this.folder },
      ...(WAYLAND_DISPLAY === undefined ? {} : { WAYLAND_DISPLAY }),
      // A folder that is not there: no journey speaks to the session bus of whoever runs it.
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${this.path('no-bus')}`,
      NO_AT_BRIDGE: '1',
    }
  }
}

/** Starts the application under Playwright, its sandbox on. */
export async function launch(home: Home, options: StartOptions = {}): Promise<ElectronApplication> {
  const app = await _electron.launch({
    executablePath: runtime.executable,
    chromiumSandbox: true,
    args: ['-r', runtime.loader, runtime.application, '--lang=en-US', ...(options.args ?? [])],
    cwd: options.cwd ?? home.folder,
    env: { ...home.env(), ...options.env },
  })
  home.began(app.process())
  return app
}

/** Ends an application of `launch`, whatever it shows; done when its process is gone, also when it was gone before. */
export function endOf(app: ElectronApplication): () => Promise<void> {
  const child = app.process()
  const closed = new Promise<void>((done) => child.once('close', () => done()))
  return async () => {
    child.kill('SIGTERM')
    await closed
  }
}

/** A start as a user's: nothing is attached to it. */
export interface Started {
  process: ChildProcess
  /** Resolves to code and signal when it has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** What it wrote to standard error so far. */
  said(): string
}

export function start(home: Home, options: StartOptions = {}): Started {
  const before = options.options ?? []
  const args = [...before, runtime.application, '--lang=en-US', ...(options.args ?? [])]
  const child = spawn(runtime.executable, args, {
    cwd: options.cwd ?? home.folder,
    env: { ...home.env(), ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  home.began(child)
  let text = ''
  child.stderr.on('data', (d: Buffer) => (text += d.toString()))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  return { process: child, ended, said: () => text }
}
