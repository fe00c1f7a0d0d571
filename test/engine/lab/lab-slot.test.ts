import { describe, expect, it } from 'vitest'
import { scenarioSchema, type Scenario } from '../../../electron/contract/scenario'
import { LabSlot } from '../../../electron/engine/lab/lab-slot'

const named = (name: string): Scenario => scenarioSchema.parse({ version: 1, name })

/** A lab that starts when the test says so, and writes down what becomes of it. */
function setUp({ hangs = false } = {}) {
  const events: string[] = []
  const gates: (() => void)[] = []
  const alive = new Set<string>()
  const slot = new LabSlot({
    create: (scenario) => ({
      scenario,
      start: async () => {
        alive.add(scenario.name)
        events.push(`start ${scenario.name}`)
        if (hangs) await new Promise<void>((go) => gates.push(go))
        if (scenario.name === 'bad') throw new Error('cannot start')
      },
      close: async () => {
        alive.delete(scenario.name)
        events.push(`close ${scenario.name}`)
      },
      log: (_level, about) => events.push(about.key),
    }),
    replaced: (lab) => events.push(`runs ${lab.scenario.name}`),
    lossOf: () => ({ packets: 0, clients: 0 }),
    fault: (about) => events.push(about.key),
  })
  const open = (name: string): Promise<void> => slot.change(() => slot.replace(named(name)))
  return { slot, events, gates, alive, open }
}
const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

describe('the place of the one lab', () => {
  it('takes changes in their order, so that each closes the one before it', async () => {
    const { events, alive, open } = setUp()
    await Promise.all([open('a'), open('b'), open('c')])
    expect(events).toEqual([
      ...['start a', 'runs a', 'close a'],
      ...['start b', 'runs b', 'close b'],
      ...['start c', 'runs c'],
    ])
    expect([...alive]).toEqual(['c'])
  })

  it('goes on with the one before when the next cannot start, and tells why', async () => {
    const { events, alive, open } = setUp()
    await open('a')
    const [failed, next] = await Promise.allSettled([open('bad'), open('b')])
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'cannot start' } })
    expect(next.status).toBe('fulfilled')
    expect(events.filter((e) => e.startsWith('runs'))).toEqual(['runs a', 'runs a', 'runs b'])
    expect([...alive]).toEqual(['b'])
  })

  it('closes a lab that is just starting, and opens none that was still to come', async () => {
    const { slot, events, gates, alive, open } = setUp({ hangs: true })
    const opened = Promise.allSettled([open('a'), open('b')])
    await turns()
    const closed = slot.close()
    for (const go of gates.splice(0)) go()
    await closed
    expect((await opened).map((o) => o.status)).toEqual(['rejected', 'rejected'])
    expect(events.filter((e) => /^(start|runs)/.test(e))).toEqual(['start a'])
    expect([...alive]).toEqual([])
  })

  it('recovers although a change is under way, which then takes nothing over', async () => {
    const { slot, events, gates, alive, open } = setUp({ hangs: true })
    const first = open('a')
    await turns()
    gates.splice(0).forEach((go) => go())
    await first
    const stuck = open('b').then(
      () => 'opened',
      (e: unknown) => String(e),
    )
    await turns()
    const recovered = Promise.all([slot.recover('boom'), slot.recover('boom again')])
    gates.splice(0).forEach((go) => go())
    expect(await stuck).toContain('meanwhile')
    await turns()
    gates.splice(0).forEach((go) => go())
    await recovered
    expect(events.filter((e) => e.startsWith('runs'))).toEqual(['runs a', 'runs a'])
    expect(events.filter((e) => e === 'engine-recovered')).toHaveLength(1)
    expect([...alive]).toEqual(['a'])
  })
})
