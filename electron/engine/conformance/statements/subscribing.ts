import { granted, pair, type Bench } from '../bench'
import { Unclear, violated } from '../outcome'
import { statement, type Statement } from '../types'

async function codesInOrder(b: Bench): Promise<string> {
  const c = await b.connect()
  const messageId = 77
  const wanted = [
    ['3', 2],
    ['b', 0],
    ['1', 1],
    ['b', 1],
    ['2', 0],
  ] as const
  c.send({
    cmd: 'subscribe',
    messageId,
    subscriptions: wanted.map(([tail, qos]) => ({ topic: b.topic(tail), qos })),
  })
  const codes = (await c.take('suback', (p) => p.messageId === messageId)).granted.map(Number)
  const expected = wanted.map(([, qos]) => qos).join()
  return codes.join() === expected
    ? `codes ${expected}`
    : violated(`codes ${codes.join()}; expected ${expected}`)
}

/** Filters whose levels are numbers alone: some brokers keep them as names of an object, which orders them. */
async function numbersInOrder(b: Bench): Promise<string> {
  const c = await b.connect()
  c.send({
    cmd: 'subscribe',
    messageId: 78,
    subscriptions: [
      { topic: '30002', qos: 2 },
      { topic: '30001', qos: 0 },
      { topic: '30002', qos: 1 },
    ],
  })
  const codes = (await c.take('suback', (p) => p.messageId === 78)).granted.map(Number)
  return codes.join() === '2,0,1' ? 'codes 2,0,1' : violated(`codes ${codes.join()}; expected 2,0,1`)
}

async function replaces(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 0)
  await granted(subscriber, topic, 1)
  await publisher.publish(topic, 'm', 1)
  await publisher.publish(topic, 'end', 1)
  const seen = await subscriber.upTo('end')
  const qos = seen.map((p) => p.qos).join()
  return qos === '1' ? 'one copy at QoS 1' : violated(`copies at QoS ${qos || 'none'}`)
}

async function nothingAfterUnsuback(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 1)
  await granted(subscriber, b.topic('fence'), 1)
  subscriber.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: [topic] })
  await subscriber.take('unsuback', (p) => p.messageId === 9)
  await publisher.publish(topic, 'late', 1)
  await publisher.publish(b.topic('fence'), 'end', 1)
  const seen = await subscriber.upTo('end')
  return seen.length === 0 ? 'nothing came' : violated(`${seen.length} messages came after UNSUBACK`)
}

async function exactFilter(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 0, { filter: b.topic('+') })
  subscriber.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: [topic] })
  await subscriber.take('unsuback')
  await publisher.publish(topic, 'm')
  await subscriber.take('publish')
  return 'the wildcard subscription stayed'
}

async function unsubackAnyway(b: Bench): Promise<string> {
  const c = await b.connect()
  c.send({ cmd: 'unsubscribe', messageId: 11, unsubscriptions: [b.topic('none')] })
  const ack = await c.take('unsuback', (p) => p.messageId === 11)
  if (b.level === 4) return 'UNSUBACK'
  const codes = [ack.granted].flat().join()
  return codes === '17' ? 'UNSUBACK 0x11' : violated(`UNSUBACK codes ${codes || 'none'}; expected 17`)
}

/** Publishes to topics that match and that do not; a message that matches comes last. */
async function matches(
  b: Bench,
  filter: string,
  yes: readonly string[],
  no: readonly string[],
): Promise<string> {
  const { publisher, subscriber } = await pair(b, 1, { filter: b.topic(filter) })
  await granted(subscriber, b.topic('fence'), 1)
  for (const tail of [...yes, ...no]) await publisher.publish(b.topic(tail), tail, 1)
  await publisher.publish(b.topic('fence'), 'end', 1)
  const seen = (await subscriber.upTo('end')).map((p) => p.payload.toString())
  return seen.join() === yes.join()
    ? `${filter} matches ${yes.join(' ')}`
    : violated(`${filter} matched ${seen.join(' ') || 'nothing'}`)
}

