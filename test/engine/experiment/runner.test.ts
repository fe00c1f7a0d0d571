import { describe, expect, it } from 'vitest'
import { experimentSchema } from '../../../electron/contract/experiment'
import { ExperimentRunner } from '../../../electron/engine/experiment/runner'

const create = () => {
  let now = 0
  const faults: string[] = []
  return {
    runner: new ExperimentRunner(
      () => (now += 5),
      (why) => faults.push(why),
    ),
    faults,
  }
}
const small = experimentSchema.parse({ qos: [1], loss: [0.1], messages: 20 })

async function ended(runner: ExperimentRunner): Promise<void> {
  while (runner.running) await new Promise((resolve) => setImmediate(resolve))
}

describe('the experiment of an engine', () => {
  it('runs to its end and stays to be looked at', async () => {
    const { runner, faults } = create()
    expect(runner.state()).toBeNull()
    expect(runner.start(small)).toMatchObject({ id: 1, state: 'running', points: [], fraction: 0 })
    await ended(runner)
    const end = runner.state()
    expect(end).toMatchObject({ id: 1, state: 'done', complete: true, fraction: 1, error: null })
    expect(end?.points).toHaveLength(1)
    expect(runner.state()).toBe(end)
    expect(faults).toEqual([])
    expect(runner.start(small).id).toBe(2)
    await runner.cancel()
  })

  it('is one at a time', async () => {
    const { runner } = create()
    runner.start(small)
    expect(() => runner.start(small)).toThrow(/running/)
    await runner.cancel()
    expect(() => runner.start(small)).not.toThrow()
    await runner.cancel()
  })

  it('can be cancelled, says how far it came, and goes on counting changes', async () => {
    const { runner } = create()
    runner.start(experimentSchema.parse({ messages: 5000 }))
    const { revision } = runner
    await runner.cancel()
    expect(runner.state()).toMatchObject({ state: 'cancelled', complete: false })
    expect(runner.state()?.fraction).toBeLessThan(1)
    expect(runner.revision).toBeGreaterThan(revision)
    await runner.cancel()
  })
})
