import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isValidFilter } from '../../electron/contract/topics'

/** As the specification puts it (3.1.1 sections 4.7.1 to 4.7.3), level by level. */
function isFilterByLevels(filter: string): boolean {
  if (filter.length === 0 || Buffer.byteLength(filter) > 65_535 || filter.includes('\0')) return false
  if (Buffer.from(filter).toString() !== filter) return false
  const levels = filter.split('/')
  return levels.every((level, i) => {
    if (level.includes('#')) return level === '#' && i === levels.length - 1
    return !level.includes('+') || level === '+'
  })
}

const piece = fc.constantFrom(
  '/',
  '/',
  '+',
  '#',
  'a',
  '',
  '\0',
  '\ud800',
  '\udc00',
  '\ud83d\ude00',
  'é',
  '한',
)

describe('a topic filter', () => {
  it('is one exactly where each of its levels may stand', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((p) => p.join('')),
        (text) => {
          expect(isValidFilter(text)).toBe(isFilterByLevels(text))
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('has at most 65,535 bytes of UTF-8', () => {
    for (const [character, bytes] of [
      ['a', 1],
      ['é', 2],
      ['한', 3],
      ['\ud83d\ude00', 4],
    ] as const) {
      const most = Math.floor(65_535 / bytes)
      expect([
        bytes,
        isValidFilter(character.repeat(most)),
        isValidFilter(character.repeat(most + 1)),
      ]).toEqual([bytes, true, false])
    }
  })
})