async function multiLevel(b: Bench): Promise<string> {
  const { publisher, subscriber } = await pair(b, 1, { filter: b.topic('a/#') })
  await publisher.publish(b.topic('b'), 'b', 1)
  for (const tail of ['a', 'a/b', 'a/b/c']) await publisher.publish(b.topic(tail), tail, 1)
  await publisher.publish(b.topic('a/end'), 'end', 1)
  const seen = (await subscriber.upTo('end')).map((p) => p.payload.toString()).join(' ')
  return seen === 'a a/b a/b/c'
    ? 'a/# matches a, a/b and a/b/c'
    : violated(`a/# matched ${seen || 'nothing'}`)
}

async function dollarHidden(b: Bench): Promise<string> {
  const c = await b.connect()
  await c.subscribe(['$SYS/broker/version', '$SYS/broker/uptime'], 0)
  await c.ping()
  if (!c.inbox.some((p) => p.cmd === 'publish')) {
    throw new Unclear('the broker has no $SYS/broker/version to ask with')
  }
  const other = await b.connect()
  await other.subscribe(['+/broker/version', '+/broker/uptime'], 0)
  await other.ping()
  return other.inbox.some((p) => p.cmd === 'publish' && p.topic.startsWith('$'))
    ? violated('+/broker/version got a message of $SYS')
    : '+/broker/version got nothing of $SYS'
}

/** SUBSCRIBE, UNSUBSCRIBE and what filters match. */
export const SUBSCRIBING: readonly Statement[] = [
  statement(
    'suback-codes',
    { 4: '3.9.3-1', 5: '3.9.3-1' },
    'SUBACK has one code per filter, in order',
    codesInOrder,
    ['qos2'],
  ),
  statement(
    'suback-numbers',
    { 4: '3.9.3-1', 5: '3.9.3-1' },
    'also for filters that are numbers',
    numbersInOrder,
    ['qos2'],
  ),
  statement('subscribe-again', { 4: '3.8.4-3', 5: '3.8.4-3' }, 'subscribing again replaces', replaces, [
    'qos1',
  ]),
  statement(
    'unsubscribe',
    { 4: '3.10.4-2', 5: '3.10.4-2' },
    'after UNSUBACK nothing new comes',
    nothingAfterUnsuback,
    ['qos1'],
  ),
  statement(
    'unsubscribe-exact',
    { 4: '3.10.4-1', 5: '3.10.4-1' },
    'UNSUBSCRIBE takes the same filter only',
    exactFilter,
    ['wildcard'],
  ),
  statement(
    'unsuback-anyway',
    { 4: '3.10.4-5', 5: '3.11.3-1' },
    'UNSUBACK also where no filter fits',
    unsubackAnyway,
  ),
  statement(
    'plus',
    { 4: '4.7.1-3', 5: '4.7.1-2' },
    '+ matches one level, also an empty one',
    (b) => matches(b, 'a/+', ['a/b', 'a/'], ['a', 'a/b/c', 'b/b']),
    ['qos1', 'wildcard'],
  ),
  statement('hash', { 4: '4.7.1-2', 5: '4.7.1-1' }, '# matches the parent and all below', multiLevel, [
    'qos1',
    'wildcard',
  ]),
  statement(
    'case',
    { 4: '4.7.3-4', 5: '4.7.3-4' },
    'topics are compared byte by byte',
    (b) => matches(b, 'Caf\u00e9', ['Caf\u00e9'], ['caf\u00e9', 'CAF\u00c9', 'Cafe\u0301']),
    ['qos1'],
  ),
  statement(
    'dollar-hidden',
    { 4: '4.7.2-1', 5: '4.7.2-1' },
    'a leading wildcard does not match $ topics',
    dollarHidden,
    ['wildcard'],
  ),
].flat()
