import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { SmallMap } from '../../../electron/engine/base/small-map'

const step = fc.record({
  what: fc.constantFrom('set', 'set', 'set', 'delete', 'get', 'clear'),
  key: fc.integer({ min: 1, max: 90 }),
  value: fc.nat(),
})

test.prop([fc.array(step, { maxLength: 400 })])('does what a Map does, order included', (steps) => {
  const ours = new SmallMap<number>()
  const map = new Map<number, number>()
  for (const { what, key, value } of steps) {
    if (what === 'set') {
      ours.set(key, value)
      map.set(key, value)
    } else if (what === 'delete') {
      expect(ours.delete(key)).toBe(map.delete(key))
    } else if (what === 'get') {
      expect(ours.get(key)).toBe(map.get(key))
    } else if (value % 20 === 0) {
      ours.clear()
      map.clear()
    }
    expect(ours.size).toBe(map.size)
  }
  expect([...ours.values()]).toEqual([...map.values()])
})
