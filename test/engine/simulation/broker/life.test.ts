import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { mosquittoPath, NO_MOSQUITTO, startMosquitto } from '../../../helpers/mosquitto'
import { until } from '../../../helpers/until'
import { bench, RawClient, settle, type Bench } from './raw-client'

if (mosquittoPath === null) console.log(`skipped: ${NO_MOSQUITTO}`)

let b: Bench
afterEach(() => b.broker.close())
const persistent = { clean: false }
const reasons = (c: RawClient) => c.of('disconnect').map((p) => p.reasonCode)

describe('connection life', () => {
  it('[MQTT-3.1.4-2] a second connection takes the identifier over; MQTT 5 is told 0x8E', async () => {
    b = bench()
    const v4 = await RawClient.connected(b, 'same')
    const v5 = await RawClient.connected(b, 'same', { level: 5 })
    expect(v4.closed).toBe(true)
    const third = await RawClient.connected(b, 'same', { level: 5 })
    expect(reasons(v5)).toEqual([0x8e])
    expect([v5.closed, third.closed]).toEqual([true, false])
    expect(b.broker.clients().map((c) => c.clientId)).toEqual(['same'])
  })

  it('a takeover keeps a persistent session and its unacknowledged messages', async () => {
    b = bench()
    const one = await RawClient.connected(b, 'same', persistent)
    one.subscribe('t', 1)
    one.publish('t', 'x', 1, 1)
    await settle()
    const two = await RawClient.connected(b, 'same', persistent)
    expect(two.of('connack')[0]?.sessionPresent).toBe(true)
    expect(two.of('publish').map((p) => [p.payload.toString(), p.dup])).toEqual([['x', true]])
  })

  it('[MQTT-3.1.2-24] nothing for 1.5 times the keep-alive ends the connection, in the time of the client', async () => {
    b = bench()
    const v4 = await RawClient.connected(b, 'v4', { keepalive: 10 })
    const v5 = await RawClient.connected(b, 'v5', { level: 5, keepalive: 10 })
    b.clock.advance(14_000)
    v5.send({ cmd: 'pingreq' })
    await settle()
    b.clock.advance(1_500)
    await settle()
    expect([v4.closed, v5.closed]).toEqual([true, false])
    expect(v5.of('pingresp')).toHaveLength(1)
    b.clock.advance(14_000)
    await settle()
    expect(reasons(v5)).toEqual([0x8d])
    expect(b.logs.map((l) => l.note.text)).toContain(
      'disconnected: nothing received for 15 s, 1.5 times the keep-alive',
    )
  })

  it.each([
    ['MQTT', 0x84],
    ['MQIsdp', 0x83],
  ])('takes in a bridge, whose level is %s %d', async (name, level) => {
    b = bench()
    const c = RawClient.inMemory(b, name === 'MQTT' ? 4 : 3)
    const connect = c.encode({
      cmd: 'connect',
      clientId: 'bridge',
      protocolId: name === 'MQTT' ? 'MQTT' : 'MQIsdp',
      protocolVersion: name === 'MQTT' ? 4 : 3,
      keepalive: 0,
      clean: true,
    })
    connect[4 + name.length] = level
    c.bytes(connect)
    await settle()
    expect(c.of('connack')[0]?.returnCode).toBe(0)
    expect(b.broker.client('bridge')?.protocolLevel).toBe(level & 7)
  })

  it('tells a bridge that leaves a notice on $SYS what to change', async () => {
    b = bench()
    const topic = '$SYS/broker/connection/lab.bridge/state'
    const c = RawClient.inMemory(b)
    c.connect('bridge', { will: { topic, payload: Buffer.from('0'), qos: 1, retain: true } })
    await settle()
    expect(c.of('connack')[0]?.returnCode).toBe(5)
    expect(b.logs.map((l) => l.note.text)).toContain(
      `a bridge may not write to ${topic}: set \`notifications false\` in its configuration`,
    )
  })

  it.skipIf(mosquittoPath === null)(
    'a bridge of mosquitto with its defaults connects, tells that it is up, and passes a message on',
    async () => {
      b = bench()
      const { port } = await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
      const lines = [`connection lab`, `address 127.0.0.1:${port}`, 'topic t/# both 1', 'local_clientid here']
      const bridge = await startMosquitto(undefined, lines)
      try {
        const state = () =>
          b.broker.retained('$SYS/broker/connection/+/state').map((m) => m.payload.toString())
        await until(() => state().includes('1'), 'the state of the bridge')
        const got: string[] = []
        const watch = await RawClient.connected(b, 'watch')
        watch.subscribe('t/#', 1)
        spawnSync('mosquitto_pub', ['-p', String(bridge.port), '-t', 't/up', '-m', 'up', '-q', '1'])
        await until(async () => {
          await settle()
          got.push(...watch.payloads())
          return got.includes('up')
        }, 'the message over the bridge')
      } finally {
        bridge.stop()
      }
    },
  )

  it('a connection that says nothing is closed after the connect timeout', async () => {
    b = bench({ limits: { connectTimeout: 3000 } })
    const c = RawClient.inMemory(b)
    b.clock.advance(2999)
    await settle()
    expect(c.closed).toBe(false)
    b.clock.advance(1)
    await settle()
    expect(c.closed).toBe(true)
  })

  it('[MQTT-3.1.2-8] a will is published on a cut and on a protocol error, not after DISCONNECT', async () => {
    b = bench()
    const watch = await RawClient.connected(b, 'watch')
    watch.subscribe('will/#', 2)
    const will = (topic: string) => ({ will: { topic, payload: Buffer.from('gone'), qos: 1, retain: true } })
    const cut = await RawClient.connected(b, 'a', will('will/cut'))
    const bad = await RawClient.connected(b, 'b', will('will/bad'))
    const good = await RawClient.connected(b, 'c', will('will/good'))
    good.send({ cmd: 'disconnect' })
    await cut.cut()
    bad.bytes(0x30, 0x00)
    await settle()
    expect(watch.of('publish').map((p) => [p.topic, p.qos, p.retain])).toEqual([
      ['will/cut', 1, false],
      ['will/bad', 1, false],
    ])
    expect(b.broker.retained('will/#').map((m) => m.topic)).toEqual(['will/cut', 'will/bad'])
  })

  it('[MQTT-3.14.4-3] a takeover publishes the will of the connection it ends', async () => {
    b = bench()
    const watch = await RawClient.connected(b, 'watch')
    watch.subscribe('w', 0)
    const will = { topic: 'w', payload: Buffer.from('old'), qos: 0 as const, retain: false }
    await RawClient.connected(b, 'same', { will })
    const heir = await RawClient.connected(b, 'same')
    await settle()
    expect(watch.payloads()).toEqual(['old'])
    heir.send({ cmd: 'disconnect' })
    await settle()
    expect(watch.payloads()).toEqual(['old'])
    expect(heir.closed).toBe(true)
  })

  it('what a client may not do is logged at most once a second', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c')
    for (let i = 0; i < 50; i++) c.publish('$SYS/x', 'no')
    await settle()
    expect(b.logs).toHaveLength(1)
    expect(c.closed).toBe(false)
  })

  it('DISCONNECT sent just before the stream ends is honoured', async () => {
    b = bench()
    const watch = await RawClient.connected(b, 'watch')
    watch.subscribe('w', 0)
    const c = await RawClient.connected(b, 'c', {
      will: { topic: 'w', payload: Buffer.from('x'), qos: 0, retain: false },
    })
    c.send({ cmd: 'disconnect' })
    c.stream.destroy()
    await settle()
    expect(watch.payloads()).toEqual([])
    expect(b.events.at(-1)).toMatchObject({
      kind: 'disconnected',
      clientId: 'c',
      by: 'client',
      reason: 'DISCONNECT',
    })
  })

  it('reports clients, events, and ends one on request', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c', { level: 5, keepalive: 30, username: 'ann' })
    c.subscribe('t/#', 1)
    await settle()
    expect(b.broker.client('c')).toMatchObject({
      external: false,
      remote: null,
      protocolLevel: 5,
      keepAlive: 30,
      username: 'ann',
      persistent: false,
      subscriptions: [{ filter: 't/#', qos: 1, identifier: null }],
    })
    expect(b.broker.disconnect('c')).toBe(true)
    expect(b.broker.disconnect('c')).toBe(false)
    await settle()
    expect(reasons(c)).toEqual([0x98])
    expect(b.events.map((e) => e.kind)).toEqual(['connected', 'subscribed', 'disconnected'])
  })

  it('closing tells MQTT 5 clients 0x8B, publishes no wills and leaves no timer', async () => {
    b = bench()
    const watch = await RawClient.connected(b, 'watch')
    watch.subscribe('w', 0)
    const c = await RawClient.connected(b, 'c', {
      level: 5,
      keepalive: 60,
      properties: { sessionExpiryInterval: 100 },
      will: { topic: 'w', payload: Buffer.from('x'), qos: 0, retain: false },
    })
    await b.broker.close()
    await settle()
    expect(reasons(c)).toEqual([0x8b])
    expect(watch.payloads()).toEqual([])
    expect(b.clock.pending).toBe(0)
  })
})

describe('a race', () => {
  it('many connections with one identifier at once: one is left, the others are closed, the session is whole', async () => {
    b = bench()
    const first = await RawClient.connected(b, 'same', persistent)
    first.subscribe('t', 1)
    await settle()
    const rivals = Array.from({ length: 30 }, (_, i) => RawClient.inMemory(b, i % 2 === 0 ? 4 : 5))
    for (const c of rivals) c.connect('same', { clean: false, properties: { sessionExpiryInterval: 100 } })
    await settle(20)
    const alive = [first, ...rivals].filter((c) => !c.closed)
    expect(alive).toHaveLength(1)
    expect(b.broker.clients().map((c) => c.clientId)).toEqual(['same'])
    b.broker.publish({ topic: 't', payload: 'x', qos: 1 })
    await settle()
    expect(alive[0]?.payloads()).toEqual(['x'])
    alive[0]?.send({ cmd: 'disconnect' })
    await settle()
    const again = await RawClient.connected(b, 'same', persistent)
    expect(again.of('connack')[0]?.sessionPresent).toBe(true)
  })
})
