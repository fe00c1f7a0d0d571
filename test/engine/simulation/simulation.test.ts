import { afterEach, describe, expect, it } from 'vitest'
import {
  createSimulation,
  type Simulation,
  type SimulationOptions,
} from '../../../electron/engine/simulation/simulation'
import { scenarioOf } from '../../helpers/lab-run'
import { pair } from '../../helpers/simulate'

let sim: Simulation
afterEach(() => sim.close())

function simulation(options: Partial<SimulationOptions> = {}): Simulation {
  sim = createSimulation({ scenario: scenarioOf(pair(1)), ...options })
  return sim
}
const boom = (): never => {
  throw new Error('boom')
}
const network = { env: {} }

describe('a simulation', () => {
  it('stands still until it is started', async () => {
    simulation()
    const ready = sim.connect()
    expect([sim.clock.now(), sim.target]).toEqual([0, null])
    await sim.start()
    expect(await ready).toBe(true)
    expect(sim.clock.now()).toBeGreaterThan(0)
  })

  it('opens no listener without a network, and those of the scenario with one', async () => {
    await simulation().start()
    expect(sim.target?.status()).toMatchObject({ kind: 'embedded', state: 'up', listeners: [] })
    await sim.close()
    await simulation({ network }).start()
    expect(sim.target?.status().listeners).toMatchObject([{ kind: 'tcp' }])
  })

  it('is told of by each observer in the order they came, from when they came', async () => {
    const heard: string[] = []
    const ear = (name: string) => ({ fleet: { offered: () => heard.push(name) } })
    await simulation({ observers: [ear('a')] }).start()
    sim.observe(ear('b'))
    await sim.connect()
    sim.fleet.startPublishing()
    await sim.untilQuiet()
    expect(heard).toEqual(['a', 'b'])
  })

  it('is not quiet while a step is to come, nor while a packet is on its way', async () => {
    await simulation().start()
    await sim.connect()
    const begun = sim.clock.now()
    sim.plan([{ atMs: 500, run: () => sim.fleet.device('s')?.close() }])
    expect(await sim.untilQuiet()).toBe(true)
    // DISCONNECT takes 10 ms; then come three looks.
    expect(sim.clock.now() - begun).toBeGreaterThanOrEqual(530)
  })

  it('winds down without the steps that were still to come', async () => {
    await simulation().start()
    let taken = false
    sim.plan([{ atMs: 100, run: () => (taken = true) }])
    expect(await sim.windDown()).toBe(true)
    await sim.until(() => sim.clock.now() > 200)
    expect(taken).toBe(false)
  })
})

describe('a fault inside', () => {
  it('ends what waits with its reason and the name of the scenario', async () => {
    await simulation().start()
    sim.plan([{ atMs: 10, run: boom }])
    await expect(sim.untilQuiet()).rejects.toThrow('test: boom')
    await expect(sim.until(() => true)).rejects.toThrow('test: boom')
  })

  it('goes to onFault instead, and the run goes on', async () => {
    const faults: unknown[] = []
    await simulation({ onFault: (thrown) => faults.push(thrown) }).start()
    sim.plan([{ atMs: 10, run: boom }])
    expect(await sim.untilQuiet()).toBe(true)
    expect(faults).toMatchObject([{ message: 'boom' }])
  })

  it.each([
    ['warn', 1],
    ['error', 0],
  ] as const)('is a warning of the broker from level %s on: %d', async (faultLevel, count) => {
    const faults: unknown[] = []
    const lines: string[] = []
    const observers = [{ log: (l: { note: { key: string } }) => lines.push(l.note.key) }]
    await simulation({ faultLevel, observers, onFault: (thrown) => faults.push(thrown) }).start()
    const stranger = sim.attach('stranger', sim.scenario.link).connect()
    stranger.on('error', () => undefined)
    stranger.write(Buffer.from([0x30, 2, 0, 0]))
    expect(await sim.until(() => lines.length > 0, { patienceMs: 1000 })).toBe(true)
    expect(faults).toHaveLength(count)
  })
})

describe('the close of a simulation', () => {
  it('ends waits as not fulfilled, once for all who ask', async () => {
    await simulation().start()
    const quiet = sim.until(() => false)
    expect(sim.close()).toBe(sim.close())
    expect(await quiet).toBe(false)
  })

  it('while it opens its broker leaves no listener and no time running', async () => {
    const starting = simulation({ network }).start()
    await Promise.all([expect(starting).rejects.toThrow('closed before it had started'), sim.close()])
    expect(sim.target?.embedded?.listeners()).toEqual([])
    expect(sim.clock.running).toBe(false)
  })

  it('while an external broker is being reached does not wait for it', async () => {
    const broker = { kind: 'external', url: 'mqtt://127.0.0.1:1' } as const
    const starting = simulation({ network, scenario: scenarioOf({ broker }) }).start()
    await Promise.all([expect(starting).rejects.toThrow('cannot reach the broker'), sim.close()])
    expect(sim.target).toBeNull()
  })
})
