import { readFileSync } from 'node:fs'
import { connect as netConnect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parseScenario } from '../../../../electron/contract/scenario-file'
import { Packet } from '../../../../electron/engine/mqtt/packet'
import { bench, RawClient, settle, type Bench, type ConnectFields } from './raw-client'
import { until } from '../../../helpers/until'

let b: Bench
afterEach(() => b.broker.close())

async function joined(id: string, fields: ConnectFields = {}): Promise<RawClient> {
  const { port } =
    b.broker.listeners()[0] ?? (await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }))
  const c = new RawClient(netConnect(port, '127.0.0.1'), 5)
  c.connect(id, fields)
  await until(() => c.of('connack').length > 0)
  return c
}

describe('what is refused to everyone', () => {
  it('a filter gets 0x87 in SUBACK, 0x80 in MQTT 3.1.1; wider filters are granted; publishing there is not allowed', async () => {
    b = bench({ refuse: { subscribe: ['test/nosubscribe', 'secret/#'], publish: ['secret/+'] } })
    for (const [level, code] of [
      [5, 0x87],
      [4, 0x80],
    ] as const) {
      const c = await RawClient.connected(b, `c${level}`, { level })
      const filters = ['test/nosubscribe', 'secret/a/+', 'test/+', '#']
      c.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: filters.map((topic) => ({ topic, qos: 0 as const })),
      })
      c.publish('secret/a', 'x', 1, 2)
      c.publish('test/nosubscribe', 'y', 1, 3)
      await settle()
      expect(c.of('suback')[0]?.granted).toEqual([code, code, 0, 0])
      expect(c.payloads()).toEqual(['y'])
    }
  })

  it('also to a user who may do everything else', async () => {
    const user = { username: 'u', password: 'p', publish: ['#'], subscribe: ['#'] }
    b = bench({ users: [user], refuse: { subscribe: ['a'], publish: [] } })
    const c = await joined('u', { username: 'u', password: Buffer.from('p') })
    c.subscribe('a', 0)
    await until(() => c.of('suback').length === 1)
    expect(c.of('suback')[0]?.granted).toEqual([0x87])
  })
})

it('the settings that the suites of Eclipse Paho are run with are those of a scenario file', () => {
  b = bench()
  const file = join(import.meta.dirname, '../../../fixtures/paho-suites.yaml')
  const { broker } = parseScenario(readFileSync(file, 'utf8'), 'paho-suites.yaml')
  expect(broker).toMatchObject({
    kind: 'embedded',
    refuse: { subscribe: ['test/nosubscribe'], publish: [] },
    limits: { keepAlive: 60_000, receiveMaximum: 20 },
  })
})

describe('server keep alive', () => {
  it('is told to an MQTT 5 client that asks for a longer one or for none, and holds', async () => {
    b = bench({ limits: { keepAlive: 60_000 } })
    const told = async (keepalive: number, level: 4 | 5 = 5): Promise<unknown> => {
      const c = await RawClient.connected(b, `k${keepalive}-${level}`, { keepalive, level })
      return c.of('connack')[0]?.properties?.serverKeepAlive
    }
    expect([await told(120), await told(0), await told(60), await told(10)]).toEqual([
      60,
      60,
      undefined,
      undefined,
    ])
    expect(await told(120, 4)).toBeUndefined()
    b.clock.advance(90_001)
    await settle()
    expect(b.broker.clients().map((c) => c.clientId)).toEqual(['k120-4'])
  })
})

describe('receive maximum', () => {
  it('is told, and one QoS 2 message more than it ends an MQTT 5 connection with 0x93', async () => {
    b = bench({ limits: { receiveMaximum: 3 } })
    const c = await RawClient.connected(b, 'c', { level: 5 })
    expect(c.of('connack')[0]?.properties?.receiveMaximum).toBe(3)
    for (let id = 1; id <= 3; id++) c.publish('t', 'x', 2, id)
    c.publish('t', 'x', 2, 3, { dup: true })
    for (let id = 10; id < 20; id++) c.publish('t', 'x', 1, id)
    c.ack('pubrel', 2)
    c.publish('t', 'x', 2, 4)
    await settle()
    expect(c.closed).toBe(false)
    c.publish('t', 'x', 2, 5)
    await settle()
    expect(c.of('disconnect')[0]?.reasonCode).toBe(0x93)
  })
})

describe('topic aliases of the broker', () => {
  it('stand for topics from their second message on, as many as the client takes', async () => {
    b = bench()
    const c = await joined('c', { properties: { topicAliasMaximum: 2 } })
    c.subscribe('#', 2)
    await until(() => c.of('suback').length === 1)
    const topics = [
      'first/topic',
      'second/topic',
      'third/topic',
      'first/topic',
      'third/topic',
      'second/topic',
    ]
    topics.forEach((topic, i) =>
      c.publish(topic, `${i}`, (i % 3) as 0 | 1 | 2, i + 1, {
        properties: { userProperties: { n: `${i}` } },
      }),
    )
    await until(() => c.of('publish').length === topics.length)
    expect(
      c.of('publish').map((p) => [p.topic, p.properties?.topicAlias, p.payload.toString(), p.qos]),
    ).toEqual([
      ['first/topic', 1, '0', 0],
      ['second/topic', 2, '1', 1],
      ['third/topic', undefined, '2', 2],
      ['', 1, '3', 0],
      ['third/topic', undefined, '4', 1],
      ['', 2, '5', 2],
    ])
    expect(c.of('publish').map((p) => p.properties?.userProperties?.['n'])).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
    ])
    // The capture shows what was meant.
    const shown = b.transits.filter((t) => t.direction === 'downlink' && t.packet.type === 3)
    expect(shown.map((t) => t.packet.topic)).toEqual(topics)
  })

  it('are new with each connection, and none are sent to who takes none or where one would not fit', async () => {
    b = bench()
    const ask = { clean: false, properties: { topicAliasMaximum: 5, sessionExpiryInterval: 100 } }
    const first = await joined('c', ask)
    first.subscribe('t', 1)
    await until(() => first.of('suback').length === 1)
    first.publish('t', 'a', 1, 1)
    await until(() => first.of('publish').length === 1)
    first.stream.destroy()
    await until(() => b.broker.client('c') === null)
    const second = await joined('c', ask)
    await until(() => second.of('publish').length === 1)
    expect(second.of('publish')[0]).toMatchObject({ topic: 't', dup: true, properties: { topicAlias: 1 } })
    second.stream.destroy()
    await until(() => b.broker.client('c') === null)
    const none = await joined('c', { clean: false, properties: { sessionExpiryInterval: 100 } })
    await until(() => none.of('publish').length === 1)
    expect(none.of('publish')[0]?.properties?.topicAlias).toBeUndefined()

    const frame = 2 + 2 + 1 + 1 + 10
    const small = await joined('small', { properties: { topicAliasMaximum: 5, maximumPacketSize: frame } })
    small.subscribe('s', 0)
    await until(() => small.of('suback').length === 1)
    small.publish('s', '0123456789', 0)
    small.publish('s', '0', 0)
    await until(() => small.of('publish').length === 2)
    expect(small.raw.slice(-2).map((f) => new Packet(f, 5).frame.length)).toEqual([frame, 10])
  })
})
