import { afterEach, describe, expect, it } from 'vitest'
import { bench, RawClient, settle, type Bench } from './raw-client'

let b: Bench
afterEach(() => b.broker.close())

const str = (s: string | Buffer): Buffer => {
  const bytes = Buffer.from(s as string)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}
const packet = (first: number, ...parts: (Buffer | number[])[]): Buffer => {
  const body = Buffer.concat(parts.map((p) => Buffer.from(p as number[])))
  return Buffer.concat([Buffer.from([first, body.length]), body])
}
const connect = (level: number, flags: number, ...payload: Buffer[]): Buffer =>
  packet(0x10, str(level === 3 ? 'MQIsdp' : 'MQTT'), [level, flags, 0, 0], level === 5 ? [0] : [], ...payload)

const id = str('c')
const C0_80 = Buffer.from([0x61, 0xc0, 0x80])
const SURROGATE = Buffer.from([0x61, 0xed, 0xa0, 0x80])

/** Refused CONNECTs: bytes, and the CONNACK code that must come (null: none, only the end). */
const CONNECTS: [name: string, level: 3 | 4 | 5, bytes: Buffer, code: number | null][] = [
  ['[MQTT-3.1.0-1] the first packet is not CONNECT', 4, packet(0x30, str('t')), null],
  ['[MQTT-3.1.2-1] the protocol name is wrong', 4, packet(0x10, str('MQTX'), [4, 2, 0, 0], id), null],
  ['[MQTT-3.1.2-2] the protocol level is unknown', 4, packet(0x10, str('MQTT'), [2, 2, 0, 0], id), 1],
  ['[MQTT-3.1.2-2] the protocol level is too new', 5, packet(0x10, str('MQTT'), [6, 2, 0, 0, 0], id), 0x84],
  [
    '[MQTT-2.2.2-2] reserved flags of the header are set',
    4,
    packet(0x11, str('MQTT'), [4, 2, 0, 0], id),
    null,
  ],
  ['[MQTT-3.1.2-3] the reserved connect flag is set', 4, connect(4, 0x03, id), null],
  ['[MQTT-3.1.2-14] will QoS is 3', 4, connect(4, 0x1e, id, str('w'), str('x')), null],
  [
    '[MQTT-3.1.2-14] will QoS is 3, MQTT 5',
    5,
    connect(5, 0x1e, id, Buffer.from([0]), str('w'), str('x')),
    0x81,
  ],
  ['[MQTT-3.1.2-13] will QoS without a will', 4, connect(4, 0x0a, id), null],
  ['[MQTT-3.1.2-15] will retain without a will', 4, connect(4, 0x22, id), null],
  ['[MQTT-3.1.2-22] password without user name', 4, connect(4, 0x42, id, str('p')), null],
  ['[MQTT-3.1.3-8] empty identifier with clean session 0', 4, connect(4, 0x00, str('')), 2],
  ['MQTT 3.1: identifier of 24 characters', 3, connect(3, 0x02, str('x'.repeat(24))), 2],
  ['[MQTT-1.5.3-2] identifier with U+0000', 4, connect(4, 0x02, str('a\0b')), null],
  ['[MQTT-1.5.3-1] identifier with bytes C0 80', 4, connect(4, 0x02, str(C0_80)), null],
  ['[MQTT-1.5.3-1] identifier with a surrogate', 5, connect(5, 0x02, str(SURROGATE)), 0x81],
  ['the will topic has a wildcard', 5, connect(5, 0x06, id, Buffer.from([0]), str('w/#'), str('x')), 0x90],
  ['the packet is cut short', 4, packet(0x10, str('MQTT'), [4, 2, 0]), null],
  ['bytes are left over', 4, Buffer.concat([packet(0x10, str('MQTT'), [4, 2, 0, 0], id, [9])]), null],
  [
    'a property is given twice',
    5,
    packet(0x10, str('MQTT'), [5, 2, 0, 0, 6, 0x21, 0, 9, 0x21, 0, 9], id),
    0x82,
  ],
  ['receive maximum is 0', 5, packet(0x10, str('MQTT'), [5, 2, 0, 0, 3, 0x21, 0, 0], id), 0x82],
  ['maximum packet size is 0', 5, packet(0x10, str('MQTT'), [5, 2, 0, 0, 5, 0x27, 0, 0, 0, 0], id), 0x82],
  [
    '[MQTT-1.5.5-1] a length in more bytes than it needs',
    5,
    packet(0x10, str('MQTT'), [5, 2, 0, 0, 0x80, 0x00], id),
    0x81,
  ],
  ['a property does not exist', 5, packet(0x10, str('MQTT'), [5, 2, 0, 0, 2, 0x7e, 0], id), 0x81],
  ['a property belongs elsewhere', 5, packet(0x10, str('MQTT'), [5, 2, 0, 0, 3, 0x23, 0, 1], id), 0x82],
  [
    '[MQTT-4.12.0-1] an authentication method',
    5,
    packet(0x10, str('MQTT'), [5, 2, 0, 0, 4, 0x15], str('x'), id),
    0x8c,
  ],
  [
    '3.1.2.11.10 authentication data without a method',
    5,
    packet(0x10, str('MQTT'), [5, 2, 0, 0, 4, 0x16, 0, 1, 1], id),
    0x82,
  ],
  ['a remaining length of five bytes', 4, Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]), null],
]

