import { ApiError } from '../../../contract/errors'
import type { LoadEvent, LoadFileFormat, LoadNow, LoadRun, LoadRunInfo } from '../../../contract/load'
import type { LoadConfig } from '../../../contract/load-config'
import { withoutSecrets } from '../../../contract/load-headers'
import type { LoadReport, SeriesPoint } from '../../../contract/load-report'
import { LoadError } from '../run/failures'
import type { LoadOptions } from '../run/load-options'
import type { AllowedHosts } from '../../base/allowed-hosts'
import { readCredentials } from './credentials'
import { runFile } from './files'
import type { RunJournal } from './journal'
import type { RunHistory } from './run-history'

/** What the service is given. */
export interface LoadServiceDeps {
  history: RunHistory
  /** Keeps what a running test measured, second by second. @default nothing is kept before the end */
  journal?: RunJournal
  env: Readonly<Record<string, string | undefined>>
  /** Other machines the user has agreed to connect to. */
  hosts: AllowedHosts
  /** Unix ms. */
  now(): number
  run(config: LoadConfig, options: LoadOptions): Promise<LoadReport>
  newRunId(): string
  /** Told of a failure inside. */
  onFault(why: string): void
}

/** Points of the running test kept for pages that come later. */
const MAX_POINTS = 7200
/** Longest that closing waits for a running test to give its report. */
const CLOSE_MS = 800

/** Starts and stops load tests for all pages, one at a time, and keeps what they found. A page that closes ends none. */
export class LoadService {
  /** Counts everything a page should hear of. */
  revision = 0
  private history = 0
  private now: LoadNow | null = null
  private busy = false
  private points: SeriesPoint[] = []
  private dropped = 0
  private stopper = new AbortController()
  private ending: Promise<void> = Promise.resolve()
  private recovering: Promise<void> | null = null

  constructor(private readonly deps: LoadServiceDeps) {}

  /** What pages get; `known` is how many points of the run the page has, -1 for a page that has none of it. */
  event(known: number): LoadEvent {
    const from = Math.max(known, this.dropped)
    const points = this.points.slice(from - this.dropped)
    return { now: this.now, from, points, history: this.history }
  }

  /**
   * Begins a load test. The password is handed to its clients and kept nowhere.
   * @throws ApiError `conflict` while another one runs, `bad-request` when a file or password it names is missing,
   * `unconfirmed` when the broker is on another machine that was not allowed
   */
  async start(config: LoadConfig, password?: string): Promise<LoadNow> {
    if (this.busy) throw new ApiError('conflict', 'a load test is running; stop it or wait for it to finish')
    this.deps.hosts.check(config)
    this.busy = true
    try {
      const credentials = await readCredentials(config, this.deps.env, password)
      const [latest] = await this.runs()
      const begun: LoadNow = {
        runId: this.deps.newRunId(),
        number: (latest?.number ?? 0) + 1,
        startedAtMs: this.deps.now(),
        config: withoutSecrets(config),
        state: 'running',
        error: null,
        progress: null,
      }
      this.begin(begun, config, credentials)
      return begun
    } catch (thrown) {
      this.busy = false
      throw thrown
    }
  }

  private begin(begun: LoadNow, config: LoadConfig, credentials: LoadOptions['credentials']): void {
    this.stopper = new AbortController()
    this.points = []
    this.dropped = 0
    this.deps.journal?.begin(begun)
    this.set(begun)
    const report = this.deps.run(config, {
      ...(credentials ? { credentials } : {}),
      runId: begun.runId,
      signal: this.stopper.signal,
      onProgress: (progress) => {
        this.deps.journal?.add({ progress })
        if (this.now) this.set({ ...this.now, progress })
      },
      onPoint: (p) => this.addPoint(p),
    })
    this.ending = this.follow(begun, report)
  }

  private set(now: LoadNow | null): void {
    this.now = now
    this.revision++
  }

  private addPoint(p: SeriesPoint): void {
    this.deps.journal?.add({ point: p })
    this.points.push(p)
    if (this.points.length > MAX_POINTS) {
      this.points.shift()
      this.dropped++
    }
    this.revision++
  }

  private async follow(begun: LoadNow, report: Promise<LoadReport>): Promise<void> {
    try {
      const { runId, number, startedAtMs } = begun
      await this.deps.history.save({ runId, number, startedAtMs, report: await report })
      this.history++
      this.set(null)
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : String(thrown)
      if (!(thrown instanceof LoadError)) this.deps.onFault(error)
      this.set({ ...begun, state: 'failed', error })
    } finally {
      await this.deps.journal?.end()
      this.busy = false
    }
  }

  /** Ends the running test; its report counts what was measured. Does nothing without one. Resolves at its end. */
  async stop(): Promise<void> {
    if (this.now?.state === 'running') this.set({ ...this.now, state: 'stopping' })
    this.stopper.abort()
    await this.ending
  }

  /** Takes what a killed program measured into the history, once. */
  private recovered(): Promise<void> {
    this.recovering ??= this.takeOver().catch((e: unknown) => this.deps.onFault(String(e)))
    return this.recovering
  }

  private async takeOver(): Promise<void> {
    await this.deps.journal?.leftovers((run) => this.deps.history.save(run))
  }

  /** Newest first. */
  async runs(): Promise<LoadRunInfo[]> {
    await this.recovered()
    return this.deps.history.list()
  }

  /** @throws ApiError `not-found` */
  async run(runId: string): Promise<LoadRun> {
    const run = await this.deps.history.read(runId)
    if (!run) throw new ApiError('not-found', `load test ${runId} is not in the history`)
    return run
  }

  /** @throws ApiError `not-found` */
  async remove(runId: string): Promise<void> {
    if (!(await this.deps.history.remove(runId)))
      throw new ApiError('not-found', `load test ${runId} is not in the history`)
    this.history++
    this.revision++
  }

  /** @throws ApiError `not-found` */
  async file(runId: string, format: LoadFileFormat): Promise<{ name: string; text: string }> {
    return runFile(await this.run(runId), format)
  }

  /** Ends the running test and waits a little for its report. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((done) => (timer = setTimeout(done, CLOSE_MS)))
    await Promise.race([this.stop(), late])
    clearTimeout(timer)
  }
}
