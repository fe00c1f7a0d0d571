import { PbfWriter } from 'pbf'
import { expect, test } from 'vitest'
import { cbor, DecodeError } from '../../../renderer/features/traffic/decode'
import { birthTopic, isSparkplug, namesAt, sparkplug } from '../../../renderer/features/traffic/sparkplug'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))
const NONE = { names: new Map(), unseen: 'name not seen' }
const shownAs = (decoded: ReturnType<typeof cbor>): string => (decoded.kind === 'text' ? decoded.text : '')

test('Sparkplug B is told by the topic alone, and STATE is not protobuf', () => {
  expect(
    ['spBv1.0/g/DDATA/n/d', 'spBv1.0/STATE/host', 'spAv1.0/g/NDATA/n', 'x/spBv1.0/g'].map(isSparkplug),
  ).toEqual([true, false, false, false])
})

test('a Sparkplug payload, byte by byte: whole numbers exact, signed by their type, floats as short as they are', () => {
  // timestamp 1486144502122; "t" Int16 -5 (0xfffb); "i" UInt64 2^64 - 1; "f" Float 1.1; seq 7
  const payload = hex(`08 eaf2f5a8a02b
    12 09 0a0174 20 02 50 fbff03
    12 10 0a0169 20 08 58 ffffffffffffffffff01
    12 0a 0a0166 20 09 65 cdcc8c3f
    18 07`)
  expect(shownAs(sparkplug(payload, NONE)).replace(/\s+/g, ' ')).toBe(
    '{ "timestamp": 1486144502122, "metrics": [ ' +
      '{ "name": "t", "datatype": "Int16", "value": -5 }, ' +
      '{ "name": "i", "datatype": "UInt64", "value": 18446744073709551615 }, ' +
      '{ "name": "f", "datatype": "Float", "value": 1.1 } ], "seq": 7 }',
  )
})

test('tables, properties, nulls and fields of a later version are kept', () => {
  const writer = new PbfWriter()
  const inside = (field: number, write: () => void): void => writer.writeMessage(field, write, undefined)
  inside(2, () => {
    writer.writeStringField(1, '온도')
    writer.writeBooleanField(7, true)
    inside(9, () => {
      writer.writeStringField(1, 'unit')
      inside(2, () => {
        writer.writeVarintField(1, 12)
        writer.writeStringField(8, '°C')
      })
    })
    inside(17, () => {
      writer.writeStringField(2, 'a')
      writer.writePackedVarint(3, [3])
      inside(4, () => inside(1, () => writer.writeVarintField(1, 9)))
    })
    writer.writeBytesField(30, Uint8Array.from([1, 2]))
  })
  expect(shownAs(sparkplug(writer.finish(), NONE)).replace(/\s+/g, ' ')).toBe(
    '{ "metrics": [ { "name": "온도", "is_null": true, ' +
      '"properties": { "keys": [ "unit" ], "values": [ { "type": "String", "value": "°C" } ] }, ' +
      '"value": { "columns": [ "a" ], "types": [ "Int32" ], "rows": [ { "elements": [ { "value": 9 } ] } ] }, ' +
      `"field 30": h'0102' } ] }`,
  )
})

test.each(['08', '1205 0a01', '120a 0a0166 2009 6500', '0a 01 41', 'ff', '12 ffffffff0f'])(
  'damage is said: %s',
  (bytes) => {
    expect(() => sparkplug(hex(bytes), NONE)).toThrow(new DecodeError('broken'))
  },
)

test('CBOR is laid out as RFC 8949 writes it, every number as it is', () => {
  // {"id": 1688898207622234114, 2: [1.0, null, h'00ff', -2^64], "k": 1, "k": 2}
  const value = hex(`a4 626964 1b17702bf8bf1e0002 02 84 f93c00 f6 4200ff 3bffffffffffffffff 616b 01 616b 02`)
  expect(shownAs(cbor(value)).replace(/\s+/g, ' ')).toBe(
    `{ "id": 1688898207622234114, 2: [ 1.0, null, h'00ff', -18446744073709551616 ], "k": 1, "k": 2 }`,
  )
  for (const bytes of ['7b2261223a317d', '0101', '8201', ''])
    expect(() => cbor(hex(bytes))).toThrow(new DecodeError('broken'))
  expect(() => cbor(new Uint8Array(200).fill(0x81))).toThrow(new DecodeError('deep'))
})

test('metrics that carry only an alias are named by the birth of the same node or device that came before', () => {
  expect(
    ['NDATA/n', 'DDATA/n/d', 'NCMD/n', 'DCMD/n/d', 'NBIRTH/n', 'NDEATH/n', '__proto__/n'].map((end) =>
      birthTopic(`spBv1.0/g/${end}`),
    ),
  ).toEqual([
    'spBv1.0/g/NBIRTH/n',
    'spBv1.0/g/DBIRTH/n/d',
    'spBv1.0/g/NBIRTH/n',
    'spBv1.0/g/DBIRTH/n/d',
    null,
    null,
    null,
  ])
  expect(birthTopic('plain/g/NDATA/n')).toBeNull()

  // "Node/Up" alias 7, Boolean true; "t" alias 9, Float 1.1
  const birth = hex('12 0f 0a07 4e6f64652f5570 1007 200b 7001 12 0c 0a0174 1009 2009 65cdcc8c3f')
  const renamed = hex('12 07 0a0175 1007 5001')
  const births = [
    { atMs: 900, payload: renamed },
    { atMs: 100, payload: birth },
  ]
  // alias 7 false; alias 8, 5; a name and an alias
  const data = hex('12 04 1007 7000 12 04 1008 5005 12 07 0a0178 1007 5006')
  const at = (ms: number, list = births): string =>
    shownAs(sparkplug(data, { ...NONE, names: namesAt(list, ms) })).replace(/\s+/g, ' ')
  expect(at(500)).toBe(
    '{ "metrics": [ { "alias": 7 ("Node/Up"), "value": false }, ' +
      '{ "alias": 8 (name not seen), "value": 5 }, { "name": "x", "alias": 7, "value": 6 } ] }',
  )
  expect(at(900)).toContain('"alias": 7 ("u")')
  expect(at(99)).toContain('"alias": 7 (name not seen)')
  // of a birth whose end is not kept, what is whole counts
  expect([...namesAt([{ atMs: 0, payload: birth.slice(0, 20) }], 0)]).toEqual([[7n, 'Node/Up']])
})
