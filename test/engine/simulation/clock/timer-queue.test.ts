import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimerQueue, type QueuedTimer } from '../../../../electron/engine/simulation/clock/timer-queue'

type Step = { add: number } | { cancel: number } | { takeUpTo: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ add: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ cancel: fc.nat(300) }),
  fc.record({ takeUpTo: fc.integer({ min: 0, max: 20 }) }),
)

test('fires in due order, ties in the order of adding, like a sorted list', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const queue = new TimerQueue()
      const timers: QueuedTimer[] = []
      let model: { due: number; name: number }[] = []
      const fired: number[] = []
      const expected: number[] = []
      for (const s of steps) {
        if ('add' in s) {
          const name = timers.length
          timers.push(queue.add(s.add, () => fired.push(name)))
          model.push({ due: s.add, name })
        } else if ('cancel' in s) {
          const timer = timers[s.cancel]
          if (timer) queue.cancel(timer)
          model = model.filter((m) => m.name !== s.cancel)
        } else {
          for (let t = queue.take(s.takeUpTo); t; t = queue.take(s.takeUpTo)) t.fire()
          const due = model
            .filter((m) => m.due <= s.takeUpTo)
            .sort((a, b) => a.due - b.due || a.name - b.name)
          expected.push(...due.map((m) => m.name))
          model = model.filter((m) => m.due > s.takeUpTo)
        }
        expect(queue.size).toBe(model.length)
      }
      expect(fired).toEqual(expected)
    }),
  )
})
