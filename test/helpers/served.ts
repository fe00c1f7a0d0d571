import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const cli = join(import.meta.dirname, '../../out/main/cli.js')

/** A running `fleetlab serve`. */
export interface Served {
  /** Address of the page. */
  url: string
  child: ChildProcess
  /** What it has printed so far. */
  printed(): string
  /** Sends a signal, by default Ctrl-C, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<void>
}

export interface ServeOptions {
  /** Folder of its settings and history, which are not the user's own. */
  data: string
  /** Arguments after `serve`. */
  args?: string[]
  /** Options of Node itself. */
  node?: string[]
}

/** Starts the built command on a free port and waits until it says where the page is. */
export async function startServe({ data, args = [], node = [] }: ServeOptions): Promise<Served> {
  const child = spawn(process.execPath, [...node, cli, 'serve', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // what a first start shows is in the language of the system
    env: { ...process.env, XDG_DATA_HOME: data, LC_ALL: 'C' },
  })
  const closed = new Promise<number | null>((done) => child.once('close', done))
  let text = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const found = /page +(http:\S+)/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void closed.then((code) => reject(new Error(`fleetlab serve ended with ${code}: ${text}`)))
  })
  return {
    url,
    child,
    printed: () => text,
    end: async (signal = 'SIGINT') => {
      child.kill(signal)
      await closed
    },
  }
}
