import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { atOnce } from '../../../electron/engine/base/slices'
import { memberText } from '../../../electron/engine/replay/json-lines'
import { readRecording } from '../../../electron/engine/replay/read'
import { timeOf } from '../../../electron/engine/replay/row'
import { Bench, dup, puback, publishFrame } from '../observe/capture/wire'

const ROOM = { messages: 1000, bytes: 100_000 }
const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../fixtures/recordings', name))

async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  await Promise.resolve()
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const read = (content: string | Buffer, size = 65_536, room = ROOM) =>
  readRecording(inParts(Buffer.from(content), size), room)
const texts = (r: Awaited<ReturnType<typeof read>>) =>
  r.messages.map((m) => `${m.client ?? '-'} ${m.topic} ${m.payload.toString()}`)

/** What mosquitto_pub sent, but for the picture. */
const SENT = [
  'plant/pump/rpm 1450',
  'plant/oven/temperature {"t":180.50,"id":1688888483063664642}',
  'plant/pump/rpm 1.0e3',
  'plant/oven/온도 섭씨 181도, "예열 끝"',
  'plant/oven/note ',
  'plant/pump/rpm 1450',
  'plant/oven/temperature =1+1, "quoted"\ntwo lines',
  'plant/pump/rpm 0',
]

describe('files that other programs wrote', () => {
  test('mosquitto_sub -F %j: each message as it was sent; bytes that it cannot write are said to be missing', async () => {
    for (const size of [7, 65_536]) {
      const recorded = await read(fixture('mosquitto-sub.jsonl'), size)
      expect(texts(recorded)).toEqual(SENT.map((m) => `- ${m}`))
      expect(recorded).toMatchObject({ timed: true, notKept: 1, beyond: 0 })
      // 2026-11-26T18:22:59.719670Z, then .739141 and .999495
      expect(recorded.messages.slice(0, 3).map((m) => Math.round(m.atMs * 1000))).toEqual([
        0, 19_471, 279_825,
      ])
    }
  })

  test('a capture by tshark: the same messages once, from those who published them', async () => {
    const recorded = await read(fixture('clients.pcapng'), 1000)
    expect(recorded).toMatchObject({ timed: true, notKept: 0 })
    const picture = recorded.messages.filter((m) => m.client === 'camera')
    expect(picture.map((m) => [...m.payload])).toEqual([[0xff, 0, 1]])
    expect(texts(recorded).filter((t) => !t.startsWith('camera'))).toEqual(
      SENT.map((m) => `${m.startsWith('plant/pump') ? 'pump' : 'oven'} ${m}`),
    )
    const [, second, third] = recorded.messages
    expect((second?.atMs ?? 0) / 19.5).toBeCloseTo(1, 0)
    expect((third?.atMs ?? 0) / 280).toBeCloseTo(1, 1)
  })
})

test('a kept run: each message once, as its publisher sent it first, whatever the links lost', async () => {
  const b = new Bench()
  b.connect('pump')
  b.connect('screen')
  const first = publishFrame({ topic: 'plant/rpm', qos: 1, id: 5, payload: '1450' })
  b.drop('pump', 'uplink', first)
  b.clock.ms += 300
  b.pass('pump', 'uplink', dup(first), { attempt: 2, origin: 'agent' })
  b.pass('pump', 'downlink', puback(5))
  b.pass('screen', 'downlink', publishFrame({ topic: 'plant/rpm', payload: '1450' }))
  b.clock.ms += 100
  b.drop('pump', 'uplink', publishFrame({ topic: 'plant/온도', payload: '"=1' }))
  const scenario = JSON.stringify({ version: 1, name: 'Plant', seed: 3 })
  const file = Buffer.from(atOnce(b.capture.export('', { scenario }).next()).bytes)
  for (const size of [97, 65_536]) {
    const recorded = await read(file, size)
    expect(recorded).toMatchObject({ timed: true, notKept: 0, beyond: 0 })
    expect(
      recorded.messages.map((m) => [Math.round(m.atMs), m.client, m.topic, m.payload.toString()]),
    ).toEqual([
      [0, 'pump', 'plant/rpm', '1450'],
      [404, 'pump', 'plant/온도', '"=1'],
    ])
  }
})

