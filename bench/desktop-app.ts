import type { ChildProcess } from 'node:child_process'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { start, type Home, type Started } from '../test/e2e/electron/runtime'

const LIMIT_MS = 60_000
const LOOK_MS = 5

/** The desktop application as a user starts it, with its page in reach of the developer tools. */
export interface DesktopApp {
  started: Started
  page: Tools
  /** The main process. */
  main: Tools
  /** From the start of the process until the page shows a device of its fleet, ms. */
  startMs: number
  end(): Promise<void>
}

const answerSchema = z.object({
  id: z.int(),
  error: z.object({ message: z.string() }).optional(),
  result: z
    .object({ result: z.object({ value: z.unknown().optional() }), exceptionDetails: z.unknown().optional() })
    .optional(),
})

/**
 * A page, or the main process, by the protocol of the developer tools alone, which is there before a test tool finds the
 * page.
 */
export class Tools {
  private next = 0

  private constructor(private readonly socket: WebSocket) {}

  static async open(address: string): Promise<Tools> {
    const socket = new WebSocket(address, { perMessageDeflate: false })
    await new Promise((done, failed) => socket.once('open', done).once('error', failed))
    return new Tools(socket)
  }

  /** Runs a function over there, which must need nothing from here, and resolves to what it gives. */
  async evaluate<A, T>(script: (argument: A) => T | Promise<T>, argument: A): Promise<T> {
    const id = ++this.next
    // The loader of this file names functions by a helper that the page has not.
    const expression = `(() => { const __name = (f) => f; return (${script.toString()})(${JSON.stringify(argument)}) })()`
    const params = { expression, awaitPromise: true, returnByValue: true }
    const answer = new Promise<z.output<typeof answerSchema>>((done) => {
      const listen = (data: unknown): void => {
        const parsed = answerSchema.safeParse(JSON.parse(String(data)))
        if (!parsed.success || parsed.data.id !== id) return
        this.socket.off('message', listen)
        done(parsed.data)
      }
      this.socket.on('message', listen)
    })
    this.socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }))
    const { result, error } = await answer
    const why = error?.message ?? result?.exceptionDetails
    if (why !== undefined) throw new Error(`in the application: ${JSON.stringify(why)}`)
    return result?.result.value as T
  }

  close(): void {
    this.socket.close()
  }
}

const targetsSchema = z.array(
  z.object({ type: z.string(), url: z.string(), webSocketDebuggerUrl: z.string().optional() }),
)

/** Address of the page for the developer tools, once there is one. */
async function pageOf(started: Started): Promise<string> {
  const until = Date.now() + LIMIT_MS
  while (Date.now() < until) {
    const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(started.said())?.[1]
    const list = port && (await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => null))
    const targets = list ? targetsSchema.parse(await list.json()) : []
    const page = targets.find((t) => t.type === 'page' && t.url.startsWith('app:'))
    if (page?.webSocketDebuggerUrl !== undefined) return page.webSocketDebuggerUrl
    await new Promise((done) => setTimeout(done, LOOK_MS))
  }
  throw new Error(`the application has no page:\n${started.said()}`)
}

/** Resolves, by the clock of the page, to the moment of the first picture that has the broker's address and a device. */
const drawnAt = (): Promise<number> =>
  new Promise((resolve) => {
    const isDrawn = (): boolean =>
      document.querySelector('[role=option]') !== null && document.body.innerText.includes('mqtt://')
    const look = (): void => void requestAnimationFrame(() => (isDrawn() ? resolve(Date.now()) : look()))
    look()
  })

/** `drawnAt`, restarted where the tools have found the page before its first navigation was done. */
async function untilDrawn(page: Tools): Promise<number> {
  const until = Date.now() + LIMIT_MS
  for (;;) {
    try {
      return await page.evaluate(drawnAt, null)
    } catch (thrown) {
      if (Date.now() > until || !/context/i.test(String(thrown))) throw thrown
    }
  }
}

const running = new Set<ChildProcess>()

/** Ends what runs, without waiting: for when nobody reads any more what is measured. */
export function endAll(): void {
  for (const child of running) child.kill('SIGTERM')
}

/** A process that must not outlive the bench. */
export function keepTrackOf(child: ChildProcess): void {
  running.add(child)
  child.once('close', () => running.delete(child))
}

/** Starts the application with a file, or with the demo. */
export async function openDesktop(home: Home, args: readonly string[] = []): Promise<DesktopApp> {
  const from = Date.now()
  const started = start(home, { args: ['--remote-debugging-port=0', ...args], options: ['--inspect=0'] })
  keepTrackOf(started.process)
  const page = await Tools.open(await pageOf(started))
  const startMs = (await untilDrawn(page)) - from
  const main = await Tools.open(/Debugger listening on (ws:\S+)/.exec(started.said())?.[1] ?? '')
  return {
    started,
    page,
    main,
    startMs,
    async end() {
      page.close()
      main.close()
      started.process.kill('SIGTERM')
      await started.ended
    },
  }
}

/** Waits until the page has a text. */
export const untilSaid = (page: Tools, text: string): Promise<void> =>
  page.evaluate(async (wanted) => {
    while (!document.body.innerText.includes(wanted)) await new Promise((done) => setTimeout(done, 50))
  }, text)

/** Round trips of a command of the page over its port, ms, one after the other with a pause between. */
export function roundTrips(page: Tools, times: number): Promise<number[]> {
  return page.evaluate(async (n) => {
    interface Stores {
      get(name: string): { deliverAll(): Promise<void> }
    }
    const root = document.querySelector('#app') as unknown as {
      __vue_app__: { config: { globalProperties: { $pinia: { _s: Stores } } } }
    }
    // Nothing is held, so that the engine answers at once and the page has nothing to draw: the way is what is measured.
    const store = root.__vue_app__.config.globalProperties.$pinia._s.get('gate')
    const took: number[] = []
    for (let i = 0; i < n; i++) {
      const from = performance.now()
      await store.deliverAll()
      took.push(performance.now() - from)
      await new Promise((done) => setTimeout(done, 20))
    }
    return took
  }, times)
}
