import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ExchangeIndex } from '../../../../electron/engine/observe/capture/exchange-index'
import { ExchangeTable } from '../../../../electron/engine/observe/capture/exchange-table'
import { ByteInterner } from '../../../../electron/engine/observe/capture/intern'
import { NumberRing } from '../../../../electron/engine/observe/capture/number-ring'

it('the newest exchange of every identifier is found, as in a map, while the table grows and old rows are overwritten', () => {
  const key = fc.record({
    client: fc.integer({ min: 1, max: 5 }),
    direction: fc.nat(1),
    packetId: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 65_535 })),
  })
  fc.assert(
    fc.property(
      fc.array(key, { maxLength: 5000, size: 'max' }),
      fc.constantFrom(512, 2048, 16_384),
      (keys, rows) => {
        const table: ExchangeTable = new ExchangeTable(rows, (row) => index.remove(row))
        const index: ExchangeIndex = new ExchangeIndex(table)
        const model = new Map<string, number>()
        for (const { client, direction, packetId } of keys) {
          const id = table.add(client, direction, packetId, 1, 0, 0)
          index.set(table.at(id))
          model.set(`${client} ${direction} ${packetId}`, id)
        }
        for (const { client, direction, packetId } of keys) {
          const known = model.get(`${client} ${direction} ${packetId}`) ?? 0
          expect(index.find(client, direction, packetId)).toBe(table.has(known) ? known : 0)
        }
        expect(index.find(6, 0, 1)).toBe(0)
      },
    ),
    { numRuns: 30 },
  )
})

it('names are numbered as long as somebody refers to them, short and long ones', () => {
  const name = fc.oneof(fc.string({ maxLength: 3 }), fc.string({ minLength: 30, maxLength: 70 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.boolean()), { maxLength: 400 }), (steps) => {
      const names = new ByteInterner()
      const kept = new Map<string, number>()
      for (const [text, release] of steps) {
        const bytes = Buffer.from(`#${text}#`)
        const ix = names.intern(bytes, 1, bytes.length - 1)
        const utf8 = bytes.toString('utf8', 1, bytes.length - 1)
        if (kept.has(utf8)) expect(ix).toBe(kept.get(utf8))
        expect(names.name(ix)).toBe(utf8)
        names.retain(ix)
        if (kept.has(utf8) || release) names.release(ix)
        if (kept.has(utf8) && release) names.release(ix)
        if (release) kept.delete(utf8)
        else kept.set(utf8, ix)
      }
      expect(names.size).toBe(kept.size)
    }),
  )
})

it('the number of each key is known until as many newer ones have come, also while the table grows and with gaps', () => {
  const gap = fc.oneof(
    { weight: 9, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 700 }) },
  )
  fc.assert(
    fc.property(fc.array(gap, { maxLength: 4000, size: 'max' }), fc.nat(5000), (gaps, firstKey) => {
      const ring = new NumberRing(2048)
      const keys: number[] = []
      let key = firstKey
      for (const by of gaps) {
        key += by
        keys.push(key)
        ring.set(key, 3 * key)
      }
      for (const k of keys) expect([3 * k, k > key - 2048 ? 3 * k : 0]).toContain(ring.get(k))
      expect(ring.get(key + 1)).toBe(0)
    }),
    { numRuns: 30 },
  )
})
