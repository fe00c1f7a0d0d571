import type { Worker } from 'node:worker_threads'
import type {
  LaneBucket,
  LaneCommand,
  LaneCounts,
  LaneHealth,
  LaneInit,
  LaneReport,
  LaneResult,
} from './messages'
import { spawnWorker } from './spawn'

/** What the crew tells the run. */
export interface CrewEvents {
  bucket(worker: number, bucket: LaneBucket): void
  fatal(text: string, code: string | null): void
}

/** What one worker said last. */
interface Post {
  worker: Worker
  counts: LaneCounts
  health: LaneHealth | null
  published: boolean
  settled: boolean
  topError: string | null
  result: LaneResult | null
}

const NO_COUNTS: LaneCounts = {
  connected: 0,
  offered: 0,
  acknowledged: 0,
  failed: 0,
  received: 0,
  delivered: 0,
  errors: 0,
}

type Waiting = { type: LaneReport['type']; role: string | null; left: number; done: () => void }

/** The worker threads of one run, as one. */
export class Crew {
  private readonly posts: Post[]
  private waiting: Waiting[] = []

  constructor(
    inits: readonly LaneInit[],
    private readonly events: CrewEvents,
  ) {
    this.posts = inits.map((init, i) => {
      const worker = spawnWorker(init)
      worker.on('message', (r: LaneReport) => this.onReport(i, r))
      worker.on('error', (e) => this.events.fatal(`a worker thread failed: ${e.stack ?? e.message}`, null))
      return {
        worker,
        counts: NO_COUNTS,
        health: null,
        published: false,
        settled: false,
        topError: null,
        result: null,
      }
    })
  }

  get size(): number {
    return this.posts.length
  }

  private onReport(i: number, r: LaneReport): void {
    const post = this.posts[i] as Post
    if (r.type === 'progress') {
      post.counts = r.counts
      post.health = r.health
      post.published = r.published
      post.settled = r.settled
      post.topError = r.topError
    } else if (r.type === 'bucket') this.events.bucket(i, r.bucket)
    else if (r.type === 'fatal') this.events.fatal(r.text, r.code)
    else if (r.type === 'result') post.result = r.result
    const role = r.type === 'connected' ? r.role : null
    for (const w of this.waiting) {
      if (w.type === r.type && w.role === role && --w.left === 0) w.done()
    }
    this.waiting = this.waiting.filter((w) => w.left > 0)
  }

  /** Resolves when every worker has sent such a report once more. */
  all(type: LaneReport['type'], role: string | null = null): Promise<void> {
    return new Promise((done) => this.waiting.push({ type, role, left: this.posts.length, done }))
  }

  command(c: LaneCommand): void {
    for (const p of this.posts) p.worker.postMessage(c)
  }

  counts(): LaneCounts {
    const sum = { ...NO_COUNTS }
    for (const { counts } of this.posts) {
      for (const k of Object.keys(sum) as (keyof LaneCounts)[]) sum[k] += counts[k]
    }
    return sum
  }

  /** Of every worker that has said how it fares. */
  get health(): LaneHealth[] {
    return this.posts.flatMap((p) => p.health ?? [])
  }

  get published(): boolean {
    return this.posts.every((p) => p.published)
  }

  get settled(): boolean {
    return this.posts.every((p) => p.settled)
  }

  get topError(): string | null {
    return this.posts.find((p) => p.topError !== null)?.topError ?? null
  }

  /** Has everybody report and go home; who takes longer than `ms` is sent. */
  async finish(ms: number): Promise<LaneResult[]> {
    const exits = this.posts.map(
      ({ worker }) => new Promise<void>((done) => worker.once('exit', () => done())),
    )
    this.command({ type: 'finish' })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((done) => (timer = setTimeout(done, ms)))
    await Promise.race([Promise.all(exits), late])
    clearTimeout(timer)
    await this.terminate()
    return this.posts.flatMap((p) => (p.result === null ? [] : [p.result]))
  }

  async terminate(): Promise<void> {
    await Promise.all(this.posts.map((p) => p.worker.terminate()))
  }
}
