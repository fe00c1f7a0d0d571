import { afterEach, expect, it } from 'vitest'
import { bench, ManualClock, RawClient, settle, type Bench } from './raw-client'

let b: Bench
afterEach(() => b.broker.close())

it('says on $SYS/broker what it serves and keeps, only what has changed, and not to #', async () => {
  const real = new ManualClock()
  b = bench({ sysInterval: 10_000, version: '1.2.3' }, { realClock: real })
  const all = await RawClient.connected(b, 'all')
  all.subscribe('#', 0)
  const sys = await RawClient.connected(b, 'sys')
  sys.subscribe('$SYS/broker/#', 0)
  await settle()
  real.advance(0)
  await settle()
  const said = () =>
    Object.fromEntries(sys.of('publish').map((p) => [p.topic.slice(12), p.payload.toString()]))
  expect(said()).toMatchObject({ 'clients/connected': '2', 'subscriptions/count': '2', uptime: '0 seconds' })
  expect(said()).toMatchObject({ version: 'MQTT Fleet Lab 1.2.3', 'kept/queues/bytes': '0' })
  expect(Number(said()['kept/subscriptions/bytes'])).toBe(b.broker.kept().subscriptions)
  const before = sys.of('publish').length
  real.advance(10_000)
  await settle()
  const again = sys.of('publish').slice(before)
  expect(again.map((p) => p.topic)).not.toContain('$SYS/broker/clients/connected')
  expect(said().uptime).toBe('10 seconds')
  expect(all.of('publish')).toEqual([])
  const late = await RawClient.connected(b, 'late')
  late.subscribe('$SYS/broker/clients/connected', 0)
  await settle()
  expect(late.payloads()).toEqual(['2'])
})

it('nothing is said without an interval', async () => {
  const real = new ManualClock()
  b = bench({}, { realClock: real })
  const sys = await RawClient.connected(b, 'sys')
  sys.subscribe('$SYS/broker/#', 0)
  real.advance(60_000)
  await settle()
  expect(sys.of('publish')).toEqual([])
  expect(b.broker.retained('$SYS/#')).toEqual([])
})

it('they take no place of what clients may retain', async () => {
  const real = new ManualClock()
  b = bench({ sysInterval: 10_000, limits: { retainedMessages: 3 } }, { realClock: real })
  real.advance(0)
  await settle()
  const pub = await RawClient.connected(b, 'pub', { level: 5 })
  for (let i = 1; i <= 4; i++) pub.publish(`t/${i}`, 'x', 1, i, { retain: true })
  await settle()
  expect(pub.of('puback').map((p) => p.reasonCode ?? 0)).toEqual([0, 0, 0, 0x97])
  expect(b.broker.retained('$SYS/#').length).toBeGreaterThan(3)
})
