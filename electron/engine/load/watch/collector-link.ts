import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import WebSocket from 'ws'
import type { LoadConfig } from '../../../contract/load-config'
import { withoutSecrets } from '../../../contract/load-headers'
import type { LoadProgress, LoadReport, SeriesPoint } from '../../../contract/load-report'
import type { StepLatencies } from '../measure/series'
import { measureClockOffset, monotonicMs } from '../run/clock'
import { LoadError } from '../run/failures'
import type { Part } from '../run/slice'
import { machineName } from './machine'
import { ClockWatch, bestSample, clockSample, type ClockSample } from './clock-sync'
import {
  EXCHANGE_EVERY_MS,
  FIRST_EXCHANGES,
  MAX_MESSAGE_BYTES,
  SHARDS_PATH,
  WATCH_VERSION,
  parseMessage,
  toShardSchema,
  type FromShard,
  type ToShard,
} from './protocol'

export interface CollectorAddress {
  /** ws://HOST:PORT or wss://HOST:PORT of the collector. */
  url: string
  token: string | undefined
}

interface ShardOfRun {
  shard: Part
  config: LoadConfig
  /** Null: as the collector calls it. */
  runId: string | null
}

/** How long a collector that is not up yet is waited for, ms, and the time between two attempts. */
const PATIENCE_MS = 120_000
const RETRY_MS = 500
/** How long the collector may take to thank for the report. */
const THANKS_MS = 60_000
/** Messages kept while the connection is away; the oldest give way. */
const MOST_KEPT = 1000

/** A shard's connection to the collector. It comes back when it breaks; a run goes on without it. */
export class CollectorLink {
  private readonly instance = randomUUID()
  private readonly machine = machineName()
  private readonly stopper = new AbortController()
  private socket: WebSocket | null = null
  private kept: string[] = []
  private clockWatch: ClockWatch | null = null
  private samples: ClockSample[] = []
  private welcomed: { runId: string; clockOffsetMs: number; exact: boolean } | null = null
  private onStart: ((atMs: number) => void) | null = null
  private onThanks: (() => void) | null = null
  private handedIn: FromShard | null = null
  private beat: NodeJS.Timeout | undefined
  private retry: NodeJS.Timeout | undefined
  private ended = false
  /** Why the collector does not want this shard; null while it does. */
  refused: string | null = null

  private constructor(
    private readonly at: CollectorAddress,
    private readonly own: ShardOfRun,
  ) {}

