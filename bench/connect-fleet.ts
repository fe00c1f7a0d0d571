import { scenarioSchema } from '../electron/contract/scenario'
import { createEngine } from '../electron/engine/engine'
import { wait } from './settings'

const DEVICES = 10_000
const POLL_MS = 5

/** What connecting a large fleet took. */
export interface ConnectRound {
  seconds: number
  kibPerDevice: number
}

const scenario = scenarioSchema.parse({
  version: 1,
  name: 'connect',
  broker: { kind: 'embedded', port: 0 },
  groups: [{ name: 'devices', count: DEVICES, keepAlive: 0 }],
})

function usedBytes(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const engine = createEngine({ env: {}, version: 'bench', log: () => undefined })
const before = usedBytes()
const started = performance.now()
await engine.open(scenario, null)
while (engine.status().devices.connected < DEVICES) await wait(POLL_MS)
const seconds = (performance.now() - started) / 1000
await wait(500)
const result: ConnectRound = { seconds, kibPerDevice: (usedBytes() - before) / DEVICES / 1024 }
await engine.close()
console.log(JSON.stringify(result))
