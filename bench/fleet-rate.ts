import { monitorEventLoopDelay } from 'node:perf_hooks'
import { scenarioSchema } from '../electron/contract/scenario'
import { createEngine } from '../electron/engine/engine'
import { attachPage } from './attached-page'
import type { BenchResult } from './rows'

const DEVICES = 1000
const RATE = 10
const WARM_UP_MS = 3000
const MEASURE_MS = 10_000
/** The delay histogram counts its own sampling interval in. */
const SAMPLE_MS = 1

const subscriber = process.argv.includes('--subscriber')
const publishers = {
  name: 'publishers',
  count: DEVICES,
  publishes: [{ topic: 'bench/{n}', qos: 1, rate: RATE, schedule: 'jittered' }],
}
const scenario = scenarioSchema.parse({
  version: 1,
  name: 'fleet rate',
  broker: { kind: 'embedded', port: 0 },
  groups: [
    publishers,
    ...(subscriber ? [{ name: 'subscriber', subscribes: [{ filter: 'bench/#', qos: 1 }] }] : []),
  ],
})

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const engine = createEngine({ env: {}, version: 'bench', log: () => undefined })
await engine.open(scenario, null)
const page = attachPage(engine)
await wait(WARM_UP_MS)

const delay = monitorEventLoopDelay({ resolution: SAMPLE_MS })
delay.enable()
const seen = engine.status().captured.seen
const bytes = page.bytes()
const cpu = process.cpuUsage()
const started = performance.now()
await wait(MEASURE_MS)
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(cpu)
const core = (user + system) / 1e6 / seconds
const p99 = delay.percentile(99) / 1e6 - SAMPLE_MS
const status = engine.status()
const packets = (status.captured.seen - seen) / seconds
await engine.close()

const result: BenchResult = {
  measured:
    `${(core * 100).toFixed(0)} % of one core, p99 loop delay ${p99.toFixed(1)} ms ` +
    `(${Math.round(packets)} packets/s captured, ${Math.round((page.bytes() - bytes) / seconds / 1024)} KiB/s to the page, ` +
    `${Math.round(status.lagMs)} ms behind)`,
  kept: subscriber || (core < 0.5 && p99 < 10),
}
console.log(JSON.stringify(result))
