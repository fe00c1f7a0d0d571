import { gzipSync } from 'node:zlib'
import { encode } from 'cbor2'
import { pack } from 'msgpackr'
import { expect, test } from 'vitest'
import {
  lineTexts,
  pathsOf,
  pointsOf,
  rangeOf,
  reachedOf,
} from '../../../renderer/features/traffic/number-series'
import { numbersOf } from '../../../renderer/features/traffic/numbers'
import type { SentMessage } from '../../../electron/contract/topic-messages'

const of = async (payload: string | Uint8Array, more: Partial<Parameters<typeof numbersOf>[1]> = {}) => {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  const how = { topic: 't', as: 'signature', cut: false, names: new Map(), ...more } as const
  return Object.fromEntries(await numbersOf(bytes, how))
}

test('every number of a JSON payload has a path and its digits as they were sent', async () => {
  const json = '{"id":1688888483063664642,"at":{"a.b":[1.50,{"x":-0}],"한":1e3},"s":"7","t":true,"n":1,"n":2}'
  expect(await of(json)).toEqual({
    id: '1688888483063664642',
    'at["a.b"][0]': '1.50',
    'at["a.b"][1].x': '-0',
    'at.한': '1e3',
    n: '2',
  })
  expect(await of(gzipSync(json))).toEqual(await of(json))
  expect(await of('24.5')).toEqual({ '': '24.5' })
  expect(await of('{"__proto__":1,"b":{"constructor":2}}')).toEqual(
    Object.fromEntries([
      ['__proto__', '1'],
      ['b.constructor', '2'],
    ]),
  )
  for (const none of ['', 'on', '[]', '"1"', '0x1f']) expect(await of(none)).toEqual({})
  expect(await of('{"a":1,"b":[2,3', { cut: true })).toEqual({ a: '1', 'b[0]': '2' })
  expect(Object.keys(await of(JSON.stringify(Array.from({ length: 500 }, (_, i) => i))))).toHaveLength(200)
})

test('those of CBOR and MessagePack where the user says so, of Sparkplug B by the name of the metric', async () => {
  const value = new Map<unknown, unknown>([
    ['big', 18446744073709551615n],
    [2, [0.5, 'x']],
  ])
  const numbers = { big: '18446744073709551615', '[2][0]': '0.5' }
  expect(await of(encode(value), { as: 'cbor' })).toEqual(numbers)
  expect(await of(pack(value), { as: 'messagepack' })).toEqual(numbers)
  expect(await of(Uint8Array.from([0xff, 1]), { as: 'cbor' })).toEqual({})
  expect(await of(encode(value), { as: 'cbor', cut: true })).toEqual({})
  // "t" Int16 -5; alias 9, Float 1.1; seq 7
  const sparkplug = '12090a0174200250fbff03' + '1209' + '1009' + '2009' + '65cdcc8c3f' + '1807'
  expect(await of(Buffer.from(sparkplug, 'hex'), { topic: 'spBv1.0/g/DDATA/n/d' })).toEqual({
    t: '-5',
    'alias 9': '1.1',
    seq: '7',
  })
  const names = new Map([[9n, 'temperature']])
  expect(await of(Buffer.from(sparkplug, 'hex'), { topic: 'spBv1.0/g/DDATA/n/d', names })).toEqual({
    t: '-5',
    temperature: '1.1',
    seq: '7',
  })
})

const sent = (more: Partial<SentMessage>): SentMessage => ({
  journey: 1,
  seq: 1,
  publishedMs: 0,
  publisher: 'p',
  payload: null,
  truncated: false,
  atBroker: true,
  sentTo: 2,
  received: 2,
  firstMs: 5,
  lastMs: 9,
  missed: 0,
  missedBy: [],
  ...more,
})

test('a message is received, partly received, lost, on its way, or was for nobody', () => {
  expect(reachedOf(sent({}))).toBe('received')
  expect(reachedOf(sent({ received: 1, missed: 1 }))).toBe('partly')
  expect(reachedOf(sent({ received: 0, missed: 2 }))).toBe('lost')
  expect(reachedOf(sent({ received: 1 }))).toBe('open')
  expect(reachedOf(sent({ received: 0, missed: 1 }))).toBe('open')
  expect(reachedOf(sent({ sentTo: 0, received: 0, atBroker: false }))).toBe('lost')
  expect(reachedOf(sent({ sentTo: 0, received: 0, atBroker: null }))).toBe('open')
  expect(reachedOf(sent({ sentTo: 0, received: 0 }))).toBe('nobody')
})

test('a chart has the messages with that number; its paths begin with those of the newest', () => {
  const all = [
    { message: sent({}), numbers: new Map([['old', '1']]) },
    { message: sent({ seq: 2 }), numbers: new Map([['big', '9007199254740993']]) },
    {
      message: sent({ seq: 3 }),
      numbers: new Map([
        ['t', '2'],
        ['big', '9007199254740995'],
      ]),
    },
  ]
  expect(pathsOf(all)).toEqual(['t', 'big', 'old'])
  expect(pointsOf(all, 'big').map((p) => [p.message.seq, p.text])).toEqual([
    [2, '9007199254740993'],
    [3, '9007199254740995'],
  ])
  expect(rangeOf([10, 20])).toEqual([9.2, 20.8])
  expect(rangeOf([0])).toEqual([-1, 1])
})

test('the lines of a chart are told apart, however close its values are', () => {
  const of = (...lines: number[]) => lineTexts(lines, (n) => n.toFixed(2))
  expect(of(0, 5, 10)).toEqual(['0.00', '5.00', '10.00'])
  expect(of(1.099992, 1.099994, 1.099996)).toEqual(['1.099992', '1.099994', '1.099996'])
  expect(of(0.001, 0.002, 0.003)).toEqual(['0.001', '0.002', '0.003'])
  expect(of(1.7e12, 1.7e12 + 5e8)).toEqual(['1.7000e+12', '1.7005e+12'])
  expect(of(7, 7)).toEqual(['7.00', '7.00'])
})
