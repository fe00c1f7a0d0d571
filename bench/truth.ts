import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundle } from './bundle'

/**
 * `npm run bench:truth`: the simulated TCP against the one of this Linux. Pairs of a publisher and a subscriber send over a path that
 * delays IP packets by 34 ms one way and loses some, in reality (mosquitto and mqtt.js in two network namespaces) and in the
 * simulation. Says for each point how far mean, 95th and 99th percentile are apart; more than 15 % is a failure.
 */

const DELAY_MS = 34
const GAP_MS = 100
const PAIRS = 30
const MESSAGES = 1500
const WITHIN = 0.15
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

function figures(printed: string): Figures {
  const all = (JSON.parse(printed) as number[]).sort((x, y) => x - y)
  const at = (q: number): number => all[Math.min(all.length - 1, Math.floor(q * all.length))] ?? 0
  return { mean: all.reduce((sum, x) => sum + x, 0) / all.length, p95: at(0.95), p99: at(0.99) }
}

const built = await bundle(['truth/real-pairs.ts', 'truth/model.ts'])
const maxBuffer = 1 << 28
try {
  for (const { qos, loss } of POINTS) {
    const load = [MESSAGES, GAP_MS, PAIRS].map(String)
    const pairs = [process.execPath, built.path('real-pairs.ts'), 'server', String(qos), ...load]
    const ask = [path, String(loss), String(DELAY_MS), '7', '--', ...pairs]
    const real = figures((await run('python3', ask, { maxBuffer })).stdout)
    const model = [built.path('model.ts'), String(qos), String(loss), String(DELAY_MS), ...load]
    const simulated = figures((await run(process.execPath, model, { maxBuffer })).stdout)
    console.log(`QoS ${qos}, ${loss * 100} % of IP packets lost, ${PAIRS * MESSAGES} messages`)
    for (const name of ['mean', 'p95', 'p99'] as const) {
      const off = simulated[name] / real[name] - 1
      const kept = Math.abs(off) <= WITHIN
      if (!kept) process.exitCode = 1
      const apart = `${off < 0 ? '' : '+'}${(off * 100).toFixed(1)} %`
      console.log(
        `  ${name.padEnd(5)} Linux ${real[name].toFixed(1)} ms, simulated ${simulated[name].toFixed(1)} ms, ${apart}${kept ? '' : '  NOT KEPT'}`,
      )
    }
  }
} finally {
  await rm(built.folder, { recursive: true })
}
