import { granted, pair, type Bench } from '../bench'
import { rawPublish } from '../bytes'
import { violated } from '../outcome'
import { statement, type Statement } from '../types'

type QoS = 0 | 1 | 2

async function arrives(b: Bench, sent: QoS, subscribed: QoS): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, subscribed)
  await publisher.publish(topic, 'm', sent)
  const p = await subscriber.take('publish')
  const least = Math.min(sent, subscribed)
  return p.qos === least ? `arrived at QoS ${p.qos}` : violated(`arrived at QoS ${p.qos}`)
}

async function byWildcard(b: Bench, sent: QoS, subscribed: QoS): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, subscribed, { filter: b.topic('+') })
  await publisher.publish(topic, 'm', sent)
  const p = await subscriber.take('publish')
  return p.qos === 1 ? 'arrived at QoS 1' : violated(`arrived at QoS ${p.qos}`)
}

async function fromQueue(b: Bench): Promise<string> {
  const clientId = b.clientId()
  const first = (await b.resuming(clientId)).client
  await granted(first, b.topic(), 1)
  await first.leave()
  await (await b.connect()).publish(b.topic(), 'm', 2)
  const p = await (await b.resuming(clientId)).client.take('publish')
  return p.qos === 1 ? 'arrived at QoS 1' : violated(`arrived at QoS ${p.qos}`)
}

async function handshake(b: Bench): Promise<string> {
  const c = await b.connect()
  const reason = await c.publish(b.topic(), 'm', 2)
  return reason < 0x80 ? 'PUBREC, PUBCOMP with its identifier' : violated(`reason code ${reason}`)
}

async function acknowledged(b: Bench): Promise<string> {
  const c = await b.connect()
  const reason = await c.publish(b.topic(), 'm', 1)
  return reason < 0x80 ? 'PUBACK with its identifier' : violated(`reason code ${reason}`)
}

/** A QoS 2 PUBLISH and its DUP in one write: the second is the same message. */
async function exactlyOnce(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 2)
  const id = publisher.freshId()
  publisher.bytes(rawPublish(b.level, 0x34, topic, id), rawPublish(b.level, 0x3c, topic, id))
  await publisher.take('pubrec', (p) => p.messageId === id)
  publisher.send({ cmd: 'pubrel', messageId: id })
  await publisher.take('pubcomp', (p) => p.messageId === id)
  await publisher.publish(topic, 'end', 2)
  const copies = await subscriber.upTo('end')
  return copies.length === 1 ? 'delivered once' : violated(`delivered ${copies.length} times`)
}

async function identifierIsFree(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 2)
  const id = 7
  for (const payload of ['one', 'two']) {
    publisher.send({ cmd: 'publish', topic, payload, qos: 2, messageId: id, dup: false, retain: false })
    await publisher.take('pubrec', (p) => p.messageId === id)
    publisher.send({ cmd: 'pubrel', messageId: id })
    await publisher.take('pubcomp', (p) => p.messageId === id)
  }
  const first = (await subscriber.take('publish')).payload.toString()
  const second = (await subscriber.take('publish')).payload.toString()
  return first === 'one' && second === 'two'
    ? 'a completed identifier was used again'
    : violated(`delivered ${first}, ${second}`)
}

async function orderOfHandshake(b: Bench): Promise<string> {
  const c = await b.connect()
  const id = c.freshId()
  c.bytes(rawPublish(b.level, 0x34, b.topic(), id), c.encode({ cmd: 'pubrel', messageId: id }))
  await c.take('pubcomp')
  const before = c.inbox.some((p) => p.cmd === 'pubrec')
  return before ? 'PUBREC, then PUBCOMP' : violated('PUBCOMP came without PUBREC before it')
}

async function unknownPubrel(b: Bench): Promise<string> {
  const c = await b.connect()
  c.send({ cmd: 'pubrel', messageId: 4242 })
  const ack = await c.take('pubcomp', (p) => p.messageId === 4242)
  return `PUBCOMP${ack.reasonCode === undefined ? '' : `, reason ${ack.reasonCode}`}`
}

async function dupStays(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 1)
  publisher.bytes(rawPublish(b.level, 0x3a, topic, publisher.freshId()))
  const p = await subscriber.take('publish')
  return p.dup ? violated('the copy to the subscriber has DUP 1') : 'DUP is 0 at the subscriber'
}

