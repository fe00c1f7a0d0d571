import type { LoadConfig } from '../../../contract/load-config'
import type { LoadReport } from '../../../contract/load-report'
import { seriesStepMs, type StepLatencies } from '../measure/series'
import { mergeReports } from '../report/merge'
import { readReport } from '../report/read'
import { runPlan } from '../run/executors'
import type { ClockSample } from './clock-sync'
import { LiveRun } from './live'
import { lossMeans } from './losses'
import { WATCH_VERSION, type FromShard, type Hello, type ToShard } from './protocol'

/** A shard's way through a run. */
export type ShardState = 'connecting' | 'ready' | 'running' | 'done' | 'lost' | 'failed'

/** What is known of one shard. Times are Unix ms of the collector. */
export interface ShardView {
  readonly index: number
  readonly host: string
  readonly state: ShardState
  /** Nothing was heard for a while, though its connection stands. */
  readonly silent: boolean
  readonly clock: ClockSample
}

interface Shard extends ShardView {
  state: ShardState
  silent: boolean
  clock: ClockSample
  instance: string
  link: ShardLink | null
  heardMs: number
  lostMs: number
}

/** The collector's end of one connection. */
export interface ShardLink {
  send(m: ToShard): void
  close(): void
}

export interface CollectorDeps {
  /** Unix ms with fractions. */
  now(): number
  runId: string
  /** This computer, and what makes Unix ms of its monotonic clock: shards here read the same clock, without error. */
  machine: string
  clockOffsetMs: number
  /** How long the barrier waits for shards that have not come, ms from the first one's coming. */
  waitMs: number
  /** One line for people. */
  say(line: string): void
  /** Latencies of each step, all shards together. */
  onStep?(latencies: StepLatencies): void
}

/** No word for this long: silent. And for this long: lost, as when its connection has ended. */
const SILENT_MS = 1500
const GIVEN_UP_MS = 10_000
/** From the last shard's being ready to the start: so long a message may take to reach them all. */
const HEAD_START_MS = 1000

const list = (indices: readonly number[]): string =>
  `${indices.length === 1 ? 'shard' : 'shards'} ${[...indices].sort((a, b) => a - b).join(', ')}`

/**
 * One run seen from the middle: shards come, wait for each other, begin together, stream what they measure, and hand in
 * their reports. Knows no sockets; `tick` moves time and is called several times a second.
 */
export class Collector {
  private readonly shards = new Map<number, Shard>()
  private readonly reports = new Map<number, LoadReport>()
  /** Of each machine, by which all its shards set their clocks: theirs are the same clock. */
  private readonly offsets = new Map<string, number>()
  private config: LoadConfig | null = null
  private count = 0
  private firstMs = Infinity
  private startMs: number | null = null
  private stopping = false
  /** Null until the first shard has come. */
  live: LiveRun | null = null

  constructor(private readonly deps: CollectorDeps) {
    this.offsets.set(deps.machine, deps.clockOffsetMs)
  }

  get views(): readonly ShardView[] {
    return [...this.shards.values()].sort((a, b) => a.index - b.index)
  }

  get run(): { config: LoadConfig; count: number } | null {
    return this.config === null ? null : { config: this.config, count: this.count }
  }

  /** Indices of the shards that have not come. */
  get absent(): number[] {
    return Array.from({ length: this.count }, (_, i) => i).filter((i) => !this.shards.has(i))
  }

  /** A connection came. Returns what takes its messages and its end. */
  connect(link: ShardLink): { take(m: FromShard): void; ended(): void } {
    let shard: Shard | null = null
    return {
      take: (m) => {
        if (m.type === 'time') {
          const nowMs = this.deps.now()
          link.send({ type: 'time', sentMs: m.sentMs, takenMs: nowMs, answeredMs: this.deps.now() })
        } else if (m.type === 'hello') shard = this.welcome(m, link)
        if (shard?.link !== link) return
        this.heard(shard)
        this.take(shard, m)
      },
      ended: () => {
        if (shard?.link === link) this.lose(shard, 'its connection has ended')
      },
    }
  }

