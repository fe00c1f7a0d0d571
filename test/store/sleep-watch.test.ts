import { afterEach, expect, it, vi } from 'vitest'
import { SleepWatch, watchSleep } from '../../electron/store/sleep-watch'

it('a gap of the clock of half a minute or more is told once, with its length', () => {
  const told: number[] = []
  let nowMs = 0
  const watch = new SleepWatch(
    () => nowMs,
    (ms) => told.push(ms),
  )
  const lookAfter = (ms: number): void => {
    nowMs += ms
    watch.look()
  }
  lookAfter(5000)
  lookAfter(29_999)
  expect(told).toEqual([])
  lookAfter(120_000)
  lookAfter(0)
  expect(told).toEqual([120_000])
})

afterEach(() => vi.useRealTimers())

it.each([3_600_000, -3_600_000])('a system clock that is set by %i ms is no sleep', (ms) => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  const told: string[] = []
  const watch = watchSleep({ notice: (_level, { text }) => told.push(text) })
  vi.setSystemTime(Date.now() + ms)
  vi.advanceTimersByTime(10_000)
  watch.look()
  watch.stop()
  expect(told).toEqual([])
})