/** Retained and plain messages in turn, all in one write. */
async function oneChunk(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 0)
  b.willRetain(topic)
  const sent = [0, 1, 2, 3, 4, 5, 6, 7].map(String)
  publisher.send(
    ...sent.map((payload, i) => ({
      cmd: 'publish' as const,
      topic,
      payload,
      qos: 0 as const,
      dup: false,
      retain: i % 2 === 0,
    })),
  )
  await publisher.publish(topic, 'end')
  const seen = (await subscriber.upTo('end')).map((p) => p.payload.toString())
  return seen.join() === sent.join()
    ? '8 messages in order'
    : violated(`8 messages sent, arrived: ${seen.join(' ')}`)
}

async function inOrder(b: Bench, qos: QoS): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, qos)
  const sent = Array.from({ length: 20 }, (_, i) => String(i))
  await Promise.all(sent.map((payload) => publisher.publish(topic, payload, qos)))
  await publisher.publish(topic, 'end', qos)
  const seen = (await subscriber.upTo('end')).map((p) => p.payload.toString())
  return seen.join() === sent.join() ? '20 messages in order' : violated(`arrived: ${seen.join(' ')}`)
}

async function overlapping(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 0)
  await granted(subscriber, b.topic('#'), 2)
  await publisher.publish(topic, 'm', 2)
  await publisher.publish(topic, 'end', 2)
  await subscriber.take('publish', (p) => p.payload.toString() === 'end')
  // a copy for each subscription is allowed, and the one at QoS 0 may come first
  await subscriber.ping()
  const copies = subscriber.inbox.flatMap((p) => (p.cmd === 'publish' ? [p.qos] : []))
  return copies.includes(2) ? 'arrived at QoS 2' : violated(`arrived at QoS ${copies.join(', ')}`)
}

async function sameTopic(b: Bench, tail: string): Promise<string> {
  const { publisher, subscriber } = await pair(b, 0, { filter: b.topic('#') })
  await publisher.publish(b.topic(tail), 'm')
  const { topic } = await subscriber.take('publish')
  return topic === b.topic(tail) ? 'unchanged' : violated('the topic name was changed on its way')
}

/** The PUBLISH of the first connection is left unacknowledged; it comes again on the second. */
async function redelivered(b: Bench): Promise<string> {
  const clientId = b.clientId()
  const first = (await b.resuming(clientId)).client
  first.acknowledges = false
  await granted(first, b.topic(), 1)
  const publisher = await b.connect()
  await publisher.publish(b.topic(), 'm', 1)
  const before = await first.take('publish')
  first.cut()
  const again = (await b.resuming(clientId)).client
  const after = await again.take('publish')
  if (after.messageId !== before.messageId) violated('it came again with another packet identifier')
  return after.dup ? 'the same identifier, DUP 1' : violated('it came again with DUP 0')
}

/** Three handshakes of one session are cut between PUBREL and PUBCOMP. */
async function releasedAgain(b: Bench): Promise<string> {
  const clientId = b.clientId()
  const first = (await b.resuming(clientId)).client
  first.acknowledges = false
  await granted(first, b.topic(), 2)
  const publisher = await b.connect()
  const ids: number[] = []
  for (const payload of ['1', '2', '3']) {
    await publisher.publish(b.topic(), payload, 2)
    ids.push((await first.take('publish')).messageId ?? 0)
  }
  for (const messageId of ids) first.send({ cmd: 'pubrec', messageId })
  for (const id of ids) await first.take('pubrel', (p) => p.messageId === id)
  first.cut()
  const again = (await b.resuming(clientId)).client
  for (const id of ids) await again.take('pubrel', (p) => p.messageId === id)
  return '3 PUBREL came again with their identifiers'
}

async function waitsForAbsent(b: Bench): Promise<string> {
  const clientId = b.clientId()
  const first = (await b.resuming(clientId)).client
  await granted(first, b.topic(), 1)
  await first.leave()
  const publisher = await b.connect()
  for (const payload of ['1', '2', '3', 'end']) await publisher.publish(b.topic(), payload, 1)
  const again = (await b.resuming(clientId)).client
  const seen = (await again.upTo('end')).map((p) => p.payload.toString())
  return seen.join() === '1,2,3'
    ? '4 messages in order'
    : violated(`arrived: ${seen.join(' ') || 'end only'}`)
}

/** The lower of both QoS. */
const LEAST = { 4: '3.8.4-6', 5: '3.8.4-8' }

