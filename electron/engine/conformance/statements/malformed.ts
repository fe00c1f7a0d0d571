import type { Bench } from '../bench'
import { field, packet, properties, rawConnect, rawPublish, rawSubscribe, uint16 } from '../bytes'
import { connackCode } from '../client'
import { violated, type Level } from '../outcome'
import { statement, type Clauses, type Feature, type Statement } from '../types'

type Bytes = (level: Level, b: Bench) => Buffer

/** Bytes that must end the connection, sent instead of CONNECT. */
function asFirst(name: string, clauses: Clauses, what: string, bytes: Bytes): Statement[] {
  return statement(name, clauses, `${what} ends the connection`, async (b) => {
    const c = await b.open()
    c.bytes(bytes(b.level, b))
    const seen = await c.ended()
    const ack = c.inbox.find((p) => p.cmd === 'connack')
    if (ack?.cmd === 'connack' && connackCode(ack) === 0) violated('it was accepted with CONNACK 0x00')
    return seen ?? violated('the connection went on: PINGREQ was answered')
  })
}

/** Bytes that must end the connection, sent on an established one. `orCode`: a SUBACK that refuses will do. */
function afterwards(
  name: string,
  clauses: Clauses,
  what: string,
  bytes: Bytes,
  more: { needs?: readonly Feature[]; orCode?: boolean } = {},
): Statement[] {
  const check: Statement['check'] = async (b) => {
    const c = await b.connect()
    c.bytes(bytes(b.level, b))
    const seen = await c.ended()
    const refused = c.inbox.some((p) => p.cmd === 'suback' && p.granted.every((g) => Number(g) >= 0x80))
    if (seen === null && more.orCode === true && refused) return 'refused in SUBACK'
    return seen ?? violated('the connection went on: PINGREQ was answered')
  }
  return statement(name, clauses, `${what} ends the connection`, check, more.needs)
}

const WILL = (level: Level): Buffer[] => [properties(level), field('fleetlab-probe/will'), field('w')]
const NUL = Buffer.from([0x61, 0x00, 0x62])
const OVERLONG = Buffer.from([0x61, 0xc0, 0x80])
const SURROGATE = Buffer.from([0x61, 0xed, 0xa0, 0x80])

const CONNECT: Statement[] = [
  asFirst('first-packet', { 4: '3.1.0-1', 5: '3.1.0-1' }, 'a first packet other than CONNECT', () =>
    Buffer.from([0xc0, 0]),
  ),
  asFirst('publish-before-connect', { 4: '3.1.0-1', 5: '3.1.0-1' }, 'PUBLISH before CONNECT', (l, b) =>
    rawPublish(l, 0x30, b.topic(), null),
  ),
  asFirst('reserved-connect-flag', { 4: '3.1.2-3', 5: '3.1.2-3' }, 'the reserved connect flag', (l, b) =>
    rawConnect({ level: l, flags: 0x03, clientId: b.clientId() }),
  ),
  asFirst('will-qos-3', { 4: '3.1.2-14', 5: '3.1.2-12' }, 'a will with QoS 3', (l, b) =>
    rawConnect({ level: l, flags: 0x1e, clientId: b.clientId(), more: WILL(l) }),
  ),
  asFirst('will-qos-without-will', { 4: '3.1.2-13', 5: '3.1.2-11' }, 'a will QoS without a will', (l, b) =>
    rawConnect({ level: l, flags: 0x0a, clientId: b.clientId() }),
  ),
  asFirst(
    'will-retain-without-will',
    { 4: '3.1.2-15', 5: '3.1.2-13' },
    'will retain without a will',
    (l, b) => rawConnect({ level: l, flags: 0x22, clientId: b.clientId() }),
  ),
  asFirst('password-without-user', { 4: '3.1.2-22' }, 'a password without a user name', (l, b) =>
    rawConnect({ level: l, flags: 0x42, clientId: b.clientId(), more: [field('secret')] }),
  ),
  asFirst('identifier-ill-formed', { 4: '1.5.3-1', 5: '1.5.4-1' }, 'an ill-formed identifier', (l) =>
    rawConnect({ level: l, clientId: OVERLONG }),
  ),
  asFirst('identifier-with-nul', { 4: '1.5.3-2', 5: '1.5.4-2' }, 'U+0000 in the identifier', (l) =>
    rawConnect({ level: l, clientId: NUL }),
  ),
  asFirst('connect-cut-short', { 4: '3.1.4-1', 5: '3.1.4-1' }, 'a CONNECT without its identifier', (l) =>
    packet(0x10, field('MQTT'), Buffer.from([l, 0x02, 0, 60]), properties(l)),
  ),
  afterwards('second-connect', { 4: '3.1.0-2', 5: '3.1.0-2' }, 'a second CONNECT', (l, b) =>
    rawConnect({ level: l, clientId: b.clientId() }),
  ),
].flat()