  private welcome(m: Hello, link: ShardLink): Shard | null {
    const why = this.refusal(m)
    if (why !== null) {
      link.send({ type: 'refused', text: why })
      link.close()
      this.deps.say(`shard ${m.index} on ${m.host} was turned away: ${why}`)
      return null
    }
    if (this.config === null) this.begin(m)
    const known = this.shards.get(m.index)
    const offsetMs = this.offsets.get(m.machine) ?? m.clock.offsetMs
    this.offsets.set(m.machine, offsetMs)
    const shard = known ?? this.added(m)
    shard.link = link
    const exact = m.machine === this.deps.machine
    link.send({ type: 'welcome', runId: this.deps.runId, clockOffsetMs: offsetMs, exact })
    if (known === undefined) {
      this.deps.say(
        `shard ${m.index} of ${this.count} has come from ${m.host} (${this.shards.size} are here)`,
      )
    } else this.cameBack(shard)
    if (this.stopping) link.send({ type: 'stop' })
    return shard
  }

  private begin(m: Hello): void {
    this.config = m.config
    this.count = m.count
    this.firstMs = this.deps.now()
    this.live = new LiveRun(m.count, seriesStepMs(runPlan(m.config).durationMs), this.deps.onStep)
  }

  private added({ index, host, clock, instance }: Hello): Shard {
    const state = 'connecting'
    const more = { instance, link: null, heardMs: this.deps.now(), lostMs: Infinity }
    const shard: Shard = { index, host, clock, state, silent: false, ...more }
    this.shards.set(index, shard)
    return shard
  }

  private cameBack(shard: Shard): void {
    shard.state = this.startMs === null ? 'connecting' : 'running'
    this.live?.series.back(shard.index)
    if (this.startMs !== null) shard.link?.send({ type: 'start', atMs: this.startMs })
    this.deps.say(`shard ${shard.index} is back`)
  }

  private refusal(m: Hello): string | null {
    if (m.version !== WATCH_VERSION)
      return `it speaks version ${m.version} and the collector ${WATCH_VERSION}; use the same version of fleetlab`
    if (m.runId !== null && m.runId !== this.deps.runId)
      return `it belongs to run ${m.runId}, and this is run ${this.deps.runId}; leave --run-id out, or give it to the collector too`
    if (m.index >= m.count) return `there is no shard ${m.index} of ${m.count}`
    if (this.config === null) return null
    if (m.count !== this.count) return `it is one of ${m.count} shards, and this run has ${this.count}`
    if (JSON.stringify(m.config) !== JSON.stringify(this.config))
      return 'its configuration is another than that of the shards before it; give all the same settings'
    const known = this.shards.get(m.index)
    if (known === undefined) return this.startMs === null ? null : 'the run has begun without it'
    const returns = known.instance === m.instance && known.state !== 'failed'
    return returns ? null : `shard ${m.index} is there already, from ${known.host}`
  }

  private heard(shard: Shard): void {
    shard.heardMs = this.deps.now()
    if (!shard.silent) return
    shard.silent = false
    this.deps.say(`shard ${shard.index} can be heard again`)
  }

  private take(shard: Shard, m: FromShard): void {
    switch (m.type) {
      case 'hello':
      case 'time':
        return
      case 'clock':
        shard.clock = m.clock
        return
      case 'ready':
        if (shard.state === 'connecting') shard.state = 'ready'
        return
      case 'progress':
        this.live?.progress(shard.index, m.progress)
        return
      case 'step':
        this.live?.step(shard.index, m.step)
        return
      case 'failed':
        this.fail(shard, m.text)
        return
      case 'report':
        this.takeReport(shard, m.report)
    }
  }

  private takeReport(shard: Shard, text: string): void {
    try {
      this.reports.set(shard.index, readReport(text, `report of shard ${shard.index}`))
    } catch (thrown) {
      this.fail(shard, thrown instanceof Error ? thrown.message : String(thrown))
      return
    }
    shard.state = 'done'
    this.live?.series.without(shard.index)
    shard.link?.send({ type: 'thanks' })
  }

