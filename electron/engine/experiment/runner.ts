import { ApiError } from '../../contract/errors'
import type { ExperimentConfig, ExperimentState } from '../../contract/experiment'
import { curvesOf } from './theory/curves'
import { runExperiment, type ExperimentRun } from './experiment'

/** The experiment of an engine: one at a time, for all pages; the last one stays to be looked at. */
export class ExperimentRunner {
  /** Counts begin, end and every finished point. */
  revision = 0
  private id = 0
  private run: ExperimentRun | null = null
  private last: ExperimentState | null = null
  private stop = new AbortController()
  private startedMs = 0
  private ending: Promise<void> = Promise.resolve()

  /**
   * @param now real ms
   * @param onFault told of a failure inside
   */
  constructor(
    private readonly now: () => number,
    private readonly onFault: (why: string) => void,
  ) {}

  get running(): boolean {
    return this.run !== null
  }

  /** The experiment that runs, or ran last. */
  state(): ExperimentState | null {
    const { run, last } = this
    if (!run || !last) return last
    return { ...last, points: run.points(), fraction: run.fraction(), elapsedMs: this.now() - this.startedMs }
  }

  /** @throws ApiError `conflict` while another one runs */
  start(config: ExperimentConfig): ExperimentState {
    if (this.run)
      throw new ApiError('conflict', 'an experiment is running; cancel it or wait for it to finish')
    this.stop = new AbortController()
    this.startedMs = this.now()
    const begun: ExperimentState = {
      id: ++this.id,
      state: 'running',
      config,
      complete: false,
      points: [],
      curves: curvesOf(config),
      fraction: 0,
      elapsedMs: 0,
      error: null,
    }
    this.last = begun
    const run = runExperiment(config, { signal: this.stop.signal, onPoint: () => this.revision++ })
    this.run = run
    this.revision++
    this.ending = this.follow(run)
    return begun
  }

  /** Stops the running experiment; does nothing without one. Resolves when it has ended. */
  async cancel(): Promise<void> {
    this.stop.abort()
    await this.ending
  }

  private async follow(run: ExperimentRun): Promise<void> {
    let end: Pick<ExperimentState, 'state' | 'error' | 'complete'>
    try {
      const { complete } = await run.result
      end = { state: complete ? 'done' : 'cancelled', error: null, complete }
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : String(thrown)
      this.onFault(error)
      end = { state: 'failed', error, complete: false }
    }
    const now = this.state()
    this.run = null
    this.last = now && { ...now, ...end }
    this.revision++
  }
}
