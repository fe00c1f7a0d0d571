import fc from 'fast-check'
import mqttPacket, { type IPublishPacket } from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import { loadSchema, type LoadConfig, type LoadInput } from '../../../electron/contract/load-config'
import type { LoadReport } from '../../../electron/contract/load-report'
import { Recorder } from '../../../electron/engine/load/measure/recorder'
import { readPayloads } from '../../../electron/engine/load/run/payload-files'
import { freshRunId } from '../../../electron/engine/load/run/run-id'
import { runLoad } from '../../../electron/engine/load/run/run-load'
import { placeOf, writerOf } from '../../../electron/engine/load/run/writers'
import { arrivalOf, readPublish } from '../../../electron/engine/load/wire/incoming'
import { propertyIdentityAt } from '../../../electron/engine/load/wire/property-identity'
import { varint } from '../../../electron/engine/mqtt/varint'
import { mosquittoPath, startMosquitto } from '../../helpers/mosquitto'
import { FaultyBroker, type Faults } from './faulty-broker'

const WHOLE = { protocol: 5, topic: 'factory/%c/temp', size: 1 } as const
/** A user property of that name that is not the identity. */
const IMPOSTER = `fl=${'7'.repeat(24)}`
const NAME = { clientId: 'c', username: '' }

async function writing(input: LoadInput, publisher: number) {
  const config = loadSchema.parse({ publishers: 1, ...input })
  const [material = null] = await readPayloads(config)
  const responses = config.request ? 'fleetlab/r-response/0' : undefined
  const author = { topic: 't', runTag: 1, publisher, number: 0, name: NAME, responses }
  return { config, material, writer: writerOf(config, material, author) }
}

function parsed(frame: Buffer): IPublishPacket {
  let packet: mqttPacket.Packet | undefined
  const parser = mqttPacket.parser({ protocolVersion: 5 })
  parser.on('packet', (p) => (packet = p))
  parser.parse(frame)
  if (packet?.cmd !== 'publish') throw new Error('no PUBLISH')
  return packet
}

