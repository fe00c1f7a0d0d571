import { describe, expect, it } from 'vitest'
import {
  hexRows,
  jsonLines,
  numericSeries,
  readPayload,
  sparkPath,
} from '../../../renderer/features/traffic/payload'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('payload', () => {
  it('tells JSON, text, bytes and nothing apart', () => {
    expect(readPayload(bytes('{"c":1}'))).toMatchObject({ kind: 'json', value: { c: 1 } })
    expect(readPayload(bytes('온도 21'))).toEqual({ kind: 'text', text: '온도 21' })
    expect(readPayload(new Uint8Array([0xff, 0x00])).kind).toBe('binary')
    expect(readPayload(bytes('a\u0000b')).kind).toBe('binary')
    expect(readPayload(new Uint8Array(0)).kind).toBe('empty')
  })

  it('writes JSON line by line and notes what changed', () => {
    const lines = jsonLines({ c: 21.4, n: 7, tags: ['a', 'b'], x: {} }, { c: 21.3, n: 7, tags: ['a'], x: {} })
    expect(
      lines.map((l) => `${'  '.repeat(l.depth)}${l.key}${l.key && ': '}${l.value}${l.comma ? ',' : ''}`),
    ).toEqual([
      '{',
      '  "c": 21.4,',
      '  "n": 7,',
      '  "tags": [',
      '    "a",',
      '    "b"',
      '  ],',
      '  "x": {}',
      '}',
    ])
    expect(lines.filter((l) => l.was !== null).map((l) => [l.key, l.was])).toEqual([['"c"', '21.3']])
    expect(lines.filter((l) => l.added).map((l) => l.value)).toEqual(['"b"'])
  })

  it('notes nothing without a message before', () => {
    expect(jsonLines({ a: 1 }, undefined).some((l) => l.added || l.was !== null)).toBe(false)
  })

  it('shows bytes with their text', () => {
    expect(hexRows(bytes('{"c":1}\n'))).toEqual([
      { offset: '0000', hex: '7b 22 63 22 3a 31 7d 0a', ascii: '{"c":1}·' },
    ])
  })

  it('follows the numbers of a payload back, oldest first, without the identity', () => {
    const history = [3, 2, 1].map((n) => ({ payload: bytes(`{"c":${n},"s":"x","_id":"a:${n}"}`) }))
    expect(numericSeries(history)).toEqual([{ name: 'c', values: [1, 2, 3] }])
    expect(numericSeries([2, 1].map((n) => ({ payload: bytes(String(n)) })))).toEqual([
      { name: '', values: [1, 2] },
    ])
    expect(numericSeries([{ payload: bytes('on') }])).toEqual([])
  })

  it('draws a sparkline within its box', () => {
    expect(sparkPath([0, 5, 10], 20, 10)).toBe('M0.0 9.0L10.0 5.0L20.0 1.0')
    expect(sparkPath([4, 4], 20, 10)).toBe('M0.0 5.0L20.0 5.0')
    expect(sparkPath([], 20, 10)).toBe('')
  })
})