const publish = (topic: string | Buffer, ...rest: number[]): Buffer => packet(0x30, str(topic), rest)

/** Packets that end the connection of an accepted client, with the MQTT 5 reason code. */
const PACKETS: [name: string, v4: Buffer, v5: Buffer | null, reason: number][] = [
  ['[MQTT-3.1.0-2] a second CONNECT', connect(4, 2, id), connect(5, 2, id), 0x82],
  [
    '[MQTT-3.3.1-4] PUBLISH with QoS 3',
    packet(0x36, str('t'), [0, 1]),
    packet(0x36, str('t'), [0, 1, 0]),
    0x81,
  ],
  ['[MQTT-3.3.1-2] PUBLISH with DUP at QoS 0', packet(0x38, str('t')), packet(0x38, str('t'), [0]), 0x81],
  ['[MQTT-3.3.2-2] PUBLISH to a wildcard', publish('a/#'), publish('a/+', 0), 0x90],
  ['[MQTT-4.7.3-1] PUBLISH to an empty topic', publish(''), publish('', 0), 0x82],
  ['[MQTT-4.7.3-2] PUBLISH topic with U+0000', publish('a\0'), publish('a\0', 0), 0x81],
  ['[MQTT-1.5.3-1] PUBLISH topic with bytes C0 80', publish(C0_80), publish(C0_80, 0), 0x81],
  ['[MQTT-1.5.3-1] PUBLISH topic with a surrogate', publish(SURROGATE), publish(SURROGATE, 0), 0x81],
  [
    '[MQTT-2.3.1-1] PUBLISH with packet identifier 0',
    packet(0x32, str('t'), [0, 0]),
    packet(0x34, str('t'), [0, 0, 0]),
    0x81,
  ],
  [
    'PUBLISH with a topic longer than the packet',
    packet(0x30, [0, 9, 0x61]),
    packet(0x30, [0, 9, 0x61]),
    0x81,
  ],
  [
    '[MQTT-2.3.1-1] SUBSCRIBE with packet identifier 0',
    packet(0x82, [0, 0], str('t'), [0]),
    packet(0x82, [0, 0, 0], str('t'), [0]),
    0x81,
  ],
  [
    '[MQTT-3.8.1-1] SUBSCRIBE with wrong flags',
    packet(0x80, [0, 1], str('t'), [0]),
    packet(0x80, [0, 1, 0], str('t'), [0]),
    0x81,
  ],
  ['[MQTT-3.8.3-3] SUBSCRIBE without a filter', packet(0x82, [0, 1]), packet(0x82, [0, 1, 0]), 0x82],
  [
    '[MQTT-3-8.3-4] SUBSCRIBE with QoS 3',
    packet(0x82, [0, 1], str('t'), [3]),
    packet(0x82, [0, 1, 0], str('t'), [3]),
    0x81,
  ],
  [
    '[MQTT-4.7.1-3] SUBSCRIBE to a+/b',
    packet(0x82, [0, 1], str('a+/b'), [0]),
    packet(0x82, [0, 1, 0], str('a+/b'), [0]),
    0x8f,
  ],
  [
    '[MQTT-4.7.1-2] SUBSCRIBE to #/a',
    packet(0x82, [0, 1], str('#/a'), [0]),
    packet(0x82, [0, 1, 0], str('#/a'), [0]),
    0x8f,
  ],
  [
    '[MQTT-4.7.3-1] SUBSCRIBE to an empty filter',
    packet(0x82, [0, 1], str(''), [0]),
    packet(0x82, [0, 1, 0], str(''), [0]),
    0x8f,
  ],
  [
    '[MQTT-3.10.1-1] UNSUBSCRIBE with wrong flags',
    packet(0xa0, [0, 1], str('t')),
    packet(0xa0, [0, 1, 0], str('t')),
    0x81,
  ],
  ['[MQTT-3.10.3-2] UNSUBSCRIBE without a filter', packet(0xa2, [0, 1]), packet(0xa2, [0, 1, 0]), 0x82],
  ['a one-byte PUBACK', packet(0x40, [1]), packet(0x40, [1]), 0x81],
  ['a PUBACK with a foreign reason code', packet(0x40, [0, 1, 0]), packet(0x40, [0, 1, 0x42]), 0x81],
  ['[MQTT-3.6.1-1] PUBREL with wrong flags', packet(0x60, [0, 1]), packet(0x60, [0, 1]), 0x81],
  ['PUBREC with packet identifier 0', packet(0x50, [0, 0]), packet(0x50, [0, 0]), 0x81],
  ['PINGREQ with a body', packet(0xc0, [0]), packet(0xc0, [0]), 0x81],
  ['[MQTT-3.14.1-1] DISCONNECT with reserved flags', packet(0xe1), packet(0xe1), 0x81],
  ['a packet only brokers send', packet(0x20, [0, 0]), packet(0x90, [0, 1, 0, 0]), 0x82],
  ['packet type 0', Buffer.from([0x00, 0x00]), Buffer.from([0x00, 0x00]), 0x82],
  ['AUTH out of place', Buffer.from([0xf0, 0x00]), Buffer.from([0xf0, 0x00]), 0x82],
  [
    'a remaining length of five bytes',
    Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]),
    Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]),
    0x81,
  ],
  [
    '[MQTT-3.3.2-9] a topic alias, which is not offered',
    publish('a+'),
    packet(0x30, str('t'), [3, 0x23, 0, 1]),
    0x94,
  ],
  ['a subscription identifier in PUBLISH', publish('a+'), packet(0x30, str('t'), [2, 0x0b, 1]), 0x82],
  [
    'a response topic with a wildcard',
    publish('a+'),
    packet(0x30, str('t'), [5, 0x08, 0, 2, 0x61, 0x23]),
    0x82,
  ],
  [
    '[MQTT-3.8.3-4] no local on a shared subscription',
    publish('a+'),
    packet(0x82, [0, 1, 0], str('$share/g/t'), [4]),
    0x82,
  ],
  [
    '[MQTT-4.8.2-1] a shared subscription without a filter',
    publish('a+'),
    packet(0x82, [0, 1, 0], str('$share/g'), [0]),
    0x8f,
  ],
  [
    '[MQTT-3.8.3-5] reserved subscription options',
    packet(0x82, [0, 1], str('t'), [0x80]),
    packet(0x82, [0, 1, 0], str('t'), [0x80]),
    0x81,
  ],
  ['retain handling 3', publish('a+'), packet(0x82, [0, 1, 0], str('t'), [0x30]), 0x82],
  ['DISCONNECT that prolongs a session', publish('a+'), packet(0xe0, [0, 5, 0x11, 0, 0, 0, 9]), 0x82],
]

