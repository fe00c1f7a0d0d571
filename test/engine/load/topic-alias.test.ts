import { expect, it } from 'vitest'
import { loadSchema } from '../../../electron/contract/load-config'
import { writerOf } from '../../../electron/engine/load/run/writers'
import { MalformedPacketError } from '../../../electron/engine/mqtt/errors'
import { Packet } from '../../../electron/engine/mqtt/packet'
import { findProperty, Prop } from '../../../electron/engine/mqtt/properties'
import { readPublish } from '../../../electron/engine/load/wire/incoming'
import { rig } from './client-rig'

const CONFIG = loadSchema.parse({
  protocol: 5,
  topicAliases: 2,
  topics: ['a', 'b', 'c'],
  userProperties: ['k=v'],
})
const writer = () =>
  writerOf(CONFIG, null, {
    topic: 't',
    runTag: 1,
    publisher: 0,
    number: 0,
    name: { clientId: 'c', username: '' },
  })

/** Topic names and aliases of the first messages on a connection whose broker takes so many aliases. */
function seen(w: ReturnType<typeof writer>, aliases: number, messages = 6): string[] {
  w.begin?.(aliases)
  return Array.from({ length: messages }, (_, n) => {
    const bytes = Buffer.alloc(w.length)
    const frame = bytes.subarray(0, w.write(bytes, 0, false, 0, n, 1000, 0))
    const p = new Packet(frame, 5)
    const at = findProperty(frame, p.propertiesAt, Prop.TOPIC_ALIAS)
    expect(findProperty(frame, p.propertiesAt, Prop.USER_PROPERTY)).toBeGreaterThan(0)
    return `${frame.toString('utf8', p.topicAt, p.topicEnd)}:${at < 0 ? '' : frame.readUInt16BE(at)}`
  })
}

it('names a topic once on each connection, as far as the broker takes aliases', () => {
  const w = writer()
  expect(seen(w, 10)).toEqual(['t/a:1', 't/b:2', 't/c:', ':1', ':2', 't/c:'])
  expect(seen(w, 1)).toEqual(['t/a:1', 't/b:', 't/c:', ':1', 't/b:', 't/c:'])
  expect(seen(w, 0, 3)).toEqual(['t/a:', 't/b:', 't/c:'])
})

it('takes a message by an alias that it offered, and no other', () => {
  const w = writer()
  w.begin?.(10)
  const bytes = Buffer.alloc(w.length)
  for (const n of [0, 3]) w.write(bytes, 0, false, 0, n, 1000, 0)
  const end = w.write(bytes, 0, false, 0, 3, 1000, 0)
  const read = (aliases?: number) => readPublish(bytes, 0, 2, end, 5, aliases)
  expect(read(1).payloadAt).toBeGreaterThan(0)
  for (const aliases of [undefined, 0]) expect(() => read(aliases)).toThrow(MalformedPacketError)
})

it('says when the broker sends more at once than Receive Maximum allows', () => {
  const r = rig({ level: 5, filters: ['a'], publishes: false, receiveMaximum: 2 })
  r.connect()
  r.broker.last.answer()
  const publish = (id: number): Buffer => Buffer.from([0x32, 6, 0, 1, 0x61, 0, id, 0])
  r.broker.last.send(Buffer.concat([publish(1), publish(2)]))
  r.deferred.run()
  r.broker.last.send(Buffer.concat([publish(3), publish(4)]))
  expect(r.told.anomalies).toEqual([])
  r.broker.last.send(publish(5))
  expect(r.told.anomalies).toEqual(['more messages unacknowledged than Receive Maximum allows'])
})
