import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PacketRow } from '../../../electron/contract/model'
import { parsePacketFilter } from '../../../electron/contract/packet-filter'
import { filterOfRow, messagesQuery } from '../../../renderer/features/traffic/branch'

const asks = (path: string, branch: boolean): ((topic: string) => boolean) => {
  const passes = parsePacketFilter(messagesQuery(filterOfRow({ path, branch })))
  return (topic) => passes({ topic } as PacketRow, {})
}

test('the query of a branch takes its topics and no others, whatever signs are in them', () => {
  const level = fc.string({
    unit: fc.constantFrom('a', ' ', '"', ',', '\\', ':', '-', "'", '\u3000', '*', '$'),
  })
  fc.assert(
    fc.property(level, level, level, (hall, pump, other) => {
      const branch = asks(`x${hall}`, true)
      expect([`x${hall}`, `x${hall}/${pump}`, `x${hall}/${pump}/${other}`].map(branch)).toEqual([
        true,
        true,
        true,
      ])
      expect(branch(`x${hall}-/${pump}`)).toBe(false)
      const topic = asks(`x${hall}/${pump}`, false)
      expect([`x${hall}/${pump}`, `x${hall}/${pump}/${other}`, `x${hall}`].map(topic)).toEqual([
        true,
        false,
        false,
      ])
    }),
  )
})

test('a topic that begins with a slash has a branch without a name', () => {
  expect(filterOfRow({ path: '', branch: true })).toBe('/#')
  expect(asks('', true)('/pump')).toBe(true)
})