describe('CONNECT that must be refused', () => {
  it.each(CONNECTS)('%s', async (_name, level, bytes, code) => {
    b = bench()
    const c = RawClient.inMemory(b, level)
    c.bytes(bytes)
    await settle()
    expect(c.closed).toBe(true)
    expect(c.raw.map((f) => [f[0], f[3]])).toEqual(code === null ? [] : [[0x20, code]])
    expect(b.logs).toHaveLength(1)
    expect(b.broker.clients()).toEqual([])
  })
})

describe('after a refusal', () => {
  it('[MQTT-3.1.4-5] nothing that follows the refused CONNECT is processed', async () => {
    b = bench()
    const c = RawClient.inMemory(b)
    c.bytes(connect(4, 0x00, str('')), publish('t'), Buffer.from([0xc0, 0]))
    await settle()
    expect(c.got.map((p) => p.cmd)).toEqual(['connack'])
    expect(b.ingress).toEqual([])
  })
})

describe('a packet that must end the connection', () => {
  it.each(PACKETS)('%s', async (_name, v4, v5, reason) => {
    b = bench()
    const other = await RawClient.connected(b, 'other')
    const old = await RawClient.connected(b, 'old')
    const fresh = await RawClient.connected(b, 'new', { level: 5 })
    old.bytes(v4, Buffer.from([0xc0, 0x00]))
    if (v5) fresh.bytes(v5, Buffer.from([0xc0, 0x00]))
    await settle()
    expect([old.closed, fresh.closed, other.closed]).toEqual([true, true, false])
    expect(old.raw.map((f) => (f[0] ?? 0) >> 4)).toEqual([2])
    expect(fresh.raw.map((f) => (f[0] ?? 0) >> 4)).toEqual([2, 14])
    expect(fresh.raw[1]?.[2]).toBe(reason)
    expect(b.logs).toHaveLength(2)
    expect(b.logs.map((l) => [l.level, l.clientId])).toEqual([
      ['warn', 'old'],
      ['warn', 'new'],
    ])
  })

  it('[MQTT-3.2.2-15] a packet over the limit: 0x95, and the limit was announced', async () => {
    b = bench({ limits: { packetBytes: 1000 } })
    const c = await RawClient.connected(b, 'c', { level: 5 })
    expect(c.of('connack')[0]?.properties?.maximumPacketSize).toBe(1000)
    c.publish('t', Buffer.alloc(1000), 0)
    await settle()
    expect(c.of('disconnect').map((p) => p.reasonCode)).toEqual([0x95])
  })
})

