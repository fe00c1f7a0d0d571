import { expect, it } from 'vitest'
import { SleepWatch } from '../../electron/store/sleep-watch'

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
