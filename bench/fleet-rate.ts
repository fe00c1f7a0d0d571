import { monitorEventLoopDelay } from 'node:perf_hooks'
import { scenarioSchema } from '../electron/contract/scenario'
import { createEngine } from '../electron/engine/engine'
import { attachPage } from './attached-page'
import { DEVICES, measureRound, QOS, RATE, wait, WARM_UP_MS, type Round } from './settings'

/** The delay histogram counts its own sampling interval in. */
const SAMPLE_MS = 1

/** One round of the fleet: what it costs, and how well the engine keeps up. */
export interface FleetRound extends Round {
  loopDelayP99Ms: number
  packetsPerSecond: number
  pageKibPerSecond: number
  behindMs: number
}

const subscriber = process.argv.includes('--subscriber')
const publishers = {
  name: 'publishers',
  count: DEVICES,
  publishes: [{ topic: 'bench/{n}', qos: QOS, rate: RATE, schedule: 'jittered' }],
}
const scenario = scenarioSchema.parse({
  version: 1,
  name: 'fleet rate',
  broker: { kind: 'embedded', port: 0 },
  groups: [
    publishers,
    ...(subscriber ? [{ name: 'subscriber', subscribes: [{ filter: 'bench/#', qos: QOS }] }] : []),
  ],
})

const engine = createEngine({ env: {}, version: 'bench', log: () => undefined })
await engine.open(scenario, null)
const page = attachPage(engine)
await wait(WARM_UP_MS)

const delay = monitorEventLoopDelay({ resolution: SAMPLE_MS })
delay.enable()
const seen = engine.status().captured.seen
const bytes = page.bytes()
const started = performance.now()
// PUBLISH and PUBACK, on the publisher's leg and on the subscriber's.
const packetsPerMessage = subscriber ? 4 : 2
const round = await measureRound(() => engine.status().captured.seen / packetsPerMessage)
const seconds = (performance.now() - started) / 1000
const status = engine.status()
const result: FleetRound = {
  ...round,
  loopDelayP99Ms: delay.percentile(99) / 1e6 - SAMPLE_MS,
  packetsPerSecond: (status.captured.seen - seen) / seconds,
  pageKibPerSecond: (page.bytes() - bytes) / seconds / 1024,
  behindMs: status.lagMs,
}
await engine.close()
console.log(JSON.stringify(result))
