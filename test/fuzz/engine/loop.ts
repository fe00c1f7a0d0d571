import { changed, type Form, type Random } from './mutate'

/** What a file of test/fuzz/targets exports. */
export interface Target {
  /** Throws when a rule is broken. */
  fuzz(data: Buffer): void | Promise<void>
  form?: Form
  end?(): Promise<void>
}

export interface LoopOptions {
  target: Target
  random: Random
  words: readonly string[]
  branches: number
  maxBytes: number
  /** Told of each input before it is tried, so that one that never ends is known. */
  onTry(data: Buffer): void
  onNew(data: Buffer): void
  onBroken(data: Buffer, thrown: unknown): void
}

/** Counts of a branch are told apart by their order of magnitude. */
const bucket = (count: number): number =>
  count < 4 ? count - 1 : Math.min(7, 1 + Math.floor(Math.log2(count)))

/** Tries inputs and keeps those that take branches, or take them as often, as none did before. */
export class Loop {
  readonly corpus: Buffer[] = []
  tried = 0
  private readonly hits: Uint32Array
  private readonly touched: Uint32Array
  private touchedCount = 0
  private readonly seen: Uint8Array
  /** Kinds of faults that have been told of. */
  private readonly known = new Set<string>()

  constructor(private readonly options: LoopOptions) {
    this.hits = new Uint32Array(options.branches)
    this.touched = new Uint32Array(options.branches)
    this.seen = new Uint8Array(options.branches)
  }

  /** Called by the instrumented code. */
  readonly hit = (branch: number): void => {
    const { hits } = this
    if (hits[branch] === 0) this.touched[this.touchedCount++] = branch
    hits[branch] = (hits[branch] ?? 0) + 1
  }

  get covered(): number {
    return this.seen.reduce((n, buckets) => n + (buckets > 0 ? 1 : 0), 0)
  }

  /** @returns whether the input did something new */
  async try(data: Buffer): Promise<boolean> {
    const { target, onTry, onBroken } = this.options
    onTry(data)
    this.tried++
    this.forget()
    try {
      const running = target.fuzz(Buffer.from(data))
      if (running) await running
    } catch (thrown) {
      if (!this.isKnown(thrown)) onBroken(data, thrown)
    }
    return this.isNew()
  }

  async mutateOne(): Promise<void> {
    const { target, random, words, maxBytes, onNew } = this.options
    const { corpus } = this
    const recent = Math.floor(corpus.length * 0.75)
    const from = random(2) === 0 ? recent + random(corpus.length - recent) : random(corpus.length)
    const material = { words, others: corpus, maxBytes }
    const data = changed(corpus[from] ?? Buffer.alloc(0), target.form, random, material)
    if (!(await this.try(data))) return
    corpus.push(data)
    onNew(data)
  }

  private isKnown(thrown: unknown): boolean {
    const text =
      thrown instanceof Error ? `${thrown.name} ${thrown.message} ${place(thrown)}` : String(thrown)
    const kind = text.replace(/[^A-Za-z ]+/g, ' ').slice(0, 60) + place(thrown)
    if (this.known.has(kind)) return true
    this.known.add(kind)
    return false
  }

  private forget(): void {
    for (let i = 0; i < this.touchedCount; i++) this.hits[this.touched[i] ?? 0] = 0
    this.touchedCount = 0
  }

  private isNew(): boolean {
    let isNew = false
    for (let i = 0; i < this.touchedCount; i++) {
      const branch = this.touched[i] ?? 0
      const bit = 1 << bucket(this.hits[branch] ?? 1)
      if (((this.seen[branch] ?? 0) & bit) !== 0) continue
      this.seen[branch] = (this.seen[branch] ?? 0) | bit
      isNew = true
    }
    return isNew
  }
}

/** Where an error was thrown, in the bundle. */
const place = (thrown: unknown): string =>
  thrown instanceof Error ? (/:(\d+):\d+\)?$/m.exec(thrown.stack ?? '')?.[1] ?? '') : ''
