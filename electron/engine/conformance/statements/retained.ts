import { granted, pair, type Bench } from '../bench'
import type { ProbeClient } from '../client'
import { violated } from '../outcome'
import { statement, type Statement } from '../types'

/** A topic with a retained message, and its publisher. */
async function kept(b: Bench): Promise<{ publisher: ProbeClient; topic: string }> {
  const topic = b.willRetain(b.topic())
  const publisher = await b.connect()
  await publisher.publish(topic, 'kept', 1, { retain: true })
  return { publisher, topic }
}

/** What a new subscription to the topic gets at once, up to a message published after it. */
async function atOnce(
  b: Bench,
  publisher: ProbeClient,
  topic: string,
  client?: ProbeClient,
  more: object = {},
): Promise<{ payload: string; retain: boolean }[]> {
  const subscriber = client ?? (await b.connect())
  await granted(subscriber, topic, 1, more)
  await subscriber.ping()
  await publisher.publish(topic, 'end', 1)
  return (await subscriber.upTo('end')).map((p) => ({ payload: p.payload.toString(), retain: p.retain }))
}

const words = (list: readonly { payload: string; retain: boolean }[]): string =>
  list.map((p) => `${p.payload} with RETAIN ${p.retain ? 1 : 0}`).join(', ') || 'nothing'

function expectOne(list: { payload: string; retain: boolean }[], payload = 'kept'): string {
  const one = list.length === 1 && list[0]?.payload === payload && list[0].retain
  return one ? `${payload} with RETAIN 1` : violated(`a new subscription got ${words(list)}`)
}

function expectNone(list: { payload: string; retain: boolean }[]): string {
  return list.length === 0 ? 'nothing came' : violated(`a new subscription got ${words(list)}`)
}

async function toNew(b: Bench): Promise<string> {
  const { publisher, topic } = await kept(b)
  return expectOne(await atOnce(b, publisher, topic))
}

async function replaced(b: Bench): Promise<string> {
  const { publisher, topic } = await kept(b)
  await publisher.publish(topic, 'newer', 1, { retain: true })
  return expectOne(await atOnce(b, publisher, topic), 'newer')
}

async function removed(b: Bench): Promise<string> {
  const { publisher, topic } = await kept(b)
  await publisher.publish(topic, '', 1, { retain: true })
  return expectNone(await atOnce(b, publisher, topic))
}

async function plainDoesNotReplace(b: Bench): Promise<string> {
  const { publisher, topic } = await kept(b)
  await publisher.publish(topic, 'plain', 1)
  return expectOne(await atOnce(b, publisher, topic))
}

async function outlivesPublisher(b: Bench): Promise<string> {
  const { publisher, topic } = await kept(b)
  await publisher.leave()
  return expectOne(await atOnce(b, await b.connect(), topic))
}

async function toExisting(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 1)
  await publisher.publish(b.willRetain(topic), 'm', 1, { retain: true })
  const { retain } = await subscriber.take('publish')
  return retain ? violated('an existing subscription got RETAIN 1') : 'RETAIN is 0'
}

async function againOnSubscribe(b: Bench): Promise<string> {
  const { publisher, topic } = await kept(b)
  const subscriber = await b.connect()
  await atOnce(b, publisher, topic, subscriber)
  return expectOne(await atOnce(b, publisher, topic, subscriber))
}

async function byWildcard(b: Bench): Promise<string> {
  const { topic } = await kept(b)
  const subscriber = await b.connect()
  await granted(subscriber, b.topic('+'), 1)
  const p = await subscriber.take('publish')
  return p.topic === topic && p.retain
    ? 'kept with RETAIN 1'
    : violated(`got ${p.topic}, RETAIN ${p.retain ? 1 : 0}`)
}

/** Retain handling 1: only for a subscription that is new. */
async function handling1(b: Bench): Promise<string> {
  const { publisher, topic } = await kept(b)
  const subscriber = await b.connect()
  expectOne(await atOnce(b, publisher, topic, subscriber, { rh: 1 }))
  return expectNone(await atOnce(b, publisher, topic, subscriber, { rh: 1 }))
}

async function handling2(b: Bench): Promise<string> {
  const { publisher, topic } = await kept(b)
  return expectNone(await atOnce(b, publisher, topic, undefined, { rh: 2 }))
}

async function asPublished(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 1, { subscription: { rap: true } })
  await publisher.publish(b.willRetain(topic), 'm', 1, { retain: true })
  const { retain } = await subscriber.take('publish')
  return retain ? 'RETAIN is 1' : violated('RETAIN is 0')
}

const asks = (
  name: string,
  on4: string | null,
  on5: string,
  what: string,
  check: Statement['check'],
): Statement[] =>
  statement(name, { ...(on4 === null ? {} : { 4: on4 }), 5: on5 }, what, check, ['qos1', 'retain'])

/** Retained messages. */
export const RETAINED: readonly Statement[] = [
  asks('retained-to-new', '3.3.1-6', '3.3.1-9', 'a new subscription gets it with RETAIN 1', toNew),
  asks('retained-replaced', '3.3.1-5', '3.3.1-5', 'a newer one replaces it', replaced),
  asks('retained-removed', '3.3.1-10', '3.3.1-6', 'an empty payload removes it', removed),
  asks('retained-not-by-plain', '3.3.1-12', '3.3.1-8', 'RETAIN 0 does not replace it', plainDoesNotReplace),
  asks(
    'retained-outlives',
    '3.1.2-7',
    'section 4.1',
    'it outlives the session of its publisher',
    outlivesPublisher,
  ),
  asks('retained-to-existing', '3.3.1-9', '3.3.1-12', 'an existing subscription gets RETAIN 0', toExisting),
  asks('retained-again', '3.8.4-3', '3.8.4-4', 'subscribing again brings it again', againOnSubscribe),
  asks('retained-wildcard', '3.3.1-6', '3.3.1-9', 'a wildcard subscription gets it', byWildcard),
  asks('retain-handling-1', null, '3.3.1-10', 'retain handling 1: only for a new subscription', handling1),
  asks('retain-handling-2', null, '3.3.1-11', 'retain handling 2: never', handling2),
  asks('retain-as-published', null, '3.3.1-13', 'retain as published keeps RETAIN 1', asPublished),
].flat()
