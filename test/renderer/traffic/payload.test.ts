import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { jsonLines, readJson, type JsonLine } from '../../../renderer/features/traffic/json-text'
import { hexRows, numericSeries, readPayload, sparkPath } from '../../../renderer/features/traffic/payload'

/** Of which JSON is made, and what is nearly JSON. */
const SIGNS = ['{', '}', '[', ']', ',', ':', '"', '\\', ' ', '0', '1', '.', 'e', '-', 't', 'n', 'u']
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function layOut(text: string, before?: string): { lines: JsonLine[]; more: number } {
  const [now, old] = [readJson(text), before === undefined ? undefined : readJson(before)]
  if (!now || old === null) throw new Error('not JSON')
  return jsonLines(now, old)
}
const written = (lines: readonly JsonLine[]): string =>
  lines
    .map((l) => `${'  '.repeat(l.depth)}${l.key}${l.key && ': '}${l.value}${l.comma ? ',' : ''}`)
    .join('\n')

describe('JSON as it was sent', () => {
  it('is laid out line by line, with what changed', () => {
    const { lines } = layOut(
      '{"c":21.4,"n":7,"tags":["a","b"],"x":{}}',
      '{"c":21.3,"n":7,"tags":["a"],"x":{}}',
    )
    expect(written(lines)).toBe(
      '{\n  "c": 21.4,\n  "n": 7,\n  "tags": [\n    "a",\n    "b"\n  ],\n  "x": {}\n}',
    )
    expect(lines.filter((l) => l.was !== null).map((l) => [l.key, l.was])).toEqual([['"c"', '21.3']])
    expect(lines.filter((l) => l.added).map((l) => l.value)).toEqual(['"b"'])
    expect(layOut('{"a":1}').lines.some((l) => l.added || l.was !== null)).toBe(false)
  })

  it.each([
    '1688888483063664642',
    '127.0',
    '1e3',
    '-0',
    '1E+2',
    '"\\u00e9\\/"',
    '0.10',
    '"a\\"b"',
    'null',
    '12345678901234567890.123456789',
  ])('keeps %s as it is', (value) => {
    const { lines } = layOut(`{"v":${value}}`)
    expect(lines[1]).toMatchObject({ key: '"v"', value })
  })

  it('keeps the order of members and repeated names, each compared with its own', () => {
    const { lines } = layOut('{"242":1,"11":2,"a":3,"a":4}', '{"a":3,"a":5,"242":1,"11":2}')
    expect(lines.map((l) => l.key).filter((k) => k !== '')).toEqual(['"242"', '"11"', '"a"', '"a"'])
    expect(lines.filter((l) => l.was !== null).map((l) => [l.value, l.was])).toEqual([['4', '5']])
    expect(lines.some((l) => l.added)).toBe(false)
  })

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'])(
    'has a member named %s like any other',
    (name) => {
      const { lines } = layOut(`{"a":1,"${name}":2}`, '{"a":1}')
      expect(lines[2]).toMatchObject({ key: `"${name}"`, value: '2', added: true, was: null })
      const nested = layOut(`{"${name}":{"x":1}}`, `{"${name}":2}`).lines
      expect(nested.map((l) => l.value)).toEqual(['{', '{', '1', '}', '}'])
    },
  )

  it('says how much it leaves out', () => {
    const all = layOut(`[${Array.from({ length: 1000 }, (_, i) => i).join()}]`)
    expect(all).toMatchObject({ more: 0 })
    expect(all.lines).toHaveLength(1002)
    const { lines, more } = layOut(`[${Array.from({ length: 5000 }, (_, i) => i).join()}]`)
    expect(lines.length + more).toBe(5002)
    expect(more).toBeGreaterThan(0)
  })

  it('is read at any depth and length', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(layOut(deep).lines.length + layOut(deep).more).toBe(199_999)
    expect(layOut(`"${'é\\"'.repeat(60_000)}"`).lines).toHaveLength(1)
  })

  it.each([
    '{"a":1',
    '{"a":1,}',
    '[1 2]',
    '{a:1}',
    '01',
    '1.',
    "{'a':1}",
    '[',
    '}',
    '{"a"}',
    'tru',
    '"a',
    '1 1',
    '"\n"',
    '',
  ])('is not %s', (text) => {
    expect(readJson(text)).toBeNull()
  })

  test.prop([fc.json(), fc.constantFrom(0, 1, 2)])('agrees with JSON.parse on every value', (text, space) => {
    const spaced = JSON.stringify(JSON.parse(text), null, space)
    const json = readJson(spaced)
    expect(json).not.toBeNull()
    if (json) expect(JSON.parse(written(jsonLines(json, undefined).lines))).toEqual(JSON.parse(text))
  })

  test.prop([fc.string({ unit: fc.constantFrom(...SIGNS) })], { numRuns: 2000 })(
    'agrees with JSON.parse on what is none',
    (text) => {
      let valid = true
      try {
        JSON.parse(text)
      } catch {
        valid = false
      }
      expect(readJson(text) !== null).toBe(valid)
    },
  )

  test.prop([fc.json(), fc.nat(400)])('shows the beginning of a payload that is cut off', (text, at) => {
    const long = `{"long":${text},"end":0}`
    const cut = long.slice(0, 9 + (at % (long.length - 9)))
    expect(readJson(cut, true)).not.toBeNull()
  })
})

