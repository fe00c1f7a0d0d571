import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { bench, RawClient, settle, type Bench } from './raw-client'

let b: Bench
const unhandled: unknown[] = []
const note = (e: unknown) => unhandled.push(e)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
})
afterEach(async () => {
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
  await b.broker.close()
})

const TEMPLATES: Packet[] = [
  { cmd: 'publish', topic: 'a/b', payload: 'x', qos: 0, dup: false, retain: true },
  { cmd: 'publish', topic: 'a/b', payload: 'x', qos: 1, messageId: 3, dup: true, retain: false },
  { cmd: 'publish', topic: 'fuzz', payload: 'yyyy', qos: 2, messageId: 4, dup: false, retain: false },
  {
    cmd: 'subscribe',
    messageId: 5,
    subscriptions: [
      { topic: 'a/#', qos: 2 },
      { topic: '+', qos: 1 },
    ],
  },
  { cmd: 'unsubscribe', messageId: 6, unsubscriptions: ['a/#'] },
  { cmd: 'puback', messageId: 1 },
  { cmd: 'pubrec', messageId: 2 },
  { cmd: 'pubrel', messageId: 4 },
  { cmd: 'pubcomp', messageId: 2 },
  { cmd: 'pingreq' },
  { cmd: 'disconnect' },
  { cmd: 'connect', clientId: 'again', protocolVersion: 4, protocolId: 'MQTT', clean: true, keepalive: 0 },
]

const level = fc.constantFrom<3 | 4 | 5>(3, 4, 5)
const edits = fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 3 })
const mutated = (protocolVersion: number) =>
  fc.tuple(fc.constantFrom(...TEMPLATES), edits, fc.nat(3)).map(([packet, changes, cutOff]) => {
    const frame = Buffer.from(mqttPacket.generate(packet, { protocolVersion }))
    for (const [at, value] of changes) frame[at % frame.length] = value
    return frame.subarray(0, Math.max(1, frame.length - (changes.length === 0 ? 0 : cutOff)))
  })
const garbage = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
const attack = level.chain((protocolVersion) =>
  fc.record({
    level: fc.constant(protocolVersion),
    connected: fc.boolean(),
    clean: fc.boolean(),
    frames: fc.array(fc.oneof({ weight: 4, arbitrary: mutated(protocolVersion) }, garbage), {
      minLength: 1,
      maxLength: 8,
    }),
    inPieces: fc.boolean(),
  }),
)

describe('whatever a client sends', () => {
  it('never ends the process, never disturbs another client, and leaves a log line for each refusal', async () => {
    b = bench()
    const other = await RawClient.connected(b, 'other')
    other.subscribe('probe', 1)
    await settle()
    let n = 0
    await fc.assert(
      fc.asyncProperty(attack, async (a) => {
        const c = RawClient.inMemory(b, a.level)
        if (a.connected) c.connect('fuzzer', { clean: a.clean })
        for (const frame of a.frames) {
          if (!a.inPieces) c.bytes(frame)
          else for (const byte of frame) c.bytes(byte)
        }
        await settle(5)
        other.publish('probe', `${++n}`, 0)
        await settle(2)
        expect(other.payloads().at(-1)).toBe(`${n}`)
        c.stream.destroy()
      }),
      { numRuns: 600 },
    )
    await settle()
    expect(unhandled).toEqual([])
    expect(other.closed).toBe(false)
    expect(b.logs.filter((l) => l.note.text.includes('internal error'))).toEqual([])
    expect(b.logs.length).toBeGreaterThan(100)
    expect(b.broker.clients().map((c) => c.clientId)).toEqual(['other'])
  })
})
