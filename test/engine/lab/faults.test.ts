import { createServer, type AddressInfo, type Server } from 'node:net'
import { performance } from 'node:perf_hooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { scenarioSchema, type Scenario, type ScenarioInput } from '../../../electron/contract/scenario'
import { createPacedClock } from '../../../electron/engine/simulation/clock/paced-clock'
import type { Engine } from '../../../electron/engine/types'
import { testEngine } from '../../helpers/lab-run'
import { openPage } from '../../helpers/page'
import { until } from '../../helpers/until'

const closing: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closing.splice(0).reverse()) await close()
})

function start(): Engine {
  const { engine } = testEngine()
  closing.push(() => engine.close())
  return engine
}
const scenario = (broker: ScenarioInput['broker'], name = 'faults'): Scenario =>
  scenarioSchema.parse({
    version: 1,
    name,
    broker,
    groups: [
      { name: 'p', publishes: [{ topic: 't', qos: 1, rate: 20 }] },
      { name: 's', subscribes: [{ filter: 't', qos: 1 }] },
    ],
  })
async function occupy(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', done)
  })
  closing.push(() => server.close())
  return { server, port: (server.address() as AddressInfo).port }
}
const portOf = (engine: Engine): number =>
  Number(/:(\d+)$/.exec(engine.status().broker.listeners[0]?.url ?? '')?.[1])

describe('a port that is taken while the program runs', () => {
  it('refuses the scenario that insists on it, and the one before it runs on', async () => {
    const engine = start()
    await engine.open(scenario({ kind: 'embedded', port: 0 }, 'before'), null)
    const { port } = await occupy()
    const next = scenario({ kind: 'embedded', port, fixedPort: true }, 'after')
    await expect(engine.open(next, null)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(String(port)) as string,
    })
    expect(engine.status().scenario.name).toBe('before')
    await until(() => engine.status().devices.connected === 2, 'devices of the scenario before')
  })

  it('between stop and run again: says so, and runs once the port is free', async () => {
    const engine = start()
    await engine.open(scenario({ kind: 'embedded', port: 0 }), null)
    const port = portOf(engine)
    await engine.open(scenario({ kind: 'embedded', port, fixedPort: true }), null)
    const page = await openPage(engine)
    await page.api.control({ action: 'stop' })
    const { server } = await occupy(port)
    await expect(page.api.control({ action: 'run' })).rejects.toMatchObject({ code: 'conflict' })
    expect(engine.status()).toMatchObject({ run: 'stopped', broker: { state: 'down' } })
    await new Promise((done) => server.close(done))
    expect(await page.api.control({ action: 'run' })).toMatchObject({ run: 'running' })
    expect(portOf(engine)).toBe(port)
    page.close()
  })
})

describe('a scenario that names a password nobody has set', () => {
  it('is refused with the name of the variable, and the one before it runs on', async () => {
    const engine = start()
    await engine.open(scenario({ kind: 'embedded', port: 0 }, 'before'), null)
    const login = { username: 'lab', passwordEnv: 'FLEETLAB_UNSET' }
    const next = scenario({ kind: 'external', url: 'mqtt://127.0.0.1:1', ...login }, 'after')
    await expect(engine.open(next, null)).rejects.toMatchObject({
      code: 'bad-scenario',
      message: expect.stringContaining('FLEETLAB_UNSET') as string,
    })
    expect(engine.status().scenario.name).toBe('before')
    await until(() => engine.status().devices.connected === 2, 'devices of the scenario before')
  })
})

describe('an engine that failed', () => {
  it('begins the run anew with the scenario as it was, and every page is told what was lost', async () => {
    const engine = start()
    await engine.open(scenario({ kind: 'embedded', port: 0 }), 'mine.yaml')
    const page = await openPage(engine)
    await page.api.setLoss({ p: 0.25 })
    await until(() => engine.status().devices.connected === 2, 'connections')
    await until(() => engine.status().captured.kept > 0, 'packets')
    await Promise.all([engine.recover('boom'), engine.recover('boom again')])
    await until(() => page.pushed.log.some((l) => l.note.key === 'engine-recovered'), 'a word to the page')
    const told = page.pushed.log.filter((l) => l.note.key === 'engine-recovered')
    expect(told).toHaveLength(1)
    expect(told[0]?.note.values).toMatchObject({ why: 'boom', clients: 2 })
    expect(told[0]?.note.values['packets']).toBeGreaterThan(0)
    const { scenario: now } = await page.api.getScenario({})
    expect(now.link.uplink.loss).toEqual({ model: 'independent', p: 0.25 })
    expect(engine.status().scenario.file).toBe('mine.yaml')
    await until(() => engine.status().devices.connected === 2, 'devices of the new run')
    page.close()
  })
})

describe('a broker elsewhere that goes away, as when the network does', () => {
  it('is said with the reason, and the devices come back by themselves', async () => {
    const [far, near] = [start(), start()]
    await far.open(scenario({ kind: 'embedded', port: 0 }, 'far'), null)
    const port = portOf(far)
    await near.open(scenario({ kind: 'external', url: `mqtt://127.0.0.1:${port}` }, 'near'), null, {
      speed: 4,
    })
    const page = await openPage(near)
    await until(() => near.status().devices.connected === 2, 'connections')
    await far.close()
    await until(() => near.status().broker.state === 'down', 'the loss of the broker')
    const { note } = near.status().broker
    expect(note).toMatchObject({ key: 'broker-unreachable', values: { why: 'nothing is listening there' } })
    const { rows } = await page.api.listDevices({ offset: 0, limit: 10 })
    expect(rows.map((r) => r.connected)).toEqual([false, false])
    const again = start()
    await again.open(scenario({ kind: 'embedded', port, fixedPort: true }, 'far again'), null)
    await until(() => near.status().devices.connected === 2, 'the devices back')
    expect(near.status().broker).toMatchObject({ state: 'up', note: null })
    page.close()
  })
})

describe('the machine’s clocks', () => {
  it('set wrong or right by hours do not move the run', async () => {
    const clock = createPacedClock({ onFault: (e) => { throw e } }) // prettier-ignore
    clock.start()
    closing.push(() => clock.stop())
    const before = clock.now()
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
    await until(() => clock.now() > before, 'time with the clock ahead')
    const ahead = clock.now()
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 7_200_000)
    await until(() => clock.now() > ahead, 'time with the clock behind')
    expect(clock.now() - before).toBeLessThan(5000)
  })

  it('two minutes of sleep are not caught up: the run goes on where it was, a second off at most', async () => {
    const real = performance.now.bind(performance)
    let asleepMs = 0
    vi.spyOn(performance, 'now').mockImplementation(() => real() + asleepMs)
    const clock = createPacedClock({ onFault: (e) => { throw e } }) // prettier-ignore
    closing.push(() => clock.stop())
    const fired: number[] = []
    const tick = (): void => {
      fired.push(clock.now())
      clock.schedule(100, tick)
    }
    clock.schedule(100, tick)
    clock.start()
    await until(() => fired.length === 2, 'two ticks')
    const before = clock.now()
    asleepMs = 120_000
    await until(() => fired.length >= 5, 'ticks after the sleep')
    expect(clock.now() - before).toBeLessThan(3000)
    expect(fired.length).toBeLessThan(40)
    // No tick is left out and none comes twice: timers keep their order and distance.
    expect(fired.map((at) => Math.round(at / 100))).toEqual(fired.map((_, i) => i + 1))
  })
})
