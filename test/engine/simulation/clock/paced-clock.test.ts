import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import {
  createPacedClock,
  type PacedClockOptions,
} from '../../../../electron/engine/simulation/clock/paced-clock'
import type { PacedClock } from '../../../../electron/engine/simulation/clock/clock'

const faults: unknown[] = []
const clocks: PacedClock[] = []
const create = (options: Partial<PacedClockOptions> = {}): PacedClock => {
  const clock = createPacedClock({
    speed: Infinity,
    quantumMs: 0,
    onFault: (e) => faults.push(e),
    ...options,
  })
  clocks.push(clock)
  return clock
}
const until = async (done: () => boolean): Promise<void> => {
  for (let i = 0; i < 10_000 && !done(); i++) await nextTurn()
  expect(done()).toBe(true)
}
afterEach(() => clocks.splice(0).forEach((c) => c.stop()))

test('time moves from one due timer to the next, whatever real time does', async () => {
  const clock = create()
  const seen: [string, number][] = []
  clock.schedule(3_600_000, () => seen.push(['hour', clock.now()]))
  clock.schedule(5, () => seen.push(['five', clock.now()]))
  clock.schedule(5, () => seen.push(['five again', clock.now()]))
  expect(clock.now()).toBe(0)
  clock.start()
  await until(() => seen.length === 3)
  expect(seen).toEqual([['five', 5], ['five again', 5], ['hour', 3_600_000]]) // prettier-ignore
})

test('the consequences of a timer, several turns deep, come before the next timer', async () => {
  const clock = create()
  const seen: string[] = []
  clock.schedule(1, () => {
    setImmediate(() => void Promise.resolve().then(() => setImmediate(() => setImmediate(() => {
      clock.touch()
      seen.push(`consequence at ${clock.now()}`)
    })))) // prettier-ignore
  })
  clock.schedule(1.001, () => seen.push('next'))
  clock.start()
  await until(() => seen.length === 2)
  expect(seen).toEqual(['consequence at 1', 'next'])
})

test('frozen: timers keep their remaining delay, and skipped time brings none nearer', async () => {
  const clock = create()
  let firedAt = -1
  clock.schedule(10, () => clock.freeze('gate'))
  clock.schedule(30, () => (firedAt = clock.now()))
  clock.start()
  await until(() => !clock.running)
  clock.freeze('page')
  clock.skip(500)
  expect(clock.now()).toBe(510)
  clock.thaw('gate')
  await nextTurn()
  expect(clock.running).toBe(false)
  clock.thaw('page')
  await until(() => firedAt >= 0)
  expect(firedAt).toBe(530)
})

test('a cancelled timer does not fire, one that throws stops nothing', async () => {
  const clock = create()
  let fired = 0
  clock.cancel(clock.schedule(1, () => fired++))
  clock.schedule(2, () => {
    throw new Error('boom')
  })
  clock.schedule(3, () => (fired += 10))
  clock.start()
  await until(() => fired > 0)
  expect(fired).toBe(10)
  expect(faults.map(String)).toEqual(['Error: boom'])
})

test('at speed 1 no timer fires before its real time has come', async () => {
  const clock = create({ speed: 1, quantumMs: 1 })
  const began = performance.now()
  clock.start()
  await new Promise<void>((done) => clock.schedule(20, done))
  expect(performance.now() - began).toBeGreaterThanOrEqual(19)
  expect(clock.now()).toBeGreaterThanOrEqual(20)
})

test('time never passes a timer that is due but late', async () => {
  const clock = create({ speed: 1 })
  clock.start()
  const seen: number[] = []
  const { dueMs } = clock.schedule(2, () => seen.push(clock.now()))
  const began = performance.now()
  while (performance.now() - began < 10);
  expect(clock.now()).toBe(dueMs)
  expect(clock.lagMs()).toBeGreaterThan(5)
  await until(() => seen.length === 1)
  expect(seen).toEqual([dueMs])
})