describe('a payload', () => {
  it('is JSON, text, bytes or nothing', () => {
    expect(readPayload(bytes('{"c":1}')).kind).toBe('json')
    expect(readPayload(bytes('온도 21'))).toMatchObject({ kind: 'text', text: '온도 21' })
    expect(readPayload(new Uint8Array([0xff, 0x00, 0x80, 0x41])).kind).toBe('binary')
    expect(readPayload(new Uint8Array(0)).kind).toBe('empty')
  })

  it.each([
    ['24.5\0', '24.5', ['00']],
    ['\u001b[31mred\u001b[0m', '[31mred[0m', ['1B', '1B']],
    [new Uint8Array([0x63, 0x61, 0x66, 0xe9]), 'caf', ['E9']],
    [new Uint8Array([0xed, 0x95, 0x9c, 0xe9, 0x20, 0x31]), '한 1', ['E9']],
  ])('shows what can be shown of %j and marks the rest', (payload, text, signs) => {
    const p = readPayload(typeof payload === 'string' ? bytes(payload) : payload)
    expect(p).toMatchObject({ kind: 'text', text })
    expect('parts' in p && p.parts.filter((x) => x.sign).map((x) => x.text)).toEqual(signs)
  })

  it('that is cut off in a character stays text, and JSON stays JSON', () => {
    const korean = bytes('가'.repeat(1366)).slice(0, 4096)
    expect(readPayload(korean, true)).toMatchObject({ kind: 'text', text: '가'.repeat(1365) })
    const uplink = bytes(JSON.stringify({ devEui: 'a', list: Array.from({ length: 2000 }, (_, i) => i) }))
    const p = readPayload(uplink.slice(0, 4096), true)
    expect(p.kind).toBe('json')
    if (p.kind === 'json') expect(jsonLines(p.json, undefined).lines.at(-1)?.bracket).toBe(false)
    expect(readPayload(bytes('just words, many of them').slice(0, 9), true).kind).toBe('text')
  })

  it('shows bytes with their text', () => {
    expect(hexRows(bytes('{"c":1}\n'))).toEqual([
      { offset: '0000', hex: '7b 22 63 22 3a 31 7d 0a', ascii: '{"c":1}·' },
    ])
  })

  it('follows the numbers of a payload back, oldest first, without the identity', () => {
    const of = (text: string) => ({ payload: bytes(text), truncated: false })
    const history = [3, 2, 1].map((n) => of(`{"c":${n},"s":"x","_id":"a:${n}","valueOf":${n}}`))
    expect(numericSeries(history)).toEqual([
      { name: 'c', values: [1, 2, 3] },
      { name: 'valueOf', values: [1, 2, 3] },
    ])
    expect(numericSeries([2, 1].map((n) => of(String(n))))).toEqual([{ name: '', values: [1, 2] }])
    expect(numericSeries([of('on'), of('1')])).toEqual([])
    expect(numericSeries([of('{"valueOf":1}'), of('{}')])).toEqual([])
  })

  it('draws a sparkline within its box', () => {
    expect(sparkPath([0, 5, 10], 20, 10)).toBe('M0.0 9.0L10.0 5.0L20.0 1.0')
    expect(sparkPath([4, 4], 20, 10)).toBe('M0.0 5.0L20.0 5.0')
    expect(sparkPath([], 20, 10)).toBe('')
  })
})