  private fail(shard: Shard, text: string): void {
    shard.state = 'failed'
    this.live?.lose(shard.index)
    this.deps.say(`shard ${shard.index} on ${shard.host} failed: ${text}`)
    this.sayMeaning(shard)
  }

  private lose(shard: Shard, why: string): void {
    shard.link = null
    if (shard.state === 'done' || shard.state === 'failed' || shard.state === 'lost') return
    shard.state = 'lost'
    shard.silent = false
    shard.lostMs = this.deps.now()
    this.deps.say(`shard ${shard.index} on ${shard.host} is lost: ${why}`)
    this.sayMeaning(shard)
    this.live?.lose(shard.index)
  }

  private sayMeaning({ index }: Shard): void {
    if (this.config === null || this.live === null) return
    const part = { index, count: this.count }
    for (const line of lossMeans(this.config, part, this.live.of(index))) this.deps.say(`  ${line}`)
  }

  /** Looks at who is silent, who is waited for, and whether the run can begin. */
  tick(): void {
    const nowMs = this.deps.now()
    for (const s of this.shards.values()) {
      if (s.link === null || s.state === 'done' || s.state === 'failed') continue
      const quietMs = nowMs - s.heardMs
      if (quietMs > GIVEN_UP_MS) {
        const link = s.link
        this.lose(s, `nothing was heard of it for ${GIVEN_UP_MS / 1000} s`)
        link.close()
      } else if (quietMs > SILENT_MS && !s.silent) {
        s.silent = true
        this.deps.say(
          `shard ${s.index} on ${s.host} is silent: nothing was heard of it for ${SILENT_MS / 1000} s`,
        )
      }
    }
    if (this.startMs === null && this.config !== null && !this.stopping) this.barrier(nowMs)
  }

  private barrier(nowMs: number): void {
    const all = [...this.shards.values()]
    const ready = all.filter((s) => s.state === 'ready')
    const pending = all.filter((s) => s.state === 'connecting' || (s.state === 'lost' && !this.isOver(s)))
    const waitIsOver = nowMs - this.firstMs > this.deps.waitMs
    if (ready.length === 0 || (!waitIsOver && (pending.length > 0 || this.absent.length > 0))) return
    const { absent } = this
    if (absent.length > 0) this.deps.say(`${list(absent)} did not come; the run begins without`)
    for (const s of pending) {
      s.link?.send({ type: 'refused', text: 'it was not ready when the others had waited long enough' })
      this.fail(s, 'not ready in time')
    }
    this.startMs = nowMs + HEAD_START_MS
    for (const s of ready) {
      s.state = 'running'
      s.link?.send({ type: 'start', atMs: this.startMs })
    }
    this.deps.say(`${list(ready.map((s) => s.index))} of 0 to ${this.count - 1} begin together`)
  }

  private isOver(s: Shard): boolean {
    if (s.state === 'lost') return this.deps.now() - s.lostMs > GIVEN_UP_MS
    return s.state === 'done' || s.state === 'failed'
  }

  /** Nothing more will come. */
  get over(): boolean {
    const all = [...this.shards.values()]
    if (all.length === 0) return this.stopping
    const expected = this.startMs === null && !this.stopping && this.absent.length > 0
    return !expected && all.every((s) => this.isOver(s))
  }

  /** Ends the run before its time: the shards report what they have. */
  stop(): void {
    if (this.stopping) return
    this.stopping = true
    for (const s of this.shards.values()) s.link?.send({ type: 'stop' })
  }

  /**
   * The report of the run; null where no shard has handed one in. The series has percentiles, which reports of shards alone
   * cannot give; those of a shard that was lost are among them as long as it was there.
   */
  merged(): LoadReport | null {
    const reports = [...this.reports.values()]
    if (reports.length === 0) return null
    const merged = mergeReports(reports)
    const seen = new Map(this.live?.points.map((p) => [p.atMs, p]))
    const series = merged.series.map((p) => {
      const { ack, endToEnd } = seen.get(p.atMs) ?? p
      return { ...p, ack, endToEnd }
    })
    return { ...merged, series }
  }
}
