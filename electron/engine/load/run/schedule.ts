import type { LoadConfig } from '../../../contract/load-config'
import { plannedMs } from '../../../contract/load-duration'
import type { Schedule } from './plan'
import { seededRandom } from './random'

/** Even gaps: `rate` messages a second of each publisher, the publishers one after another within a gap. */
export function evenSchedule(rate: number, all: LoadConfig): Schedule {
  const perMs = (rate * all.publishers) / 1000
  const durationMs = plannedMs(all)
  const byTime = durationMs === null ? Infinity : Math.ceil(durationMs * perMs - 1e-9)
  const total = Math.min(byTime, all.messages ?? Infinity)
  switch (all.arrivals) {
    case 'even':
      return { total, timeOf: (n) => n / perMs }
    case 'jittered':
      return { total, timeOf: (n) => (n + unit(all.seed, n)) / perMs }
    case 'poisson': {
      const times = new PoissonTimes(perMs, all.seed)
      // how many there are within the time is chance; the end of the run stops them
      return { total: all.messages ?? (durationMs === null ? total : Infinity), timeOf: (n) => times.at(n) }
    }
  }
}

/** A number from 0 to 1 (excluded) that depends on seed and n alone. */
const unit = (seed: number, n: number): number => seededRandom(Math.imul(seed ^ n, 0x9e3779b1) ^ (n >>> 7))()

/** How much later than the run a publisher begins, ms. */
export const startWaitOf = (c: Pick<LoadConfig, 'startWait' | 'seed'>, publisher: number): number =>
  c.startWait === undefined ? 0 : unit(c.seed ^ 0x5bd1e995, publisher) * c.startWait

const BLOCK = 1024
/** Blocks whose times are kept: messages of different times wait at once where a broker is slow. */
const KEPT_BLOCKS = 64

/** Arrival times with exponential gaps, by number: gaps are drawn block by block, so that any can be found again. */
class PoissonTimes {
  /** When each block begins, ms. */
  private readonly begins = [0]
  private readonly blocks = new Map<number, Float64Array>()

  constructor(
    private readonly perMs: number,
    private readonly seed: number,
  ) {}

  at(n: number): number {
    const block = Math.floor(n / BLOCK)
    while (this.begins.length <= block) this.timesOf(this.begins.length - 1)
    return this.timesOf(block)[n % BLOCK] as number
  }

  /** Also says when the next block begins. */
  private timesOf(block: number): Float64Array {
    const known = this.blocks.get(block)
    if (known !== undefined) return known
    const random = seededRandom(Math.imul(block + 1, 0x9e3779b1) ^ this.seed)
    const times = new Float64Array(BLOCK)
    let at = this.begins[block] as number
    for (let i = 0; i < BLOCK; i++) times[i] = at -= Math.log(1 - random()) / this.perMs
    this.begins[block + 1] = at
    this.blocks.set(block, times)
    for (const oldest of this.blocks.keys()) {
      if (this.blocks.size <= KEPT_BLOCKS) break
      this.blocks.delete(oldest)
    }
    return times
  }
}

/** One straight piece of a rate curve: messages a ms over all publishers at its beginning and its end. */
interface Piece {
  startMs: number
  lengthMs: number
  from: number
  to: number
  /** Messages before this piece. */
  before: number
  count: number
}

const area = (p: { from: number; to: number; lengthMs: number }): number => ((p.from + p.to) / 2) * p.lengthMs

/** Rates that move in straight lines: message n leaves when the area under the curve reaches n. */
export function rampSchedule(
  startRate: number,
  stages: readonly { over: number; rate: number }[],
  all: LoadConfig,
): Schedule {
  const pieces: Piece[] = []
  let startMs = 0
  let before = 0
  let from = (startRate * all.publishers) / 1000
  for (const stage of stages) {
    const to = (stage.rate * all.publishers) / 1000
    const count = area({ from, to, lengthMs: stage.over })
    pieces.push({ startMs, lengthMs: stage.over, from, to, before, count })
    startMs += stage.over
    before += count
    from = to
  }
  const total = Math.min(Math.ceil(before - 1e-9), all.messages ?? Infinity)
  return { total, timeOf: (n) => timeInPieces(pieces, n) }
}

function timeInPieces(pieces: readonly Piece[], n: number): number {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const mid = (low + high) >> 1
    const p = pieces[mid] as Piece
    if (n < p.before + p.count) high = mid
    else low = mid + 1
  }
  const p = pieces[low] as Piece
  return p.startMs + Math.min(p.lengthMs, timeInPiece(p, n - p.before))
}

/** Solves from·t + (to − from)·t² / (2·length) = n for t, in the form that is stable for a flat piece. */
function timeInPiece(p: Piece, n: number): number {
  if (n <= 0 || p.lengthMs === 0) return 0
  const slope = (p.to - p.from) / p.lengthMs
  const root = Math.sqrt(Math.max(0, p.from * p.from + 2 * slope * n))
  return (2 * n) / (p.from + root)
}
