import { expect, it } from 'vitest'
import { parseStat } from '../../../electron/engine/load/run/broker-process'

it('reads CPU time and memory of a process whose name has parentheses and spaces', () => {
  const fields = ['S', ...Array.from({ length: 30 }, (_, i) => String(i + 4))]
  // fields 14, 15 and 24 of proc(5)
  fields.splice(11, 2, '250', '50')
  fields.splice(21, 1, '1000')
  expect(parseStat(`42 (a ) b) ${fields.join(' ')}\n`)).toEqual({
    name: 'a ) b',
    cpuMs: 3000,
    residentBytes: 4_096_000,
  })
  expect(parseStat('')).toBeNull()
})
