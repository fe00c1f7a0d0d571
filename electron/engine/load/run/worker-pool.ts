import type { Worker } from 'node:worker_threads'
import { counted } from '../../../contract/counted'
import {
  NO_COUNTS,
  sumCounts,
  type WorkerBucket,
  type WorkerCommand,
  type WorkerCounts,
  type WorkerHealth,
  type WorkerInit,
  type WorkerReport,
  type WorkerResult,
} from './messages'
import { spawnWorker } from './spawn'

/** Longest wait for the figures of the threads: on a busy computer, one with many clients takes its time. */
const RESULT_MS = 60_000
/** Longest wait for the threads to end after that. */
const GOODBYE_MS = 6000
/** Longest time that a run takes to end after its last message, ms. */
export const LONGEST_FINISH_MS = RESULT_MS + GOODBYE_MS

/** What the workers tell the run. */
export interface WorkerPoolEvents {
  /** @param group number of the population */
  bucket(worker: number, bucket: WorkerBucket, group: number): void
  fatal(text: string, code: string | null): void
}

/** What one worker said last. */
interface WorkerState {
  worker: Worker
  counts: WorkerCounts
  health: WorkerHealth | null
  published: boolean
  settled: boolean
  topError: string | null
  result: WorkerResult | null
  /** Resolves when it has given its result, or has ended. */
  reported: Promise<void>
  gone: Promise<void>
}

type Waiting = { type: WorkerReport['type']; role: string | null; left: number; done: () => void }

/** The worker threads of one run, as one. */
export class WorkerPool {
  private readonly states: WorkerState[]
  private waiting: Waiting[] = []

  constructor(
    inits: readonly WorkerInit[],
    private readonly events: WorkerPoolEvents,
    spawn: (init: WorkerInit) => Worker = spawnWorker,
  ) {
    this.states = inits.map((init, i) => {
      const worker = spawn(init)
      const gone = new Promise<void>((done) => worker.once('exit', () => done()))
      const result = new Promise<void>((done) =>
        worker.on('message', (r: WorkerReport) => {
          if (r.type === 'result') done()
        }),
      )
      worker.on('message', (r: WorkerReport) => this.onReport(i, r))
      worker.on('error', (e) => this.events.fatal(`a worker thread failed: ${e.stack ?? e.message}`, null))
      return {
        worker,
        counts: NO_COUNTS,
        health: null,
        published: false,
        settled: false,
        topError: null,
        result: null,
        reported: Promise.race([result, gone]),
        gone,
      }
    })
  }

  get size(): number {
    return this.states.length
  }

  private onReport(i: number, r: WorkerReport): void {
    const state = this.states[i] as WorkerState
    if (r.type === 'progress') {
      state.counts = r.counts
      state.health = r.health
      state.published = r.published
      state.settled = r.settled
      state.topError = r.topError
    } else if (r.type === 'bucket') this.events.bucket(i, r.bucket, r.group)
    else if (r.type === 'fatal') this.events.fatal(r.text, r.code)
    else if (r.type === 'result') state.result = r.result
    const role = r.type === 'connected' ? r.role : null
    for (const w of this.waiting) {
      if (w.type === r.type && w.role === role && --w.left === 0) w.done()
    }
    this.waiting = this.waiting.filter((w) => w.left > 0)
  }

  /** Resolves when every worker has sent such a report once more. */
  all(type: WorkerReport['type'], role: string | null = null): Promise<void> {
    return new Promise((done) => this.waiting.push({ type, role, left: this.states.length, done }))
  }

  command(c: WorkerCommand): void {
    for (const p of this.states) p.worker.postMessage(c)
  }

  counts(): WorkerCounts {
    return sumCounts(this.states.map((p) => p.counts))
  }

  /** Of every worker that has said how it fares. */
  get health(): WorkerHealth[] {
    return this.states.flatMap((p) => p.health ?? [])
  }

  get published(): boolean {
    return this.states.every((p) => p.published)
  }

  get settled(): boolean {
    return this.states.every((p) => p.settled)
  }

  get topError(): string | null {
    return this.states.find((p) => p.topError !== null)?.topError ?? null
  }

  /**
   * Has everybody report and go home. Who does not report within `resultMs` is not waited for: `silent` says how many, and is
   * null when all have reported.
   */
  async finish(resultMs = RESULT_MS): Promise<{ results: WorkerResult[]; silent: string | null }> {
    this.command({ type: 'finish' })
    await within(
      resultMs,
      this.states.map((p) => p.reported),
    )
    const reported = this.states.filter((p) => p.result !== null)
    await within(
      GOODBYE_MS,
      reported.map((p) => p.gone),
    )
    await this.terminate()
    const results = this.states.flatMap((p) => p.result ?? [])
    return { results, silent: silentText(this.size - results.length, this.size, resultMs) }
  }

  async terminate(): Promise<void> {
    await Promise.all(this.states.map((p) => p.worker.terminate()))
  }
}

const silentText = (n: number, all: number, ms: number): string | null =>
  n === 0
    ? null
    : `the figures of ${n} of ${counted(all, 'worker')} are missing: they did not report within ${ms / 1000} s; use fewer clients or more computers`

/** Waits for all, but so many ms at most. */
async function within(ms: number, all: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => (timer = setTimeout(done, ms)))
  await Promise.race([Promise.all(all), late])
  clearTimeout(timer)
}
