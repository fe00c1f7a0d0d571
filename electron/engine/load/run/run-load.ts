import type { LoadProgress, LoadReport, RunEnvironment, SeriesPoint } from '../../../contract/load-report'
import { describeExecutor, runPlan } from './executors'
import {
  leastConnected,
  populationsOf,
  type LoadConfig,
  type Population,
} from '../../../contract/load-config'
import type { Plan } from './plan'
import { counted } from '../../../contract/counted'
import { maskedUrls } from '../../../contract/load-url'
import { DriftWatch } from '../measure/drift'
import { Series, seriesStepMs } from '../measure/series'
import { makeReport } from '../report/result'
import { generatorHealth } from '../report/saturation'
import { watchBroker, type BrokerWatch } from './broker-process'
import { ClientRows } from './client-rows'
import { createRunClock, measureClockOffset } from './clock'
import { WorkerPool } from './worker-pool'
import { startEmbedded, type EmbeddedHandle } from './embedded'
import { endedText, LoadError, tooFewText } from './failures'
import type { LoadOptions } from './load-options'
import { payloadNotes, readPayloads, type PayloadMaterial } from './payload-files'
import { checkLimits, memoryNote, readMachineLimits, workerCount } from './limits'
import type { WorkerInit } from './messages'
import { environmentOf } from './environment'
import { tryOut } from './try-out'
import { indicesOf, within, type Part } from './slice'
import { copiesOf } from './topologies'

const POLL_MS = 50
const PROGRESS_MS = 1000
const GIVE_UP_MS = 5000
/** Nothing arrived for this long at the end: nothing more will. */
const QUIET_MS = 1000
/** Quiet time when other machines publish too: their last messages may be late. */
const QUIET_SHARD_MS = 3000

/**
 * Runs one load test (or one shard of it) and resolves to its report. A broker lost on the way, and a stop by the
 * signal, still give a report, marked as aborted.
 * @throws LoadError when it could not start: address, credentials, certificate, limits of this machine
 */
export async function runLoad(config: LoadConfig, options: LoadOptions): Promise<LoadReport> {
  const run = new LoadRun(config, options)
  try {
    return await run.execute()
  } finally {
    await run.dispose()
  }
}

class LoadRun {
  private config: LoadConfig
  private readonly plan: Plan
  private readonly shard: Part
  private readonly populations: readonly Population[]
  private readonly clockOffsetMs: number
  private readonly now: () => number
  private readonly stepMs: number
  private payloads: readonly (PayloadMaterial | null)[] = []
  private embedded: EmbeddedHandle | null = null
  private workers: WorkerPool | null = null
  private series: Series | null = null
  private readonly drift: DriftWatch | null
  private phase: LoadProgress['phase'] = 'connecting'
  private startMs = 0
  private planned = 0
  private connectingMs = 0
  private last: SeriesPoint | null = null
  private fatal: { text: string; code: string | null } | null = null
  private lastProgressMs = 0
  private aloneSinceMs: number | null = null
  private readonly notes: string[] = []
  private brokerWatch: BrokerWatch | null = null

  constructor(
    config: LoadConfig,
    private readonly options: LoadOptions,
  ) {
    this.config = config
    this.clockOffsetMs = options.clockOffsetMs ?? measureClockOffset()
    this.now = createRunClock(this.clockOffsetMs)
    this.populations = populationsOf(config)
    this.plan = runPlan(config)
    this.shard = options.shard ?? { index: 0, count: 1 }
    this.stepMs = seriesStepMs(this.plan.durationMs)
    const { durationMs, watchesDrift } = this.plan
    this.drift = watchesDrift && durationMs !== null ? new DriftWatch(durationMs) : null
  }

