import type { ConnectRound } from './connect-fleet'
import type { FleetRound } from './fleet-rate'
import type { Round } from './settings'

/** Runs a script of this folder in a process of its own and gives the object it printed. */
export type RunScript = (script: string, ...args: string[]) => Promise<unknown>

/** What a row found. */
export interface BenchResult {
  /** As text. */
  measured: string
  /** CPU per message, as a multiple of what mqtt.js and aedes alone take in the same run; null for other rows. */
  ratioToBare: number | null
  /** Within what must hold. */
  kept: boolean
}

/** One line of the table: what is measured and what must hold. */
export interface BenchRow {
  name: string
  hold: string
  run(script: RunScript): Promise<BenchResult>
}

/** Rounds of each side, in turn, so that a machine whose speed drifts is fair to both. */
const ROUNDS = 3
const MAX_RATIO = 1.5
const MAX_LOOP_DELAY_MS = 10
const MAX_CONNECT_SECONDS = 2
const MAX_DEVICE_KIB = 32

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
}

const fleetText = (r: FleetRound): string =>
  `${(r.core * 100).toFixed(0)} % of one core at ${Math.round(r.messagesPerSecond)} messages/s, ` +
  `p99 loop delay ${r.loopDelayP99Ms.toFixed(1)} ms ` +
  `(${Math.round(r.packetsPerSecond)} packets/s captured, ${Math.round(r.pageKibPerSecond)} KiB/s to the page, ` +
  `${Math.round(r.behindMs)} ms behind)`

async function fleetAgainstBare(script: RunScript): Promise<BenchResult> {
  const bare: Round[] = []
  const fleet: FleetRound[] = []
  for (let i = 0; i < ROUNDS; i++) {
    bare.push((await script('bare-pair.ts')) as Round)
    fleet.push((await script('fleet-rate.ts')) as FleetRound)
  }
  const ratio = median(fleet.map((f, i) => f.microsPerMessage / (bare[i]?.microsPerMessage ?? NaN)))
  const ours = median(fleet.map((f) => f.microsPerMessage))
  const theirs = median(bare.map((b) => b.microsPerMessage))
  const delayMs = median(fleet.map((f) => f.loopDelayP99Ms))
  const middle = fleet.find((f) => f.microsPerMessage === ours)
  if (!middle) throw new Error('an odd number of rounds has a middle one')
  return {
    measured:
      `${ours.toFixed(1)} us of CPU per message, mqtt.js and aedes alone ${theirs.toFixed(1)} us; ` +
      fleetText(middle),
    ratioToBare: ratio,
    kept: ratio <= MAX_RATIO && delayMs < MAX_LOOP_DELAY_MS,
  }
}

/** The numbers the project holds itself to, in order. */
export const ROWS: readonly BenchRow[] = [
  {
    name: '1,000 devices x 10 msg/s, QoS 1, all captured, page attached',
    hold: `CPU per message at most ${MAX_RATIO} times that of mqtt.js and aedes alone, p99 loop delay under ${MAX_LOOP_DELAY_MS} ms`,
    run: fleetAgainstBare,
  },
  {
    name: 'the same with one subscriber of everything',
    hold: 'no promise, for comparison',
    async run(script) {
      const round = (await script('fleet-rate.ts', '--subscriber')) as FleetRound
      return { measured: fleetText(round), ratioToBare: null, kept: true }
    },
  },
  {
    name: '10,000 devices connect in memory',
    hold: `at most ${MAX_CONNECT_SECONDS} s, ${MAX_DEVICE_KIB} KiB each`,
    async run(script) {
      const { seconds, kibPerDevice } = (await script('connect-fleet.ts')) as ConnectRound
      return {
        measured: `${seconds.toFixed(1)} s, ${kibPerDevice.toFixed(1)} KiB each`,
        ratioToBare: null,
        kept: seconds <= MAX_CONNECT_SECONDS && kibPerDevice <= MAX_DEVICE_KIB,
      }
    },
  },
]
