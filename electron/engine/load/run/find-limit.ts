/** What one run at a rate came to: the thresholds held, did not, or the generator itself was the limit. */
export type TrialState = 'held' | 'broke' | 'inconclusive'

export interface LimitOptions {
  /** Messages per second to begin with, above 0. */
  from: number
  /** The bracket is narrow enough when its ends are no further apart than this share of the lower. */
  precision: number
  /** Brackets looked for, one after the other. */
  repeats: number
}

/** One bracket: at `held` the thresholds held, at `broke` they did not. Messages per second. */
export interface Bracket {
  held: number
  /** Null where the generator was the limit before a threshold broke. */
  broke: number | null
  /** Narrower than asked for was not possible: rates between the ends came out differently, or not at all. */
  wide: boolean
}

export interface LimitResult {
  brackets: Bracket[]
  /** From the lowest rate that held to the highest that broke; null unless each search found both ends. */
  interval: { held: number; broke: number } | null
  trials: { rate: number; state: TrialState }[]
}

/** Rates tried for one bracket, at most: a threshold that breaks at random has none. */
const MOST_RATES = 40
/** Runs at one rate whose generator was the limit, before the rate is given up. */
const MOST_INCONCLUSIVE = 3
/** Rates at which that happened, one after the other, before the search is given up. */
const MOST_SILENT_RATES = 3
/** A threshold that broke once may have met a busy moment of the computer: the rate is tried again. */
const BREAKS = 2
const HOLDS = 2
/** The first search doubles the rate until it breaks. */
const FIRST_GROWTH = 2
/** Less than one message in 100 s. */
const LEAST_RATE = 0.01

/** Raises the rate until a threshold breaks, and halves the bracket until it is narrow enough; again for each repeat. */
export async function findLimit(
  trial: (rate: number) => Promise<TrialState>,
  options: LimitOptions,
  stopped: () => boolean,
): Promise<LimitResult> {
  const trials: LimitResult['trials'] = []
  const tried = async (rate: number): Promise<TrialState> => {
    const state = await trial(rate)
    // a run that was cut short says nothing
    if (!stopped()) trials.push({ rate, state })
    return state
  }
  const { precision, repeats } = options
  const brackets: Bracket[] = []
  let from = options.from
  let growth = FIRST_GROWTH
  while (brackets.length < repeats && !stopped()) {
    const found = await bracket((rate) => judged(tried, rate, stopped), { from, growth, precision }, stopped)
    if (found === null) break
    brackets.push(found)
    // the next one begins a little below and takes small steps, and so looks for both ends itself
    growth = (1 + precision) ** 2
    from = found.held / growth
  }
  return { brackets, interval: intervalOf(brackets), trials }
}

function intervalOf(brackets: readonly Bracket[]): LimitResult['interval'] {
  const ends = brackets.map((b) => b.broke)
  if (ends.length === 0 || !ends.every((e) => e !== null)) return null
  return { held: Math.min(...brackets.map((b) => b.held)), broke: Math.max(...ends) }
}

/** What a rate comes to: one run where the thresholds hold at once, else the more frequent of at most three. */
async function judged(
  tried: (rate: number) => Promise<TrialState>,
  rate: number,
  stopped: () => boolean,
): Promise<TrialState> {
  const seen = { held: 0, broke: 0, inconclusive: 0 }
  for (;;) {
    seen[await tried(rate)]++
    if (stopped() || seen.inconclusive === MOST_INCONCLUSIVE) return 'inconclusive'
    if (seen.broke === BREAKS) return 'broke'
    if (seen.held === HOLDS || (seen.held === 1 && seen.broke === 0)) return 'held'
  }
}

/** Null where the search is stopped, or no rate holds. */
async function bracket(
  judge: (rate: number) => Promise<TrialState>,
  { from, growth, precision }: { from: number; growth: number; precision: number },
  stopped: () => boolean,
): Promise<Bracket | null> {
  let [held, broke] = [0, Infinity]
  let rate = from
  let silent = 0
  const wide = (): Bracket | null =>
    held === 0 ? null : { held, broke: broke === Infinity ? null : broke, wide: true }
  for (let i = 0; i < MOST_RATES; i++) {
    const state = await judge(rate)
    if (stopped()) return null
    // above it there is nothing to be learned; below it there may be, unless a rate has held already
    silent = state === 'inconclusive' ? silent + 1 : 0
    if (silent === MOST_SILENT_RATES || (silent > 0 && held > 0)) return wide()
    if (state === 'held') held = rate
    if (state === 'broke') broke = rate
    if (held > 0 && broke / held <= 1 + precision) return { held, broke, wide: false }
    rate = held === 0 ? rate / growth : broke === Infinity ? rate * growth : Math.sqrt(held * broke)
    if (rate < LEAST_RATE) return null
  }
  return wide()
}
