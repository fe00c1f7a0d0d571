import { expect, test } from 'vitest'
import { atOnce } from '../../../../electron/engine/base/slices'
import { MOST_MESSAGES } from '../../../../electron/contract/topic-messages'
import { Bench, dup, puback, publishFrame } from './wire'

const ask = (b: Bench, payloadsAfter = 0, topic = 't') =>
  atOnce(b.capture.messagesOf({ topic, payloadsAfter }))
const text = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString()

function bench(): Bench {
  const b = new Bench(5000, 4 << 20, 'by-test')
  for (const client of ['p', 'one', 'two', 'three']) b.connect(client)
  b.clock.ms = 100
  return b
}

test('a message tells whom it has reached and when, whom it has missed, and who still waits', () => {
  const b = bench()
  const up = publishFrame({ qos: 1, id: 1, payload: '21.5' })
  b.drop('p', 'uplink', up, { messageId: 1 })
  b.clock.ms = 400
  b.pass('p', 'uplink', dup(up), { messageId: 1, attempt: 2 })
  b.pass('p', 'downlink', puback(1))
  b.drop('one', 'downlink', publishFrame({ payload: '21.5' }), { messageId: 1 })
  b.clock.ms = 500
  b.pass('two', 'downlink', publishFrame({ payload: '21.5' }), { messageId: 1 })
  b.clock.ms = 600
  const late = publishFrame({ qos: 1, id: 3, payload: '21.5' })
  b.drop('three', 'downlink', late, { messageId: 1 })
  const [waiting] = ask(b).messages
  expect(waiting).toMatchObject({ sentTo: 3, received: 1, missed: 1, missedBy: ['one'], lastMs: 501 })
  b.clock.ms = 700
  b.pass('three', 'downlink', dup(late), { messageId: 1, attempt: 2 })
  b.pass('three', 'downlink', dup(late), { messageId: 1, attempt: 3 })
  const { messages, more } = ask(b)
  expect(more).toBe(false)
  expect(messages).toEqual([
    {
      ...waiting,
      publishedMs: 100,
      publisher: 'p',
      payload: messages[0]?.payload,
      truncated: false,
      atBroker: true,
      received: 2,
      firstMs: 501,
      lastMs: 701,
    },
  ])
  expect(text(messages[0]?.payload ?? null)).toBe('21.5')
})

test('one that did not come to the broker has missed nobody; one on its way may still come', () => {
  const b = bench()
  b.drop('p', 'uplink', publishFrame({ payload: '1' }), { messageId: 1 })
  b.send('p', 'uplink', publishFrame({ payload: '2' }), { messageId: 2 })
  b.pass('p', 'uplink', publishFrame({ payload: '3' }), { messageId: 3 })
  b.pass('p', 'uplink', publishFrame({ payload: '4', topic: 'other' }), { messageId: 4 })
  b.pass('one', 'downlink', publishFrame({ payload: '5' }), { messageId: 5 })
  const { messages } = ask(b)
  expect(messages.map((m) => [text(m.payload), m.publisher, m.atBroker, m.sentTo, m.missed])).toEqual([
    ['1', 'p', false, 0, 0],
    ['2', 'p', null, 0, 0],
    ['3', 'p', true, 0, 0],
    ['5', null, true, 1, 0],
  ])
  expect(ask(b, 0, 'nothing')).toEqual({ messages: [], more: false })
})

test('the newest are given; payloads that the page has are left out, and long ones cut', () => {
  const b = bench()
  for (let i = 0; i < MOST_MESSAGES + 5; i++)
    b.pass('p', 'uplink', publishFrame({ payload: String(i) }), { messageId: i + 1 })
  const all = ask(b)
  expect(all.more).toBe(true)
  expect(all.messages.map((m) => text(m.payload))).toEqual(
    Array.from({ length: MOST_MESSAGES }, (_, i) => String(i + 5)),
  )
  const known = all.messages.at(-1)?.seq ?? 0
  b.pass('p', 'uplink', publishFrame({ payload: 'x'.repeat(9000) }), { messageId: 9000 })
  const next = ask(b, known)
  expect(next.messages.filter((m) => m.payload !== null)).toMatchObject([
    { truncated: true, payload: { length: 8192 } },
  ])
  for (let i = 0; i < 60; i++)
    b.pass('p', 'uplink', publishFrame({ payload: 'y'.repeat(9000) }), { messageId: 9001 + i })
  const long = ask(b)
  expect(long.messages).toHaveLength(49)
  expect(ask(b, long.messages.at(-1)?.seq ?? 0).messages).toHaveLength(49)
})
