import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { parseScenario, plainTree, scenarioText } from '../../electron/contract/scenario-file'

/** Long enough for the library to write it over several lines, and not plain. */
const LONG = `${'word '.repeat(12)}\u0003`
const text = fc
  .array(fc.constantFrom(' ', '\n', '\n \n', 'a', '\\', '"', '\t', '\r', '#', ':', 'x'.repeat(90)), {
    maxLength: 12,
  })
  .map((parts) => `${LONG}${parts.join('')}.`)

describe('the text of a scenario', () => {
  test.prop([text, fc.constantFrom('yaml' as const, 'json' as const)], { numRuns: 60 })(
    'reads back the same whatever is written in it',
    (description, format) => {
      const scenario = parseScenario(JSON.stringify({ version: 1, name: 'a', description }), 'a')
      expect(parseScenario(scenarioText(scenario, format), 'b')).toEqual(scenario)
    },
  )

  it('is refused by its reader alone: no library writes a warning with what the file says', async () => {
    const warned: string[] = []
    const hear = (w: Error): number => warned.push(w.message)
    process.on('warning', hear)
    try {
      expect(() => parseScenario('? { \u202e: 1 }\n: b', 'a')).toThrow(/^a: /)
      await new Promise((turn) => setImmediate(turn))
    } finally {
      process.off('warning', hear)
    }
    expect(warned).toEqual([])
  })

  it('is refused with a line for each fault, ten at most, with its place', () => {
    const lines = (file: object): string[] => {
      try {
        parseScenario(JSON.stringify({ version: 1, name: 'a', ...file }), 'plant.yaml')
      } catch (thrown) {
        return (thrown as Error).message.split('\n')
      }
      return []
    }
    expect(lines({ seed: -1, groups: [{ name: 'g', count: 0, clean: 1 }] })).toEqual([
      'plant.yaml: seed: found -1; expected a number of at least 0',
      'plant.yaml: groups.0.count: found 0; expected a number of at least 1',
      'plant.yaml: groups.0.clean: found 1; expected true or false',
    ])
    const many = lines(Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`field${i}`, 1])))
    expect(many.slice(9)).toEqual(['plant.yaml: field9: found 1; unknown field', 'and 4 more'])
  })

  it('reads -0 as 0, which is all that JSON can write', () => {
    expect(plainTree({ a: [{ b: -0, c: '-0', d: -1 }] })).toEqual({ a: [{ b: 0, c: '-0', d: -1 }] })
  })
})