  async execute(): Promise<LoadReport> {
    const { config, shard } = this
    this.planned = this.own('subscribers') + this.own('publishers')
    if (this.planned === 0) {
      throw new LoadError(
        `--shard ${shard.index}/${shard.count}: this part of the run has no clients; use fewer shards`,
        'start',
      )
    }
    checkLimits(this.planned, config, readMachineLimits())
    this.brokerWatch = await watchBroker(this.options)
    const rows = await ClientRows.read(config, shard)
    this.payloads = await readPayloads(config)
    if (config.url === 'embedded') {
      this.embedded = await startEmbedded()
      this.config = { ...config, url: this.embedded.url }
    }
    const { broker, brokerLimits } = await this.probe(rows)
    const beforeBytes = process.memoryUsage.rss()
    const workers = await this.startWorkers(rows)
    await this.connect(workers, beforeBytes)
    await this.waitForStart()
    const cpu = process.cpuUsage()
    const aborted = this.stopped ? 'stopped before publishing started' : await this.publish(workers)
    const used = process.cpuUsage(cpu)
    const endedMs = this.now()
    const publishedUntilMs = Math.min(endedMs, this.startMs + (this.plan.durationMs ?? Infinity))
    await this.brokerWatch?.look(this.now)
    const { results, silent } = await workers.finish()
    if (silent !== null && aborted !== null) this.notes.push(silent)
    this.phase = 'done'
    this.progress(workers)
    return makeReport({
      config: { ...this.config, url: config.url },
      runId: this.options.runId,
      shard,
      isShard: this.options.shard !== undefined,
      startAtMs: this.options.startAtMs ?? null,
      startedAtMs: this.startMs,
      publishedUntilMs,
      endedMs,
      aborted: aborted ?? silent,
      results,
      cpuMicros: used.user + used.system,
      includesBroker: this.embedded !== null,
      planned: this.planned,
      connectingMs: this.connectingMs,
      seriesStepMs: this.stepMs,
      series: this.series?.points ?? [],
      drift: this.drift?.report() ?? null,
      notes: this.allNotes(),
      environment: environmentOf(config, this.options, {
        startedAtMs: this.startMs,
        broker,
        brokerLimits,
        brokerProcess: this.brokerWatch?.report() ?? null,
      }),
    })
  }

  /** How many clients of a role this shard has. */
  private own(role: 'publishers' | 'subscribers'): number {
    return this.populations.reduce((n, p) => n + indicesOf(p.config[role], this.shard).length, 0)
  }

  private get stopped(): boolean {
    return this.options.signal?.aborted ?? false
  }

  /** Tries the broker out; resolves to what it says of itself. */
  private async probe(rows: ClientRows): Promise<Pick<RunEnvironment, 'broker' | 'brokerLimits'>> {
    const { credentials = {}, runId } = this.options
    const { broker, limits, remarks } = await tryOut(this.config, rows, {
      credentials,
      payloads: this.payloads,
      runId,
      shard: this.shard.index,
      now: this.now,
    })
    this.notes.push(...remarks)
    const own = 'the embedded broker of MQTT Fleet Lab'
    return { broker: this.embedded === null ? broker : own, brokerLimits: limits }
  }

  private async startWorkers(rows: ClientRows): Promise<WorkerPool> {
    const count = workerCount(this.config, this.planned)
    const inits = Array.from({ length: count }, (_, index): WorkerInit => ({
      role: 'worker',
      config: this.config,
      credentials: this.options.credentials ?? {},
      rows: rows.of(within(this.shard, { index, count })),
      payloads: this.payloads,
      runId: this.options.runId,
      part: within(this.shard, { index, count }),
      clockOffsetMs: this.clockOffsetMs,
      seriesStepMs: this.stepMs,
    }))
    this.series = new Series(count * this.populations.length, this.stepMs, (point, latencies) => {
      this.last = point
      this.options.onPoint?.(point)
      this.options.onStep?.(point, latencies)
      this.drift?.add(point.atMs, latencies.endToEnd ?? latencies.ack, process.memoryUsage.rss())
    })
    const workers = new WorkerPool(inits, {
      bucket: (worker, bucket, group) => this.series?.add(bucket, worker * this.populations.length + group),
      fatal: (text, code) => (this.fatal ??= { text, code }),
    })
    this.workers = workers
    await this.within(workers.all('up'), () => null)
    return workers
  }