const PUBLISH: Statement[] = [
  afterwards('publish-qos-3', { 4: '3.3.1-4', 5: '3.3.1-4' }, 'PUBLISH with QoS 3', (l, b) =>
    rawPublish(l, 0x36, b.topic(), 1),
  ),
  afterwards('publish-dup-qos-0', { 4: '3.3.1-2', 5: '3.3.1-2' }, 'DUP at QoS 0', (l, b) =>
    rawPublish(l, 0x38, b.topic(), null),
  ),
  afterwards('publish-id-0', { 4: '2.3.1-1', 5: '2.2.1-3' }, 'PUBLISH with packet identifier 0', (l, b) =>
    rawPublish(l, 0x32, b.topic(), 0),
  ),
  afterwards('publish-plus', { 4: '3.3.2-2', 5: '3.3.2-2' }, 'PUBLISH to a topic with +', (l, b) =>
    rawPublish(l, 0x30, b.topic('+'), null),
  ),
  afterwards('publish-hash', { 4: '3.3.2-2', 5: '3.3.2-2' }, 'PUBLISH to a topic with #', (l, b) =>
    rawPublish(l, 0x30, b.topic('#'), null),
  ),
  afterwards('publish-empty-topic', { 4: '4.7.3-1', 5: '4.7.3-1' }, 'PUBLISH to an empty topic', (l) =>
    rawPublish(l, 0x30, '', null),
  ),
  afterwards('topic-with-nul', { 4: '1.5.3-2', 5: '1.5.4-2' }, 'U+0000 in the topic', (l) =>
    rawPublish(l, 0x30, NUL, null),
  ),
  afterwards('topic-ill-formed', { 4: '1.5.3-1', 5: '1.5.4-1' }, 'a topic with bytes C0 80', (l) =>
    rawPublish(l, 0x30, OVERLONG, null),
  ),
  afterwards('topic-surrogate', { 4: '1.5.3-1', 5: '1.5.4-1' }, 'a topic with a surrogate', (l) =>
    rawPublish(l, 0x30, SURROGATE, null),
  ),
  afterwards('pubrel-flags', { 4: '3.6.1-1', 5: '3.6.1-1' }, 'PUBREL with flags 0000', () =>
    packet(0x60, uint16(5)),
  ),
].flat()

const SUBSCRIBE: Statement[] = [
  afterwards('subscribe-flags', { 4: '3.8.1-1', 5: '3.8.1-1' }, 'SUBSCRIBE with flags 0000', (l, b) =>
    rawSubscribe(l, b.topic(), 0, { first: 0x80 }),
  ),
  afterwards('subscribe-id-0', { 4: '2.3.1-1', 5: '2.2.1-3' }, 'SUBSCRIBE with packet identifier 0', (l, b) =>
    rawSubscribe(l, b.topic(), 0, { id: 0 }),
  ),
  afterwards('subscribe-nothing', { 4: '3.8.3-3', 5: '3.8.3-2' }, 'SUBSCRIBE without a filter', (l) =>
    packet(0x82, uint16(10), properties(l)),
  ),
  afterwards('subscribe-qos-3', { 4: '3-8.3-4', 5: '3.8.3-5' }, 'SUBSCRIBE with QoS 3', (l, b) =>
    rawSubscribe(l, b.topic(), 3),
  ),
  afterwards('subscribe-reserved', { 4: '3-8.3-4', 5: '3.8.3-5' }, 'reserved bits beside the QoS', (l, b) =>
    rawSubscribe(l, b.topic(), 0x40),
  ),
  ...[
    ['filter-empty', '4.7.3-1', '4.7.3-1', 'an empty filter', ''] as const,
    ['filter-hash-inside', '4.7.1-2', '4.7.1-1', 'a filter with # inside', 'a/#/b'] as const,
    ['filter-hash-in-level', '4.7.1-2', '4.7.1-1', 'a filter with # behind text', 'a/b#'] as const,
    ['filter-plus-in-level', '4.7.1-3', '4.7.1-2', 'a filter with + behind text', 'a/b+'] as const,
  ].map(([name, on4, on5, what, filter]) =>
    afterwards(name, { 4: on4, 5: on5 }, what, (l) => rawSubscribe(l, filter, 0), { orCode: true }),
  ),
  afterwards('filter-with-nul', { 4: '1.5.3-2', 5: '1.5.4-2' }, 'U+0000 in a filter', (l) =>
    rawSubscribe(l, NUL, 0),
  ),
  afterwards('unsubscribe-flags', { 4: '3.10.1-1', 5: '3.10.1-1' }, 'UNSUBSCRIBE with flags 0000', (l, b) =>
    packet(0xa0, uint16(10), properties(l), field(b.topic())),
  ),
  afterwards('unsubscribe-nothing', { 4: '3.10.3-2', 5: '3.10.3-2' }, 'UNSUBSCRIBE without a filter', (l) =>
    packet(0xa2, uint16(10), properties(l)),
  ),
].flat()

