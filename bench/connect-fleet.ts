import { scenarioSchema } from '../electron/contract/scenario'
import { createEngine } from '../electron/engine/engine'
import type { BenchResult } from './rows'

const DEVICES = 10_000
const POLL_MS = 5

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
while (engine.status().devices.connected < DEVICES) {
  await new Promise((resolve) => setTimeout(resolve, POLL_MS))
}
const seconds = (performance.now() - started) / 1000
await new Promise((resolve) => setTimeout(resolve, 500))
const kibEach = (usedBytes() - before) / DEVICES / 1024
await engine.close()

const result: BenchResult = {
  measured: `${seconds.toFixed(1)} s, ${kibEach.toFixed(0)} KiB each`,
  kept: seconds < 3 && kibEach < 40,
}
console.log(JSON.stringify(result))
