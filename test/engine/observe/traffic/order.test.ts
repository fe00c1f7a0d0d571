import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { naturalOrder } from '../../../../electron/engine/observe/traffic/order'

describe('naturalOrder', () => {
  it('takes numbers by their value', () => {
    const names = ['s-10', 's-2', 's-02', 's', 's-1a', 's-1', `s-${'9'.repeat(400)}`]
    expect(names.sort(naturalOrder)).toEqual([
      's',
      's-1',
      's-1a',
      's-02',
      's-2',
      's-10',
      `s-${'9'.repeat(400)}`,
    ])
  })

  it('is one order: equal only to itself, opposite when turned, transitive', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '2', '-'), maxLength: 6 })
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(naturalOrder(a, b) === 0).toBe(a === b)
        expect(Math.sign(naturalOrder(a, b)) + Math.sign(naturalOrder(b, a))).toBe(0)
        if (naturalOrder(a, b) <= 0 && naturalOrder(b, c) <= 0)
          expect(naturalOrder(a, c)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 2000 },
    )
  })
})
