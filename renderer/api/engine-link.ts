import { CONTRACT_VERSION, type EngineApi, type EngineEvents, type Welcome } from '@contract/api'
import type { Channel } from '@contract/channel'
import { ApiError } from '@contract/errors'
import type { Language } from '@contract/languages'
import { COMMANDS } from '@contract/commands'
import { connectEngine, EVENT_NAMES } from '@contract/rpc'

/** refused: the engine speaks another version of the contract; trying again would not help. */
export type LinkPhase =
  | { phase: 'connecting' }
  | { phase: 'ready' }
  | { phase: 'lost'; attempt: number; retryInMs: number }
  | { phase: 'refused'; message: string }

export interface EngineLinkOptions {
  open: () => Promise<Channel>
  /** Resolves after this many ms, or as soon as the user asks to try at once. */
  wait: (ms: number) => Promise<void>
  onFault: (thrown: unknown) => void
  /** In which the page speaks. */
  language?: () => Language
}

type Listener<K extends keyof EngineEvents> = (event: Parameters<EngineEvents[K]>[0]) => void

const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5000

/** The engine answered and does not want this page. */
class RefusedError extends Error {}

/**
 * The page's one connection to its engine: opens it, opens it again with growing pauses when it is lost, and hands
 * commands and events on. What a screen watches is lost with the connection, so it asks again in `onReady`.
 */
export class EngineLink {
  readonly api: EngineApi
  private current: EngineApi | null = null
  private welcome: Welcome | null = null
  private readonly listeners = new Map<string, Set<(e: never) => void>>()
  private readonly readyListeners = new Set<(w: Welcome) => void>()
  private readonly phaseListeners = new Set<(p: LinkPhase) => void>()
  private stopped = false

  constructor(private readonly options: EngineLinkOptions) {
    const call = (command: keyof EngineApi, argument: unknown): Promise<unknown> => {
      if (!this.current) return Promise.reject(new ApiError('unavailable', 'no connection to the engine'))
      const run = this.current[command] as (a: unknown) => Promise<unknown>
      return run(argument)
    }
    this.api = Object.fromEntries(
      COMMANDS.map((c) => [c, (a: unknown) => call(c, a)]),
    ) as unknown as EngineApi
  }

  /** Listens to an event of the engine, over all reconnections. Returns the way to stop. */
  on<K extends keyof EngineEvents>(event: K, listener: Listener<K>): () => void {
    const set = this.listeners.get(event) ?? new Set()
    this.listeners.set(event, set)
    set.add(listener)
    return () => void set.delete(listener)
  }

  /** Runs at once if the engine is there, and after each reconnection. */
  onReady(listener: (w: Welcome) => void): () => void {
    this.readyListeners.add(listener)
    if (this.current && this.welcome) listener(this.welcome)
    return () => void this.readyListeners.delete(listener)
  }

  onPhase(listener: (p: LinkPhase) => void): () => void {
    this.phaseListeners.add(listener)
    return () => void this.phaseListeners.delete(listener)
  }

  /** Connects and stays connected until `stop`. */
  async start(): Promise<void> {
    let attempt = 0
    while (!this.isStopped()) {
      this.tell({ phase: 'connecting' })
      try {
        const closed = await this.connect()
        attempt = 0
        await closed.promise
      } catch (thrown) {
        if (thrown instanceof RefusedError) {
          this.tell({ phase: 'refused', message: thrown.message })
          return
        }
      }
      this.current = null
      if (this.isStopped()) return
      const retryInMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt)
      attempt += 1
      this.tell({ phase: 'lost', attempt, retryInMs })
      await this.options.wait(retryInMs)
    }
  }

  stop(): void {
    this.stopped = true
  }

  private isStopped(): boolean {
    return this.stopped
  }

  /** Resolves once the engine has answered, with the promise of the connection's end. */
  private async connect(): Promise<{ promise: Promise<void> }> {
    const channel = await this.options.open()
    const promise = new Promise<void>((resolve) => channel.onClose(resolve))
    const api = connectEngine(channel, this.handlers(), this.options.onFault)
    let closed = false
    void promise.then(() => (closed = true))
    const welcome = await api
      .hello({ contract: CONTRACT_VERSION, language: this.options.language?.() })
      .catch((thrown: unknown) => {
        const refused = thrown instanceof ApiError && !closed
        channel.close()
        throw refused ? new RefusedError(thrown.message) : thrown
      })
    this.current = api
    this.welcome = welcome
    this.tell({ phase: 'ready' })
    for (const f of this.readyListeners) f(welcome)
    return { promise }
  }

  private tell(phase: LinkPhase): void {
    for (const f of this.phaseListeners) f(phase)
  }

  private handlers(): EngineEvents {
    const emit = (event: keyof EngineEvents) => (payload: unknown) => {
      for (const f of this.listeners.get(event) ?? []) (f as (e: unknown) => void)(payload)
    }
    return Object.fromEntries(EVENT_NAMES.map((n) => [n, emit(n)])) as unknown as EngineEvents
  }
}
