import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { bundle } from './bundle'
import type { Arrived } from './truth/model'

/**
 * `npm run bench:truth`: the simulated TCP against the one of this Linux. Pairs of a publisher and a subscriber send over a path that
 * delays IP packets and loses some, in reality (mosquitto and mqtt.js in two network namespaces) and in the simulation. Says for
 * each point how far mean, 95th and 99th percentile are apart (34 ms one way); more than 15 % is a failure. Then how many
 * messages of 20 seconds have not come when these are over (10 ms one way), beside the published figures, which come without
 * their rate, delay and TCP. `--only latency` or `--only window` does one of the two.
 */

const DELAY_MS = 34
const GAP_MS = 100
const PAIRS = 30
const MESSAGES = 1500
const PATIENCE_MS = 60_000
const WITHIN = 0.15
const WINDOW = { ms: 20_000, delayMs: 10, pairs: 60, gapsMs: [1000, 100] }
/** Segment loss, and messages missed in percent. */
const PUBLISHED: readonly (readonly [number, number])[] = [
  [0.05, 0.1],
  [0.1, 2.0],
  [0.2, 20.5],
  [0.3, 34.8],
  [0.4, 60.4],
  [0.5, 70.6],
]
const POINTS = [
  { qos: 0, loss: 0.02 },
  { qos: 0, loss: 0.05 },
  { qos: 1, loss: 0.05 },
]

const run = promisify(execFile)
const path = join(import.meta.dirname, 'truth/lossy-path.py')

function refuse(why: string): never {
  console.error(`bench:truth: ${why}`)
  process.exit(2)
}

if (process.platform !== 'linux') refuse('needs Linux: it is its TCP that the simulation is compared with')
if (process.getuid?.() !== 0) refuse('needs root, to make network namespaces: sudo npm run bench:truth')
for (const [program, argument] of [
  ['mosquitto', '-h'],
  ['python3', '-V'],
  ['ip', '-V'],
] as const) {
  await run(program, [argument]).catch((e: unknown) => {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT')
      refuse(`needs ${program}: apt-get install mosquitto python3 iproute2`)
  })
}

interface Figures {
  mean: number
  p95: number
  p99: number
}

function figures(arrived: readonly Arrived[]): Figures {
  const all = arrived.map(([, latencyMs]) => latencyMs).sort((x, y) => x - y)
  const at = (q: number): number => all[Math.min(all.length - 1, Math.floor(q * all.length))] ?? 0
  return { mean: all.reduce((sum, x) => sum + x, 0) / all.length, p95: at(0.95), p99: at(0.99) }
}

interface Load {
  qos: number
  loss: number
  delayMs: number
  messages: number
  gapMs: number
  pairs: number
}

const built = await bundle(['truth/real-pairs.ts', 'truth/model.ts'])
const maxBuffer = 1 << 28
const parsed = ({ stdout }: { stdout: string }): Arrived[] => JSON.parse(stdout) as Arrived[]

async function onLinux(of: Load, patienceMs: number): Promise<Arrived[]> {
  const load = [of.qos, of.messages, of.gapMs, of.pairs, patienceMs].map(String)
  const pairs = [process.execPath, built.path('real-pairs.ts'), 'server', ...load]
  return parsed(
    await run('python3', [path, String(of.loss), String(of.delayMs), '7', '--', ...pairs], { maxBuffer }),
  )
}

async function simulated(of: Load): Promise<Arrived[]> {
  const load = [of.qos, of.loss, of.delayMs, of.messages, of.gapMs, of.pairs].map(String)
  return parsed(await run(process.execPath, [built.path('model.ts'), ...load], { maxBuffer }))
}

async function compareLatency(qos: number, loss: number): Promise<void> {
  const load = { qos, loss, delayMs: DELAY_MS, messages: MESSAGES, gapMs: GAP_MS, pairs: PAIRS }
  const [real, model] = [figures(await onLinux(load, PATIENCE_MS)), figures(await simulated(load))]
  console.log(`QoS ${qos}, ${loss * 100} % of IP packets lost, ${PAIRS * MESSAGES} messages`)
  for (const name of ['mean', 'p95', 'p99'] as const) {
    const off = model[name] / real[name] - 1
    const kept = Math.abs(off) <= WITHIN
    if (!kept) process.exitCode = 1
    const apart = `${off < 0 ? '' : '+'}${(off * 100).toFixed(1)} %`
    console.log(
      `  ${name.padEnd(5)} Linux ${real[name].toFixed(1)} ms, simulated ${model[name].toFixed(1)} ms, ${apart}${kept ? '' : '  NOT KEPT'}`,
    )
  }
}

/** Of the messages of the window, those that had not come at its end, in percent. */
function missed(arrived: readonly Arrived[], load: Load): string {
  const inTime = arrived.filter(([sentMs, latencyMs]) => sentMs + latencyMs <= WINDOW.ms).length
  return (100 * (1 - inTime / (load.messages * load.pairs))).toFixed(1).padStart(5)
}

async function compareWindow(gapMs: number): Promise<void> {
  const { pairs, delayMs, ms } = WINDOW
  console.log(`QoS 0, ${1000 / gapMs} per second, of ${ms / 1000} s not come at their end, in percent`)
  for (const [loss, published] of PUBLISHED) {
    const load = { qos: 0, loss, delayMs, messages: ms / gapMs, gapMs, pairs }
    const [real, model] = [missed(await onLinux(load, 0), load), missed(await simulated(load), load)]
    console.log(
      `  ${loss * 100} % lost: Linux ${real}, simulated ${model}, published ${published.toFixed(1).padStart(5)}`,
    )
  }
}

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values
if (only !== undefined && only !== 'latency' && only !== 'window')
  refuse(`--only: found ${only}; expected latency or window`)
try {
  if (only !== 'window') for (const { qos, loss } of POINTS) await compareLatency(qos, loss)
  if (only !== 'latency') for (const gapMs of WINDOW.gapsMs) await compareWindow(gapMs)
} finally {
  await rm(built.folder, { recursive: true })
}