  /** Subscribers first, so that no message is published before its receiver is there. */
  private async connect(workers: WorkerPool, beforeBytes: number): Promise<void> {
    const beganMs = this.now()
    let deadline = beganMs + this.config.connectTimeout + this.config.ramp
    const share = leastConnected(this.config)
    const least = Math.max(1, share * this.planned)
    for (const role of ['subscribers', 'publishers'] as const) {
      const done = workers.all('connected', role)
      workers.command({ type: 'connect', role })
      await this.within(done, () => {
        this.progress(workers)
        if (this.now() < deadline) return null
        if (this.plan.toleratesRefusals) return 'go on'
        const toCome = role === 'subscribers' ? this.own('publishers') : 0
        if (share < 1 && workers.counts().connected + toCome >= least) {
          deadline = this.now() + this.config.connectTimeout
          return 'go on'
        }
        const subscribers = role === 'subscribers' ? this.own(role) : null
        const wanted = subscribers === null ? `${this.planned} clients` : counted(subscribers, 'subscriber')
        const { connected } = workers.counts()
        const enough = connected + toCome >= 0.95 * this.planned
        throw new LoadError(
          tooFewText(this.config, { connected, wanted, enough, reason: workers.topError }),
          'start',
        )
      })
    }
    this.connectingMs = this.now() - beganMs
    const { connected } = workers.counts()
    const memory = memoryNote(beforeBytes, process.memoryUsage.rss(), connected)
    if (memory !== null) this.notes.push(memory)
    const mayBeFewer = this.plan.toleratesRefusals || share < 1
    if (mayBeFewer && connected < this.planned) {
      this.notes.push(`${connected} of ${this.planned} clients were connected when the connect time was over`)
    }
  }

  /** Waits for a promise while watching for fatal reports and the signal; `check` may end the wait or throw. */
  private async within(done: Promise<void>, check: () => 'go on' | null): Promise<void> {
    const state = { finished: false }
    void done.then(() => (state.finished = true))
    for (;;) {
      await Promise.race([done, pause(POLL_MS)])
      if (this.fatal !== null) throw new LoadError(this.fatalText(), 'start')
      if (state.finished || this.stopped || check() === 'go on') return
    }
  }

  private fatalText(): string {
    const { text = 'failed', code = null } = this.fatal ?? {}
    const refused = this.phase === 'connecting' && code === null
    return endedText(this.config, { planned: this.planned, text, refused })
  }

  private async startTime(workers: WorkerPool): Promise<number | undefined> {
    if (this.options.rendezvous === undefined) return this.options.startAtMs
    let atMs: number | undefined
    const met = this.options.rendezvous().then((at) => void (atMs = at))
    await this.within(met, () => {
      this.progress(workers)
      return null
    })
    return atMs
  }

  private async waitForStart(): Promise<void> {
    this.phase = 'waiting'
    const workers = this.workers as WorkerPool
    await this.brokerWatch?.begin(this.now)
    const startAtMs = await this.startTime(workers)
    const readyMs = this.now()
    this.startMs = startAtMs ?? readyMs + POLL_MS
    if (startAtMs !== undefined && startAtMs < readyMs) {
      this.startMs = readyMs + POLL_MS
      this.notes.push(`started ${Math.round(this.startMs - startAtMs)} ms after the requested time`)
    }
    while (this.now() < this.startMs - 2 * POLL_MS && !this.stopped && this.fatal === null) {
      this.progress(workers)
      await pause(POLL_MS)
    }
    workers.command({ type: 'start', atMs: this.startMs })
    this.phase = 'publishing'
  }

  /** Publishes, stops, drains. Returns why it was aborted, or null. */
  private async publish(workers: WorkerPool): Promise<string | null> {
    const end = this.startMs + (this.plan.durationMs ?? Infinity)
    while (this.now() < end && !this.over(workers)) {
      const wrong = this.trouble(workers)
      if (wrong !== null) return wrong
      await pause(Math.min(POLL_MS, Math.max(1, end - this.now())))
      this.progress(workers)
    }
    workers.command({ type: 'stop' })
    this.phase = 'draining'
    return this.drain(workers)
  }