/** How messages travel at QoS 0, 1 and 2. */
export const DELIVERY: readonly Statement[] = [
  statement('qos1-acknowledged', { 4: '3.3.4-1', 5: '3.3.4-1' }, 'QoS 1 gets PUBACK', acknowledged, ['qos1']),
  statement('qos2-handshake', { 4: '3.3.4-1', 5: '3.3.4-1' }, 'QoS 2 gets PUBREC and PUBCOMP', handshake, [
    'qos2',
  ]),
  statement(
    'qos2-once',
    { 4: '4.3.3-2', 5: '4.3.3-10' },
    'a repeated QoS 2 PUBLISH is delivered once',
    exactlyOnce,
    ['qos2'],
  ),
  statement(
    'qos2-identifier-again',
    { 4: '4.3.3-2', 5: '4.3.3-12' },
    'after PUBCOMP the identifier names a new message',
    identifierIsFree,
    ['qos2'],
  ),
  statement('qos2-order', { 4: '4.3.3-2', 5: '4.3.3-8' }, 'PUBREC comes before PUBCOMP', orderOfHandshake, [
    'qos2',
  ]),
  statement(
    'unknown-pubrel',
    { 4: '4.3.3-2', 5: '4.3.3-11' },
    'PUBREL of an unknown message gets PUBCOMP',
    unknownPubrel,
    ['qos2'],
  ),
  statement('qos-2-to-1', LEAST, 'QoS 2 to a QoS 1 subscription arrives at QoS 1', (b) => arrives(b, 2, 1), [
    'qos2',
  ]),
  statement('qos-1-to-2', LEAST, 'QoS 1 to a QoS 2 subscription arrives at QoS 1', (b) => arrives(b, 1, 2), [
    'qos2',
  ]),
  statement('qos-1-to-0', LEAST, 'QoS 1 to a QoS 0 subscription arrives at QoS 0', (b) => arrives(b, 1, 0), [
    'qos1',
  ]),
  statement(
    'qos-1-by-wildcard',
    LEAST,
    'QoS 1 to a QoS 2 wildcard arrives at QoS 1',
    (b) => byWildcard(b, 1, 2),
    ['qos2', 'wildcard'],
  ),
  statement(
    'qos-2-by-wildcard',
    LEAST,
    'QoS 2 to a QoS 1 wildcard arrives at QoS 1',
    (b) => byWildcard(b, 2, 1),
    ['qos2', 'wildcard'],
  ),
  statement('qos-2-from-queue', LEAST, 'QoS 2 kept for a QoS 1 subscription arrives at QoS 1', fromQueue, [
    'qos2',
  ]),
  statement(
    'dup-not-passed-on',
    { 4: '3.3.1-3', 5: '3.3.1-3' },
    'the DUP of a publisher is not passed on',
    dupStays,
    ['qos1'],
  ),
  statement(
    'retained-and-plain',
    { 4: '4.6.0-6', 5: '4.6.0-6' },
    'retained and plain messages in one write all arrive',
    oneChunk,
    ['retain'],
  ),
  ...([0, 1, 2] as const).map((qos) =>
    statement(
      `order-qos${qos}`,
      { 4: '4.6.0-6', 5: '4.6.0-6' },
      `a topic is in order at QoS ${qos}`,
      (b) => inOrder(b, qos),
      ['qos2'],
    ),
  ),
  statement(
    'overlapping',
    { 4: '3.3.5-1', 5: '3.3.4-2' },
    'overlapping subscriptions: the highest QoS',
    overlapping,
    ['qos2', 'wildcard'],
  ),
  statement(
    'byte-order-mark',
    { 4: '1.5.3-3', 5: '1.5.4-3' },
    'the byte order mark is a character',
    (b) => sameTopic(b, '\ufeffbom'),
    ['wildcard'],
  ),
  statement(
    'empty-levels',
    { 4: '4.7.3-4', 5: '4.7.3-4' },
    'empty levels and spaces of a topic stay',
    (b) => sameTopic(b, '/ a //'),
    ['wildcard'],
  ),
  statement(
    'redelivery',
    { 4: '3.3.1-1', 5: '3.3.1-1' },
    'redelivery has DUP 1 and its identifier',
    redelivered,
    ['qos1'],
  ),
  statement(
    'pubrel-again',
    { 4: '4.4.0-1', 5: '4.4.0-1' },
    'PUBREL is sent again after a reconnect',
    releasedAgain,
    ['qos2'],
  ),
  statement(
    'absent-client',
    { 4: '3.1.2-5', 5: '4.5.0-1' },
    'messages wait for an absent session, in order',
    waitsForAbsent,
    ['qos1'],
  ),
].flat()