  /**
   * Connects, compares clocks, and is welcomed. Waits two minutes for a collector that is not up yet.
   * @throws LoadError one line: not reached, wrong token, turned away
   */
  static async open(at: CollectorAddress, own: ShardOfRun, signal: AbortSignal): Promise<CollectorLink> {
    const link = new CollectorLink(at, own)
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      try {
        await link.connect()
        return link
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown)
        const final = thrown instanceof LoadError || signal.aborted || performance.now() > deadline
        if (final) {
          link.close()
          throw new LoadError(`--report-to: ${at.url}: ${why}`, 'start')
        }
        await new Promise((done) => setTimeout(done, RETRY_MS))
      }
    }
  }

  get runId(): string {
    return this.welcomed?.runId ?? ''
  }

  /** Added to the monotonic clock it gives the collector's time. */
  get clockOffsetMs(): number {
    return this.welcomed?.clockOffsetMs ?? 0
  }

  /** Aborts when the collector stops the run, or turns this shard away. */
  get signal(): AbortSignal {
    return this.stopper.signal
  }

  private connect(): Promise<void> {
    const { url, token } = this.at
    const socket = new WebSocket(new URL(SHARDS_PATH, url), {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    })
    return new Promise((welcomed, failed) => {
      socket.on('open', () => this.exchange(socket))
      socket.on('message', (data) => {
        const m = parseMessage(toShardSchema, (data as Buffer).toString())
        if (m === null) return
        this.take(socket, m)
        if (m.type === 'refused') failed(new LoadError(m.text, 'start'))
        if (m.type === 'welcome') welcomed()
      })
      socket.on('unexpected-response', (_request, response) => {
        socket.terminate()
        const wrong = 'the collector does not know this token; name its variable with --token-env'
        failed(
          response.statusCode === 401
            ? new LoadError(wrong, 'start')
            : new Error(`answered ${response.statusCode ?? ''}`),
        )
      })
      socket.on('error', (e: NodeJS.ErrnoException) =>
        failed(new Error(e.code === 'ECONNREFUSED' ? 'no collector listens there' : e.message)),
      )
      socket.on('close', () => {
        failed(new Error('the connection was closed'))
        this.lost(socket)
      })
    })
  }

  private exchange(socket: WebSocket): void {
    this.write(socket, { type: 'time', sentMs: monotonicMs() })
  }

  private take(socket: WebSocket, m: ToShard): void {
    switch (m.type) {
      case 'time':
        this.takeTime(socket, clockSample({ ...m, receivedMs: monotonicMs() }))
        return
      case 'welcome':
        this.isWelcome(socket, m)
        return
      case 'refused':
        this.refused = m.text
        this.stopper.abort()
        return
      case 'start':
        this.onStart?.(m.atMs)
        return
      case 'stop':
        this.stopper.abort()
        return
      case 'thanks':
        this.onThanks?.()
    }
  }

  private takeTime(socket: WebSocket, sample: ClockSample): void {
    if (this.socket === socket) {
      this.clockWatch?.add(sample)
      this.send({ type: 'clock', clock: this.clock })
      return
    }
    this.samples.push(sample)
    if (this.samples.length < FIRST_EXCHANGES) {
      this.exchange(socket)
      return
    }
    const { shard, config, runId } = this.own
    this.write(socket, {
      type: 'hello',
      version: WATCH_VERSION,
      ...shard,
      instance: this.instance,
      host: hostname(),
      machine: this.machine,
      config: withoutSecrets(config),
      runId,
      clock: this.firstSample,
    })
  }

  private get firstSample(): ClockSample {
    return bestSample(this.samples) ?? { offsetMs: 0, errorMs: Infinity }
  }

  private isWelcome(socket: WebSocket, m: { runId: string; clockOffsetMs: number; exact: boolean }): void {
    this.welcomed ??= { runId: m.runId, clockOffsetMs: m.clockOffsetMs, exact: m.exact }
    this.clockWatch ??= new ClockWatch(this.welcomed.clockOffsetMs, this.firstSample)
    this.samples = []
    this.socket = socket
    const kept = this.kept
    this.kept = []
    for (const text of kept) socket.send(text)
    if (this.onStart !== null) this.send({ type: 'ready' })
    if (this.handedIn !== null) this.send(this.handedIn)
    this.beat = setInterval(() => this.exchange(socket), EXCHANGE_EVERY_MS)
  }

  private lost(socket: WebSocket): void {
    if (this.socket !== socket) return
    this.socket = null
    clearInterval(this.beat)
    this.again()
  }

  private again(): void {
    if (this.ended || this.refused !== null) return
    this.retry = setTimeout(() => {
      this.samples = []
      this.connect().catch(() => this.again())
    }, RETRY_MS)
  }

  private write(socket: WebSocket, m: FromShard): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(m))
  }

  private send(m: FromShard): void {
    if (this.socket !== null) {
      this.write(this.socket, m)
      return
    }
    this.kept.push(JSON.stringify(m))
    if (this.kept.length > MOST_KEPT) this.kept.shift()
  }

  /** All clients are connected: resolves to the time at which all shards begin, or never when they do not. */
  rendezvous(): Promise<number> {
    this.send({ type: 'ready' })
    return new Promise((resolve) => (this.onStart = resolve))
  }

  progress(progress: LoadProgress): void {
    this.send({ type: 'progress', progress })
  }

  step(p: SeriesPoint, stepMs: number, latencies: StepLatencies): void {
    const step = {
      ...p,
      bucket: Math.round(p.atMs / stepMs),
      ack: latencies.ack?.encode() ?? null,
      endToEnd: latencies.endToEnd?.encode() ?? null,
    }
    this.send({ type: 'step', step })
  }

  failed(text: string): void {
    this.send({ type: 'failed', text: text.slice(0, 2000) })
  }

  private get clock(): ClockSample {
    const offsetMs = this.clockOffsetMs - measureClockOffset()
    const exact = this.welcomed?.exact === true
    return { offsetMs, errorMs: exact ? 0 : (this.clockWatch?.errorMs ?? 0) }
  }

  /** The report with how its clock was set: `offsetMs` is what the computer's own clock lacks of the collector's time. */
  withClock(r: LoadReport): LoadReport {
    if (r.shard === undefined) return r
    return { ...r, shard: { ...r.shard, clock: { machine: this.machine, ...this.clock } } }
  }

  /** Hands the report in. Resolves to false when the collector did not take it in time. */
  async report(r: LoadReport): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const taken = new Promise<boolean>((resolve) => {
      this.onThanks = () => resolve(true)
      timer = setTimeout(() => resolve(false), THANKS_MS)
    })
    this.handedIn = { type: 'report', report: JSON.stringify(r) }
    if (this.socket !== null) this.write(this.socket, this.handedIn)
    const done = await taken
    this.handedIn = null
    clearTimeout(timer)
    return done
  }

  close(): void {
    this.ended = true
    clearInterval(this.beat)
    clearTimeout(this.retry)
    this.socket?.close()
  }
}