  /** All messages are sent and settled before the time is over; without messages, the time is the run. */
  private over(workers: WorkerPool): boolean {
    const counted =
      this.plan.durationMs === null || this.populations.every((p) => p.config.messages !== undefined)
    return counted && this.plan.publishing.kind !== 'none' && workers.settled
  }

  /** Waits for acknowledgements and for receivers, until all is there, it stays quiet, or the time is over. */
  private async drain(workers: WorkerPool): Promise<string | null> {
    const end = this.now() + this.config.drain
    const quietMs = this.shard.count > 1 ? QUIET_SHARD_MS : QUIET_MS
    let lastReceived = workers.counts().received
    let quietSince = this.now()
    // The counts lag by a report: a settled workers is believed only after the next one.
    await workers.all('progress')
    while (this.now() < end) {
      const wrong = this.trouble(workers)
      if (wrong !== null) return wrong
      const counts = workers.counts()
      if (counts.received !== lastReceived) {
        lastReceived = counts.received
        quietSince = this.now()
      }
      const quiet = this.config.subscribers === 0 || this.now() - quietSince > quietMs
      if (workers.settled && (quiet || this.allDelivered(counts))) return null
      await pause(POLL_MS)
      this.progress(workers)
    }
    return null
  }

  private allDelivered(counts: { acknowledged: number; failed: number; delivered: number }): boolean {
    // populations whose messages go to different numbers of receivers are known to be done by their quiet only
    const copies = new Set(this.populations.map(({ config }) => copiesOf(config)))
    const [each = 0] = copies
    return this.shard.count === 1 && copies.size === 1 && counts.delivered >= counts.acknowledged * each
  }

  private trouble(workers: WorkerPool): string | null {
    if (this.stopped) return 'stopped by the user'
    if (this.fatal !== null) return this.fatalText()
    const mayBeAway = this.populations.some((p) => p.config.disconnectEvery !== undefined)
    if (workers.counts().connected > 0 || this.plan.toleratesRefusals || mayBeAway) {
      this.aloneSinceMs = null
      return null
    }
    this.aloneSinceMs ??= this.now()
    const giveUpMs = this.options.giveUpMs ?? GIVE_UP_MS
    if (this.now() - this.aloneSinceMs < giveUpMs) return null
    return `all connections to ${maskedUrls(this.config.url)} were lost and none came back within ${giveUpMs / 1000} s: ${workers.topError ?? 'closed'}`
  }

  private progress(workers: WorkerPool): void {
    const now = this.now()
    if (this.phase !== 'done' && now - this.lastProgressMs < PROGRESS_MS) return
    this.lastProgressMs = now
    if (this.phase === 'publishing') void this.brokerWatch?.look(this.now)
    const { connected, offered, acknowledged, failed, received, expected, delivered, errors } =
      workers.counts()
    const publishing = this.phase === 'publishing' || this.phase === 'draining'
    this.options.onProgress?.({
      phase: this.phase,
      elapsedMs: publishing ? Math.max(0, now - this.startMs) : 0,
      plannedMs: this.plan.durationMs,
      clients: this.planned,
      connected,
      offered,
      acknowledged,
      failed,
      received,
      expected,
      delivered,
      errors,
      last: this.last,
      generator: publishing ? generatorHealth(workers.health, offered) : null,
    })
  }

  private allNotes(): string[] {
    const executors = this.populations.map(
      ({ name, config }) => `${name ?? 'executor'}: ${describeExecutor(config)}`,
    )
    const payloads = payloadNotes(this.populations, this.payloads)
    const notes = [...(this.options.notes ?? []), ...executors, ...payloads, ...this.notes]
    if ((this.series?.dropped ?? 0) > 0)
      notes.push(`the first ${this.series?.dropped} points of the time series were dropped`)
    if (this.embedded !== null)
      notes.push('the embedded broker ran in this process: its CPU time is included in the figures')
    return notes
  }

  async dispose(): Promise<void> {
    await this.workers?.terminate()
    await this.embedded?.close()
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
