import { fc, test } from '@fast-check/vitest'
import { Unpackr } from 'msgpackr/unpack'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../../electron/contract/codec'

const row = (seq: number) => ({ seq, clientId: `sensor-${seq}`, type: 'PUBLISH', topic: null, dup: false })

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.string(),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string().filter((k) => k !== '__proto__'),
      tie('value'),
    ),
  ),
})).value

/** Uint8Array comes back as Buffer in Node, and -0 as 0. */
const same = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_k, v: unknown) => (v instanceof Uint8Array ? [...v] : v)))
const normal = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, normal(v)]))
  return Object.is(value, -0) ? 0 : value
}

describe('codec', () => {
  it('gives each message a buffer of its length, after a long one too: a port copies the whole buffer', () => {
    for (const value of [{ a: 1 }, { long: 'x'.repeat(3_000_000) }, { a: 1 }, 'x'.repeat(300_000), null]) {
      const bytes = encode(value)
      expect(bytes.buffer.byteLength).toBe(bytes.byteLength)
      expect(decode(bytes)).toEqual(value)
    }
  })

  it('leaves an earlier message as it was', () => {
    const first = encode(row(1))
    encode(row(2))
    expect(decode(first)).toEqual(row(1))
  })

  test.prop([plain])('gives back what it took, whatever the names', (value) => {
    expect(same(normal(decode(encode(value))))).toEqual(same(normal(value)))
  })

  it('makes messages that can be read in any order, by a reader that saw none before', () => {
    const messages = [encode([row(1), row(2)]), encode({ a: 1 }), encode([row(3)])]
    for (const m of [2, 0, 1]) {
      const fresh: unknown = new Unpackr({ useRecords: true }).unpack(messages[m] as Uint8Array)
      expect(fresh).toEqual(decode(messages[m] as Uint8Array))
    }
    expect(decode(messages[2] as Uint8Array)).toEqual([row(3)])
  })

  it('writes the names of a kind of object once', () => {
    const one = encode([row(1)]).byteLength
    const ten = encode(Array.from({ length: 10 }, (_, i) => row(i))).byteLength
    expect(ten).toBeLessThan(one * 5)
  })

  it('never writes to the prototype of what it reads', () => {
    const evil = Uint8Array.from([0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x78, 0x01])
    expect((decode(evil) as { x?: number }).x).toBeUndefined()
    expect(({} as { x?: number }).x).toBeUndefined()
  })
})