const HEADER: Statement[] = [
  afterwards('server-packet', { 4: '4.8.0-1', 5: '4.13.1-1' }, 'a packet that only brokers send', () =>
    packet(0x20, uint16(0)),
  ),
  afterwards('type-0', { 4: '4.8.0-1', 5: '4.13.1-1' }, 'packet type 0', () => Buffer.from([0, 0])),
  afterwards('type-15', { 4: '4.8.0-1' }, 'packet type 15', () => Buffer.from([0xf0, 0])),
  afterwards('length-of-5-bytes', { 4: 'section 2.2.3', 5: 'section 1.5.5' }, 'a length of five bytes', () =>
    Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]),
  ),
  afterwards('pingreq-flags', { 4: '2.2.2-2', 5: '2.1.3-1' }, 'PINGREQ with reserved flags', () =>
    Buffer.from([0xc1, 0]),
  ),
].flat()

/** Four bytes of Session Expiry Interval, property 0x11. */
const EXPIRY = [0x11, 0, 0, 0, 0]

const VERSION_5: Statement[] = [
  asFirst('property-twice', { 5: 'section 3.1.2.11.2' }, 'a property given twice', (l, b) =>
    rawConnect({ level: l, clientId: b.clientId(), properties: [...EXPIRY, ...EXPIRY] }),
  ),
  asFirst('property-unknown', { 5: 'section 2.2.2.2' }, 'a property that does not exist', (l, b) =>
    rawConnect({ level: l, clientId: b.clientId(), properties: [0x7f, 0] }),
  ),
  asFirst('property-elsewhere', { 5: 'section 2.2.2.2' }, 'a property of another packet', (l, b) =>
    rawConnect({ level: l, clientId: b.clientId(), properties: [0x23, 0, 1] }),
  ),
  asFirst('receive-maximum-0', { 5: 'section 3.1.2.11.3' }, 'Receive Maximum 0', (l, b) =>
    rawConnect({ level: l, clientId: b.clientId(), properties: [0x21, 0, 0] }),
  ),
  asFirst('packet-size-0', { 5: 'section 3.1.2.11.4' }, 'Maximum Packet Size 0', (l, b) =>
    rawConnect({ level: l, clientId: b.clientId(), properties: [0x27, 0, 0, 0, 0] }),
  ),
  asFirst(
    'authentication-data',
    { 5: 'section 3.1.2.11.10' },
    'data without an authentication method',
    (l, b) => rawConnect({ level: l, clientId: b.clientId(), properties: [0x16, 0, 1, 0x61] }),
  ),
  afterwards(
    'subscription-id-from-client',
    { 5: '3.3.4-6' },
    'PUBLISH with a subscription identifier',
    (l, b) => rawPublish(l, 0x30, b.topic(), null, [0x0b, 1]),
  ),
  afterwards('response-topic-wildcard', { 5: '3.3.2-14' }, 'a response topic with a wildcard', (l, b) =>
    rawPublish(l, 0x30, b.topic(), null, [0x08, 0, 3, 0x61, 0x2f, 0x23]),
  ),
  afterwards('alias-0', { 5: '3.3.2-8' }, 'topic alias 0', (l, b) =>
    rawPublish(l, 0x30, b.topic(), null, [0x23, 0, 0]),
  ),
  afterwards('alias-unknown', { 5: 'section 3.3.2.3.4' }, 'an alias that names no topic', (l) =>
    rawPublish(l, 0x30, '', null, [0x23, 0, 1]),
  ),
  afterwards(
    'no-local-shared',
    { 5: '3.8.3-4' },
    'no local on a shared subscription',
    (l, b) => rawSubscribe(l, `$share/g/${b.topic()}`, 0x04),
    { needs: ['shared'] },
  ),
  afterwards('retain-handling-3', { 5: 'section 3.8.3.1' }, 'retain handling 3', (l, b) =>
    rawSubscribe(l, b.topic(), 0x30),
  ),
  afterwards(
    'subscription-id-0',
    { 5: 'section 3.8.2.1.2' },
    'subscription identifier 0',
    (l, b) => rawSubscribe(l, b.topic(), 0, { props: [0x0b, 0] }),
    { needs: ['subscriptionIds'] },
  ),
].flat()

/** What no client may send: the broker must end the connection. */
export const MALFORMED: readonly Statement[] = [...CONNECT, ...PUBLISH, ...SUBSCRIBE, ...HEADER, ...VERSION_5]
