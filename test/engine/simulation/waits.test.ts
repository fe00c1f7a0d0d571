import { describe, expect, it } from 'vitest'
import { Waits } from '../../../electron/engine/simulation/waits'
import { ManualClock } from '../../helpers/manual-clock'

function start() {
  const clock = new ManualClock()
  return { clock, waits: new Waits(clock) }
}

describe('a wait', () => {
  it('ends when its condition has held at so many looks in a row', async () => {
    const { clock, waits } = start()
    const seen: number[] = []
    const held = waits.until(() => seen.push(clock.now()) !== 2, { everyMs: 50, looks: 3 })
    clock.advance(1000)
    expect(await held).toBe(true)
    expect(seen).toEqual([50, 100, 150, 200, 250])
    expect(clock.armed).toBe(0)
  })

  it('asks before each look when the next one is worth it', async () => {
    const { clock, waits } = start()
    const held = waits.until(() => clock.now() >= 1000, { everyMs: () => (clock.now() < 900 ? 900 : 40) })
    clock.advance(2000)
    expect(await held).toBe(true)
    expect(clock.armed).toBe(0)
  })

  it.each(['patience', 'signal', 'close'] as const)(
    'ends unfulfilled by %s, and sets no more timers',
    async (by) => {
      const { clock, waits } = start()
      const stop = new AbortController()
      const held = waits.until(() => false, {
        patienceMs: by === 'patience' ? 75 : Infinity,
        signal: stop.signal,
      })
      clock.advance(60)
      if (by === 'signal') stop.abort()
      if (by === 'close') waits.close()
      clock.advance(60)
      expect(await held).toBe(false)
      expect(clock.armed).toBe(0)
    },
  )

  it('is over at once after the close, or with a signal that has aborted', async () => {
    const { clock, waits } = start()
    expect(await waits.until(() => true, { signal: AbortSignal.abort() })).toBe(false)
    waits.close()
    expect(await waits.until(() => true)).toBe(false)
    expect(clock.armed).toBe(0)
  })

  it('rejects with the first fault, and so does every later one', async () => {
    const { clock, waits } = start()
    const [one, two] = [waits.until(() => false), waits.until(() => false)]
    waits.fail(new Error('first'))
    waits.fail(new Error('second'))
    await expect(one).rejects.toThrow('first')
    await expect(two).rejects.toThrow('first')
    await expect(waits.until(() => true)).rejects.toThrow('first')
    expect(clock.armed).toBe(0)
  })
})