describe('what is unusual and allowed', () => {
  it('MQTT 3.1 resends PUBREL, SUBSCRIBE and UNSUBSCRIBE with DUP', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c', { level: 3 })
    c.bytes(packet(0x6a, [0, 1]), packet(0x8a, [0, 2], str('t'), [1]), packet(0xaa, [0, 3], str('t')))
    await settle()
    expect(c.got.map((p) => p.cmd)).toEqual(['connack', 'pubcomp', 'suback', 'unsuback'])
  })

  it('a password alone is allowed in MQTT 5; the byte order mark is part of the topic [MQTT-1.5.3-3]', async () => {
    b = bench()
    const c = RawClient.inMemory(b, 5)
    c.bytes(connect(5, 0x42, id, str('p')))
    await settle()
    c.subscribe('\ufefft', 0)
    c.publish('\ufefft', 'bom')
    c.publish('t', 'no')
    await settle()
    expect(c.payloads()).toEqual(['bom'])
  })

  it('[MQTT-3.1.3-6] an empty identifier with clean session gets one of its own', async () => {
    b = bench()
    const old = await RawClient.connected(b, '', {})
    const fresh = RawClient.inMemory(b, 5)
    fresh.bytes(connect(5, 0x00, str('')))
    await settle()
    expect(old.of('connack')[0]?.returnCode).toBe(0)
    const given = fresh.of('connack')[0]?.properties?.assignedClientIdentifier
    expect(b.broker.clients().map((c) => c.clientId)).toContain(given)
  })

  it('[MQTT-4.7.3-4] topics are compared byte by byte: case, spaces, leading and trailing slashes count', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c')
    for (const [i, f] of ['/a', 'a/', 'A', '한/글', '+/+'].entries()) c.subscribe(f, 0, i + 1)
    for (const t of ['a', '/a', 'a/', 'A', '한/글']) c.publish(t, t)
    await settle()
    expect(c.payloads()).toEqual(['/a', 'a/', 'A', '한/글'])
  })
})