describe('an identity in a user property', () => {
  const id = () => fc.integer({ min: 0, max: 0xfffffffe })

  it.each([
    [{ ...WHOLE }, 1],
    [{ ...WHOLE, size: 0, qos: 2 }, 0],
    [{ ...WHOLE, size: 11, qos: 1, userProperties: [IMPOSTER, 'a=b'], messageExpiry: '1min' }, 11],
    [{ ...WHOLE, topic: 'load', retain: true, userProperties: Array(9).fill('k=0123456789012345') }, 1],
    [{ ...WHOLE, topic: 'load', topicAliases: 1 }, 1],
    [{ ...WHOLE, topicAliases: 1, topics: ['a', 'b'], qos: 1 }, 1],
    [{ ...WHOLE, request: true, qos: 1 }, 1],
    [{ protocol: 5, topic: 'factory/%c', payload: 'hi', userProperties: [IMPOSTER] }, 2],
    [{ protocol: 5, topicAliases: 1, payload: 'hi', request: true, qos: 1 }, 2],
  ] as [LoadInput, number][])('comes back as it was written: %j', async (input, payloadBytes) => {
    const { config, material, writer } = await writing(input, 0)
    const place = placeOf(config, material)
    expect(place).toBe('property')
    const bytes = Buffer.alloc(7 + writer.length)
    await fc.assert(
      fc.asyncProperty(
        id(),
        id(),
        fc.double({ min: 1.7e12, max: 1.9e12, noNaN: true }),
        fc.integer({ min: 1, max: 2_000_000 }),
        async (publisher, sequence, dueMs, ageMs) => {
          const w = (await writing(input, publisher)).writer
          w.begin?.(10)
          for (const start of [0, 7]) {
            const end = w.write(bytes, start, start > 0, 9, sequence, dueMs, 3)
            const frame = Buffer.from(bytes.subarray(start, end))
            const packet = parsed(frame)
            expect(packet.payload).toHaveLength(payloadBytes)
            const first = [packet.properties?.userProperties?.['fl']].flat()[0]
            expect(first).toMatch(/^[0-9a-f]{24}$/)
            expect(first).not.toBe('7'.repeat(24))

            const head = readPublish(frame, 0, bodyAt(frame), frame.length, 5, 1)
            const message = arrivalOf(head, frame, frame.length, dueMs + ageMs)
            const read = (runTag: number, publishers: number) =>
              new Recorder(runTag, false, true, { place, publishers }).identify(message)
            const found = read(1, publisher + 1)
            expect(found).toMatchObject({ publisher, sequence })
            expect(Math.abs((found?.timeMs ?? 0) - dueMs)).toBeLessThan(0.002)
            expect(read(1, publisher)).toBeNull()
            if (publisher > 3) expect(read(2, 2)).toBeNull()
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  const own = Buffer.from(`\x26\0\x02fl\0\x180123456789abcdef01234567`, 'latin1')
  const block = (...parts: Buffer[]): Buffer => {
    const all = Buffer.concat(parts)
    return Buffer.concat([varint(all.length), all])
  }
  const text = (id: number, ...values: string[]): Buffer =>
    Buffer.concat([Buffer.from([id]), ...values.flatMap((v) => [Buffer.from([0, v.length]), Buffer.from(v)])])

  it('is found after what a broker puts before it, and nowhere else', () => {
    const before = [
      Buffer.from([0x0b, 0x80, 0x01]),
      Buffer.from([0x02, 0, 0, 0, 9]),
      Buffer.from([0x23, 0, 1]),
      Buffer.from([0x01, 1]),
      text(0x03, 'text/plain'),
      text(0x26, 'fl', 'short'),
      text(0x26, 'flo', '0123456789abcdef0123456'),
    ]
    const all = block(...before, own, text(0x26, 'fl', '7'.repeat(24)))
    const at = propertyIdentityAt(all, 0, all.length)
    expect(all.toString('latin1', at, at + 24)).toBe('0123456789abcdef01234567')
    for (const none of [block(), block(...before), block(text(0x03, own.toString('latin1')))])
      expect(propertyIdentityAt(Buffer.concat([none, own]), 0, none.length)).toBe(-1)
    // cut short, and of an unknown kind before it
    expect(propertyIdentityAt(block(own.subarray(0, -1)), 0, 99)).toBe(-1)
    expect(propertyIdentityAt(block(Buffer.from([0x7f]), own), 0, 99)).toBe(-1)
  })

  it('is read from no bytes beyond the block, whatever they are', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constant(new Uint8Array(own)),
      fc.constant(own.subarray(0, 9)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.nat(20), fc.boolean(), (pieces, at, framed) => {
        const some = Buffer.concat(pieces)
        const b = framed ? block(some) : some
        for (const end of [b.length, b.length >> 1]) {
          const found = propertyIdentityAt(b, framed ? 0 : at, end)
          expect(found === -1 || found + 24 <= end).toBe(true)
        }
      }),
    )
  })
})

const bodyAt = (frame: Buffer): number => 1 + frame.subarray(1).findIndex((byte) => byte < 0x80) + 1

describe('where the identity is', () => {
  const placeFor = async (input: LoadInput): Promise<string> => {
    const config: LoadConfig = loadSchema.parse(input)
    const [material = null] = await readPayloads(config)
    return placeOf(config, material)
  }

  it.each([
    [{ ...WHOLE, size: 20 }, 'payload'],
    [{ ...WHOLE, size: 12 }, 'short'],
    [{ ...WHOLE, size: 11 }, 'property'],
    [{ ...WHOLE, subscribers: 0 }, 'none'],
    [{ ...WHOLE, payload: '{}' }, 'member'],
    [{ protocol: 5, size: 1 }, 'topic'],
    [{ protocol: 5, size: 1, request: true }, 'topic'],
    [{ protocol: 5, size: 1, topics: ['a', 'b'] }, 'topic'],
    [{ protocol: 5, payload: 'text' }, 'topic'],
    [{ size: 1 }, 'topic'],
  ] as [LoadInput, string][])('%j: %s', async (input, place) => {
    expect(await placeFor(input)).toBe(place)
  })

  it.each([
    [
      { topic: 'a/%c', size: 1 },
      /^expected at least 12 where .* are in the topic, or --protocol 5\.0: at 3\.1\.1/,
    ],
    [{ retain: true, size: 11 }, /^expected at least 12 with retained messages, or --protocol 5\.0/],
    [{ request: true, size: 8 }, /^expected at least 12 for requests, or --protocol 5\.0/],
  ] as [LoadInput, RegExp][])('is refused at 3.1.1, and the line names the way out: %j', (input, line) => {
    const issues = loadSchema.safeParse(input).error?.issues
    expect(issues).toMatchObject([{ path: ['size'], message: expect.stringMatching(line) as string }])
    expect(loadSchema.safeParse({ ...input, protocol: 5 }).success).toBe(true)
  })

  it.each([
    [
      { payload: 'a', retain: true },
      '--retain: expected, with retained messages, a payload that is a JSON object, or --protocol 5.0',
    ],
    [{ payload: 'a', topic: 'a/%c' }, '--topic: expected, where'],
    [
      { payload: 'a', request: true },
      '--request: expected, for requests, a payload that is a JSON object, or --protocol 5.0',
    ],
  ] as [LoadInput, string][])('is refused at 3.1.1 for a text: %j', async (input, line) => {
    await expect(placeFor(input)).rejects.toThrow(line)
    expect(await placeFor({ ...input, protocol: 5 })).toMatch(/property|topic/)
  })
})

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function faulty(faults: Faults): Promise<string> {
  const broker = new FaultyBroker({ level: 5, ...faults })
  stops.push(() => broker.close())
  return broker.listen()
}

const run = (input: LoadInput): Promise<LoadReport> =>
  runLoad(loadSchema.parse({ drain: '5s', ...input }), { runId: freshRunId() })

const SMALL = { ...WHOLE, publishers: 2, subscribers: 1, qos: 1, messages: 40 } as const
const NOTE =
  'the payload is too small for the identity of a message: its user property fl carries it, 31 bytes'

describe('a run with payloads of one byte and whole topic names', () => {
  it('loses none and has percentiles', async () => {
    const url = await faulty({})
    const r = await run({ ...SMALL, url, executor: { kind: 'constant-rate', rate: 100 } })
    expect([r.offered, r.expected, r.received, r.lost, r.duplicated, r.outOfOrder]).toEqual([
      40, 40, 40, 0, 0, 0,
    ])
    expect(r.endToEndMs.count).toBe(40)
    expect(r.endToEndMs.p99).toBeGreaterThan(0)
    expect(r.notes).toContain(NOTE)
  })

  it('reports exactly the messages lost and duplicated', async () => {
    const url = await faulty({ copies: (_p, s) => (s === 3 ? 0 : s === 7 ? 3 : s === 19 ? 2 : 1) })
    const r = await run({ ...SMALL, url, drain: '500ms', executor: { kind: 'max' } })
    expect([r.expected, r.lost, r.duplicated, r.received]).toEqual([40, 2, 6, 44])
  })
})

const KINDS: [string, LoadInput][] = [
  ['whole', { ...WHOLE, qos: 1 }],
  ['qos0', { ...WHOLE, topic: 'line/%c', size: 0, userProperties: [IMPOSTER] }],
  ['retained', { protocol: 5, size: 2, retain: true, qos: 1 }],
  ['aliases', { protocol: 5, size: 3, topicAliases: 2, topics: ['a', 'b', 'c'], qos: 2 }],
  ['requests', { protocol: 5, size: 1, topic: 'ask/%c', request: true, qos: 1 }],
  ['shared', { protocol: 5, size: 1, topic: 'share/%c', subscribers: 2, topology: 'shared-subscription' }],
  ['text', { protocol: 5, payload: 'on', topic: 'text/%c', messageExpiry: '1min', qos: 1 }],
]
const populations = KINDS.map(([name, own]) => ({
  name,
  publishers: 2,
  subscribers: 1,
  messages: 20,
  ...own,
}))

const all = async (url: string): Promise<void> => {
  const r = await run({ url, workers: 1, executor: { kind: 'constant-rate', rate: 100 }, populations })
  expect(r.populations?.map((p) => [p.name, p.expected, p.received, p.lost, p.duplicated])).toEqual(
    KINDS.map(([name]) => [name, 20, 20, 0, 0]),
  )
  expect(r.populations?.map((p) => p.endToEndMs.count)).toEqual(KINDS.map(() => 20))
  expect(r.populations?.find((p) => p.name === 'requests')?.roundTripMs?.count).toBe(20)
  expect(r.notes).toContain(`retained: ${NOTE}`)
}

it('every kind of run finds its own messages at the broker of the program', () => all('embedded'))

it.skipIf(mosquittoPath === null)('and at mosquitto, which keeps the user property', async () => {
  const broker = await startMosquitto()
  stops.push(broker.stop)
  await all(`mqtt://127.0.0.1:${broker.port}`)
})
