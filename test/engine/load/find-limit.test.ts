import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../electron/engine/base/random'
import { findLimit, type TrialState } from '../../../electron/engine/load/run/find-limit'

const OPTIONS = { from: 100, precision: 0.1, repeats: 3 }
const never = (): boolean => false
const at = (limit: number) => (rate: number) => Promise.resolve<TrialState>(rate <= limit ? 'held' : 'broke')

describe('the search for the limit', () => {
  it.each([30, 100, 777, 50_000])('brackets a limit of %d per second as narrowly as asked', async (limit) => {
    const r = await findLimit(at(limit), OPTIONS, never)
    expect(r.brackets).toHaveLength(3)
    for (const { held, broke, wide } of r.brackets) {
      expect(held <= limit && (broke ?? 0) > limit && !wide).toBe(true)
      expect((broke ?? Infinity) / held).toBeLessThanOrEqual(1.1)
    }
    expect(r.trials.length).toBeLessThan(45)
  })

  it('gives intervals of two searches that overlap where the limit varies by 2 %', async () => {
    const random = createRandom(1, 'limit')
    const trial = (rate: number): Promise<TrialState> => at(1000 * (0.98 + 0.04 * random()))(rate)
    const [a, b] = [await findLimit(trial, OPTIONS, never), await findLimit(trial, OPTIONS, never)]
    expect((a.interval?.held ?? Infinity) < (b.interval?.broke ?? 0)).toBe(true)
    expect((b.interval?.held ?? Infinity) < (a.interval?.broke ?? 0)).toBe(true)
  })

  it('takes no notice of one bad run or of two that were inconclusive', async () => {
    const bad: TrialState[] = ['inconclusive', 'broke', 'inconclusive']
    const trial = (rate: number): Promise<TrialState> =>
      rate === 200 && bad.length > 0 ? Promise.resolve(bad.shift() as TrialState) : at(1000)(rate)
    const r = await findLimit(trial, OPTIONS, never)
    expect(r.interval?.held).toBeGreaterThan(900)
    expect(r.trials.slice(0, 7).map((t) => t.rate)).toEqual([100, 200, 200, 200, 200, 200, 400])
  })

  it('has no upper end where the generator is the limit, and a wide bracket where it is so in between', async () => {
    const limited = await findLimit(
      (rate) => Promise.resolve(rate < 1000 ? 'held' : 'inconclusive'),
      OPTIONS,
      never,
    )
    expect(limited.interval).toBeNull()
    expect(limited.brackets[0]).toEqual({ held: 800, broke: null, wide: true })
    const between = await findLimit(
      (rate) => Promise.resolve(rate <= 800 ? 'held' : rate < 1600 ? 'inconclusive' : 'broke'),
      { ...OPTIONS, repeats: 1 },
      never,
    )
    expect(between.brackets).toEqual([{ held: 800, broke: 1600, wide: true }])
  })

  it('finds nothing where no rate holds or it is stopped', async () => {
    const none = await findLimit(() => Promise.resolve('broke'), OPTIONS, never)
    expect([none.brackets, none.interval]).toEqual([[], null])
    const silent = await findLimit(() => Promise.resolve('inconclusive'), OPTIONS, never)
    expect([silent.brackets, silent.trials.length]).toEqual([[], 9])
    const stopped = await findLimit(
      () => Promise.resolve('held'),
      OPTIONS,
      () => true,
    )
    expect(stopped.trials).toEqual([])
  })
})