describe('lines and tables', () => {
  test('of what this program saved: uplinks without repetitions, no guard of spreadsheets, no payload that is not whole', async () => {
    const csv = [
      'time,client,direction,topic,dup,packet_id,payload,payload_base64,payload_missing',
      `2026-01-01T00:00:01.000Z,s,downlink,t,0,1,1,,0`,
      `2026-01-01T00:00:00.500Z,p,uplink,t,0,7,'-5.2,,0`,
      `2026-01-01T00:00:01.500Z,p,uplink,t,1,7,'-5.2,,0`,
      `2026-01-01T00:00:02.000Z,p,uplink,t,0,,,/wAB,0`,
      `2026-01-01T00:00:02.000Z,p,uplink,t,0,,,/wAB,90`,
      `2026-01-01T00:00:03.500Z,p,uplink,t,0,7,"a ""b""\nc",,0`,
      `2026-01-01T00:00:04.500Z,p,uplink,t,0,8,''=1,,0`,
    ]
    const recorded = await read(csv.join('\n'), 11)
    expect(recorded.messages.map((m) => [m.atMs, m.payload.toString('latin1')])).toEqual([
      [0, '-5.2'],
      [1500, '\xff\x00\x01'],
      [3000, 'a "b"\nc'],
      [4000, "'=1"],
    ])
    expect(recorded.notKept).toBe(1)
  })

  test('a value that is no text goes out as it stands there', async () => {
    const line = '{"topic":"t","payload": {"n":1688888483063664642,"f":1.0,"payload":[1]} ,"tst":0.5}'
    expect(texts(await read(line))).toEqual(['- t {"n":1688888483063664642,"f":1.0,"payload":[1]}'])
    expect(await read('{"topic":"t","payload":{"t":1},"payloadlen":9}')).toMatchObject({
      messages: [],
      notKept: 1,
    })
  })

  test('a file without times has none', async () => {
    expect(await read('topic,payload\na,1\nb,2\n')).toMatchObject({
      timed: false,
      messages: [{ topic: 'a' }, { topic: 'b' }],
    })
  })

  test('what does not fit is counted', async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `{"topic":"t","payload":"${'x'.repeat(i)}"}`).join('\n')
    expect(await read(lines, 100, { messages: 4, bytes: 100 })).toMatchObject({
      messages: { length: 4 },
      beyond: 5,
    })
    expect(await read(lines, 100, { messages: 9, bytes: 10 })).toMatchObject({
      messages: { length: 5 },
      beyond: 4,
    })
  })

  test.each([
    ['', 'is empty'],
    ['{"topic":"t"}\n{"topic":', 'line 2: is no JSON object; expected one in each line'],
    ['{"topic":"t"}\n\n{"payload":1}', 'line 3: found no topic'],
    ['{"topic":"t","time":"noon"}', 'line 1: found the time noon; expected one such as'],
    ['a;b\n1;2\n', 'line 1: found the columns a;b; expected topic and payload among them'],
    ['topic,payload\na,"1\n', 'Quote Not Closed'],
    ['\x1f\x8b\x08', 'is packed with gzip; unpack it with gunzip first'],
    ['\x89PNG\0', 'is no text; expected a capture, JSON lines or CSV'],
  ])('%j: %s', async (content, why) => {
    await expect(read(Buffer.from(content, 'latin1'))).rejects.toThrow(why)
  })

  test('times', () => {
    const ms = Date.UTC(2026, 10, 26, 18, 17, 23) + 481.419
    for (const text of [
      '2026-11-26T18:17:23.481419Z',
      '2026-11-26T18:17:23.481419Z+0000',
      '2026-11-27T03:17:23.481419Z+0900',
      '2026-11-26T14:47:23.481419-03:30',
      String(ms),
      String(ms / 1000),
    ])
      expect(timeOf(text)).toBeCloseTo(ms, 2)
  })

  test('memberText finds the text of any member', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.nat(),
        fc.boolean(),
        (object, n, wide) => {
          const names = Object.keys(object).filter((name) => name !== '__proto__')
          fc.pre(names.length > 0)
          const name = names[n % names.length] ?? ''
          const text = memberText(JSON.stringify(object, null, wide ? 2 : 0), name)
          expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(object[name]))
        },
      ),
      { numRuns: 60 },
    )
  })
})
