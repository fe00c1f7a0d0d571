import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPlain, printable, printableLines } from '../../electron/contract/printable'
import { parseScenario } from '../../electron/contract/scenario-file'

describe('text for a terminal', () => {
  it.each([
    ['\u001b[2Jgone', '\\x1b[2Jgone'],
    ['a\nb\rc\td', 'a\\x0ab\\x0dc\\x09d'],
    ['\u009b31m', '\\x9b31m'],
    ['x\u202egpj.exe', 'x\\u202egpj.exe'],
    ['a\u2028b', 'a\\u2028b'],
    ['\u3164', '\\u3164'],
    ['\u{e0041}', '\\u{e0041}'],
    ['온도 센서 1 😀 é', '온도 센서 1 😀 é'],
  ])('%j comes out as %j', (text, shown) => expect(printable(text)).toBe(shown))

  it('has nothing in it that a terminal acts on, whatever comes in', () => {
    const any = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(fc.property(any, (text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(printable(text))))
    fc.assert(fc.property(any, (text) => isPlain(printable(text))))
  })

  it('keeps the lines of a table', () => expect(printableLines('a\u001b\nb')).toBe('a\\x1b\nb'))
})

describe('names in a scenario', () => {
  const open = (fields: string) => () => parseScenario(`version: 1\n${fields}\n`, 'a.yaml')
  it.each([
    'name: "x\\u202egpj.exe"',
    'name: "\\u3164"',
    'name: a\ngroups: [{ name: "a\\e[2J" }]',
    'name: a\ngroups: [{ name: a, id: "dev\\x7f" }]',
    'name: a\ngroups: [{ name: a, id: "dev\\u200b-{n}" }]',
  ])('are refused with characters that mislead: %j', (fields) =>
    expect(open(fields)).toThrow(/expected text without control and invisible characters/),
  )
  it('may be of any script', () => {
    const name = '강의실 센서 👨‍👩‍👧'
    expect(open(`name: "${name}"\ngroups: [{ name: "${name}" }]`)().groups[0]?.name).toBe(name)
  })

  const nest = (levels: number) => `a: ${'['.repeat(levels)}${']'.repeat(levels)}`
  it.each([
    ['an anchor cycle', 'a: &a [*a]'],
    ['a deep nest', nest(200)],
    ['a nest deeper than the reader goes', nest(20_000)],
  ])('%s is one line', (_what, text) =>
    expect(() => parseScenario(text, 'a.yaml')).toThrow(
      /^a\.yaml: fields lie more than 100 levels deep, or an anchor/,
    ),
  )
})
