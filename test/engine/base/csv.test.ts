import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvField, unguarded } from '../../../electron/engine/base/csv'

test('what a spreadsheet would run is text, and each field is read back as it was', () => {
  expect(['=1+1', `'=1+1`, `''@x`, `'quoted'`, '-', 'a=b'].map(csvField)).toEqual([
    `'=1+1`,
    `''=1+1`,
    `'''@x`,
    `'quoted'`,
    `'-`,
    'a=b',
  ])
  const field = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ',', 'a') })
  fc.assert(
    fc.property(field, (text) => {
      const [row = []] = parse(`${csvField(text)},end\n`)
      expect(row[0]).not.toMatch(/^[=+\-@\t\r]/)
      expect(unguarded(row[0] ?? '')).toBe(text)
    }),
  )
})
