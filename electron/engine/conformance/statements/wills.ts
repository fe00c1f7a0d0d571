import { elapse, granted, pair, type Bench } from '../bench'
import type { ProbeClient } from '../client'
import { violated } from '../outcome'
import { statement, type Statement } from '../types'

interface WillFields {
  qos?: 0 | 1 | 2
  retain?: boolean
  properties?: object
}

/** A client with a will to the topic. */
const withWill = (
  b: Bench,
  topic: string,
  more: WillFields = {},
  clientId = b.clientId(),
): Promise<ProbeClient> =>
  b.connect({
    clientId,
    will: { topic, payload: Buffer.from('will'), qos: 1, retain: false, ...more } as never,
  })

async function onCut(b: Bench): Promise<string> {
  const { subscriber, topic } = await pair(b, 1)
  const dying = await withWill(b, topic)
  dying.cut()
  const p = await subscriber.take('publish')
  return p.payload.toString() === 'will' ? 'the will was published' : violated('another message came')
}

async function notOnDisconnect(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 1)
  await (await withWill(b, topic)).leave()
  await publisher.publish(topic, 'end', 1)
  const seen = await subscriber.upTo('end')
  return seen.length === 0 ? 'no will was published' : violated('the will was published after DISCONNECT')
}

async function keepsRetain(b: Bench, retain: boolean): Promise<string> {
  const { subscriber, topic } = await pair(b, 1)
  const dying = await withWill(b, b.willRetain(topic), { retain })
  dying.cut()
  await subscriber.take('publish')
  const later = await b.connect()
  await granted(later, topic, 1)
  await later.ping()
  const found = later.inbox.some((p) => p.cmd === 'publish')
  if (found === retain) return retain ? 'the will is retained' : 'the will is not retained'
  return violated(retain ? 'the will is not retained' : 'the will is retained')
}

async function onTakeover(b: Bench): Promise<string> {
  const { subscriber, topic } = await pair(b, 1)
  const clientId = b.clientId()
  await withWill(b, topic, {}, clientId)
  await b.connect({ clientId })
  await subscriber.take('publish')
  return 'the will was published'
}

async function onReason4(b: Bench): Promise<string> {
  const { subscriber, topic } = await pair(b, 1)
  await (await withWill(b, topic)).leave({ reasonCode: 4 })
  await subscriber.take('publish')
  return 'the will was published'
}

/** The client is back before the delay is over: the will must not come. */
async function delayed(b: Bench): Promise<string> {
  const { publisher, subscriber, topic } = await pair(b, 1)
  const clientId = b.clientId()
  const will = {
    topic,
    payload: Buffer.from('will'),
    qos: 1,
    retain: false,
    properties: { willDelayInterval: 2 },
  }
  const { client } = await b.resuming(clientId, { will: will as never })
  client.cut()
  await b.resuming(clientId)
  await elapse(2500)
  await publisher.publish(topic, 'end', 1)
  const seen = await subscriber.upTo('end')
  return seen.length === 0 ? 'the will was withdrawn' : violated('the will was published after the return')
}

/** Wills. */
export const WILLS: readonly Statement[] = [
  statement('will-on-cut', { 4: '3.1.2-8', 5: '3.1.2-8' }, 'a lost connection publishes the will', onCut, [
    'qos1',
  ]),
  statement('will-dropped', { 4: '3.1.2-10', 5: '3.1.2-10' }, 'DISCONNECT drops the will', notOnDisconnect, [
    'qos1',
  ]),
  statement(
    'will-retained',
    { 4: '3.1.2-17', 5: '3.1.2-15' },
    'will retain 1 is retained',
    (b) => keepsRetain(b, true),
    ['qos1', 'retain'],
  ),
  statement(
    'will-not-retained',
    { 4: '3.1.2-16', 5: '3.1.2-14' },
    'will retain 0 is not retained',
    (b) => keepsRetain(b, false),
    ['qos1', 'retain'],
  ),
  statement('will-on-takeover', { 4: '3.1.2-8', 5: '3.1.2-8' }, 'a takeover publishes the will', onTakeover, [
    'qos1',
  ]),
  statement('will-on-disconnect-4', { 5: '3.14.4-3' }, 'DISCONNECT 0x04 publishes the will', onReason4, [
    'qos1',
  ]),
  statement('will-delay', { 5: '3.1.3-9' }, 'a return before the will delay withdraws the will', delayed, [
    'qos1',
  ]),
].flat()
