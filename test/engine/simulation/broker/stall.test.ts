import { connect as netConnect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { bench, ManualClock, RawClient, settle, type Bench, type ConnectFields } from './raw-client'

/** A process that stood still: time has passed, and no timer has run yet. */
class StalledClock extends ManualClock {
  behindMs = 0

  override now(): number {
    return super.now() + this.behindMs
  }

  /** The timers that are due run now. */
  wake(): void {
    const ms = this.behindMs
    this.behindMs = 0
    this.advance(ms)
  }
}

let b: Bench
afterEach(() => b.broker.close())

async function start(real: StalledClock) {
  b = bench({}, { realClock: real })
  const { port } = await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
  return async (id: string, fields: ConnectFields): Promise<RawClient> => {
    const c = new RawClient(netConnect(port, '127.0.0.1'), 5)
    c.connect(id, fields)
    while (c.of('connack').length === 0) await settle(1)
    return c
  }
}

it('keep-alive is judged after what had arrived is read', async () => {
  const real = new StalledClock()
  const open = await start(real)
  const pinging = await open('pinging', { keepalive: 10 })
  const silent = await open('silent', { keepalive: 10 })
  // Written to the socket, and not read before the timers run.
  pinging.send({ cmd: 'pingreq' })
  await new Promise((r) => process.nextTick(r))
  real.advance(60_000)
  while (!silent.closed) await settle(1)
  expect(pinging.of('pingresp')).toHaveLength(1)
  expect(b.broker.clients().map((c) => c.clientId)).toEqual(['pinging'])
  pinging.stream.destroy()
})

it('[MQTT-3.1.2-23] a session is over when its time is, also before its timer has run', async () => {
  const real = new StalledClock()
  const open = await start(real)
  const lasting = { clean: false, properties: { sessionExpiryInterval: 20 } }
  const first = await open('c', lasting)
  first.stream.destroy()
  while (b.broker.clients().length > 0) await settle(1)
  real.behindMs = 60_000
  const late = await open('c', lasting)
  expect(late.of('connack')[0]?.sessionPresent).toBe(false)
  late.stream.destroy()
  real.wake()
})

it('[MQTT-3.1.3-9] a delayed will is published when its time is over, also before its timer has run', async () => {
  const real = new StalledClock()
  const open = await start(real)
  const reader = await open('reader', {})
  reader.subscribe('w', 0)
  const lasting = { clean: false, properties: { sessionExpiryInterval: 90 } }
  const will = { topic: 'w', payload: Buffer.from('gone'), qos: 0, retain: false } as const
  const first = await open('c', { ...lasting, will: { ...will, properties: { willDelayInterval: 20 } } })
  first.stream.destroy()
  while (b.broker.clients().length > 1) await settle(1)
  real.behindMs = 60_000
  const late = await open('c', lasting)
  expect(late.of('connack')[0]?.sessionPresent).toBe(true)
  await settle()
  expect(reader.of('publish').map((p) => p.payload.toString())).toEqual(['gone'])
  for (const c of [reader, late]) c.stream.destroy()
  real.wake()
})
