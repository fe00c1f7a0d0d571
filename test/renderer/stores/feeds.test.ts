import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../../electron/contract/errors'
import { installLink, type EngineLink } from '../../../renderer/api'
import { useDevices } from '../../../renderer/stores/devices'
import { useLog } from '../../../renderer/stores/log'
import { usePacketFeed } from '../../../renderer/stores/packet-feed'
import { usePackets } from '../../../renderer/stores/packets'
import { useRates } from '../../../renderer/stores/rates'
import { useStatus } from '../../../renderer/stores/status'
import { useTopics } from '../../../renderer/stores/topics'
import { connectedStores, eventually } from './harness'

const nothing = { packets: [], exchanges: [], journeys: [], marks: [], matched: 0, shown: 0 }

describe('packet feed', () => {
  it('gives packets to the screen that watches, and asks again after a reconnection', async () => {
    const { calls, reconnect } = await connectedStores()
    const feed = usePacketFeed()
    const batches: { n: number; fresh: boolean }[] = []
    const stop = feed.watch({
      filter: 'type:PUBACK',
      tail: 0,
      onBatch: (b, fresh) => batches.push({ n: b.packets.length, fresh }),
      onError: (e) => expect.fail(String(e)),
    })
    await eventually(() => expect(batches.some((b) => !b.fresh && b.n > 0)).toBe(true))
    expect(batches[0]).toEqual({ n: 0, fresh: true })
    const before = batches.length
    await reconnect()
    await eventually(() => expect(batches.slice(before)).toContainEqual({ n: 0, fresh: true }))
    stop()
    const known = batches.length
    await eventually(() => expect(calls.at(-1)?.command).toBe('unwatchPackets'))
    expect(batches).toHaveLength(known)
  })

  it('begins anew with another run, whose packets are numbered from 1 again', async () => {
    await connectedStores()
    const status = useStatus()
    const packets = usePackets()
    const stop = packets.open('')
    await eventually(() => expect(packets.rows.length).toBeGreaterThan(20))
    packets.select(packets.rows.at(-1)?.seq ?? null)
    await status.control('restart')
    await eventually(() => expect(packets.selected).toBeNull())
    await eventually(() => expect(packets.rows.length).toBeGreaterThan(20))
    // packets of one run alone: numbers and times ascend together
    expect(packets.rows.map((p) => p.sentMs)).toEqual(packets.rows.map((p) => p.sentMs).sort((a, b) => a - b))
    stop()
  })

  it('leaves out what was asked for before another run began', async () => {
    await connectedStores()
    const packets = usePackets()
    const stop = packets.open('')
    await eventually(() => expect(packets.rows.length).toBeGreaterThan(20))
    for (const ask of [packets.loadOlder, packets.loadNewer, () => packets.goTo(10)]) {
      packets.window.append({ ...nothing, packets: packets.rows })
      const asked = ask()
      packets.window.begin()
      await asked
      expect(packets.window.size).toBe(0)
    }
    stop()
  })

  it('lets the next screen take over: the first one ends nothing any more', async () => {
    const { calls } = await connectedStores()
    const feed = usePacketFeed()
    const quiet = { tail: 0, onBatch: () => undefined, onError: () => undefined }
    const stopFirst = feed.watch({ filter: '', ...quiet })
    feed.watch({ filter: 'qos:1', ...quiet })
    stopFirst()
    await eventually(() => expect(calls.filter((c) => c.command === 'watchPackets')).toHaveLength(2))
    expect(calls.some((c) => c.command === 'unwatchPackets')).toBe(false)
  })

  it('says why a filter is refused', async () => {
    await connectedStores()
    const errors: unknown[] = []
    usePacketFeed().watch({
      filter: 'foo:1',
      tail: 0,
      onBatch: () => undefined,
      onError: (e) => errors.push(e),
    })
    await eventually(() => expect(errors).toMatchObject([{ code: 'bad-request' }]))
    expect(String(errors[0])).toContain('foo')
  })
})

describe('status', () => {
  it('runs its clock on between two reports, and stops it with the run', async () => {
    await connectedStores()
    const status = useStatus()
    await eventually(() => expect(status.status?.nowMs).toBeGreaterThan(0))
    expect(status.clockNow()).toBeGreaterThanOrEqual(status.status?.nowMs ?? Infinity)
    await status.control('pause')
    expect([status.running, status.clockNow()]).toEqual([false, status.status?.nowMs])
  })

  it('shows a command that failed as a notice with its fields', async () => {
    const { refuse } = await connectedStores()
    const detail = { path: 'action', found: '"fly"', expected: 'run or pause' }
    refuse.set('control', new ApiError('bad-request', 'no such action', [detail]))
    await useStatus().control('run')
    expect(useLog().notices).toMatchObject([{ level: 'error', text: 'no such action', details: [detail] }])
  })
})

describe('devices', () => {
  it('fetches the window of one group', async () => {
    await connectedStores()
    const devices = useDevices()
    devices.filterGroup('Door locks')
    devices.query.limit = 3
    await devices.load()
    expect([devices.total, devices.rows.map((d) => d.clientId)]).toEqual([8, ['lock-1', 'lock-2', 'lock-3']])
  })

  it('are fetched again for another run that has changed as often as the one before', () => {
    setActivePinia(createPinia())
    const listeners = new Map<string, (e: never) => void>()
    installLink({
      on: (name: string, f: (e: never) => void) => listeners.set(name, f),
      onReady: () => undefined,
    } as unknown as EngineLink)
    const devices = useDevices()
    const tell = listeners.get('devices') as (e: { revision: number }) => void
    tell({ revision: 7 })
    const before = devices.revision
    tell({ revision: 7 })
    expect(devices.revision).not.toBe(before)
  })

  it('shows what a device has in flight, and closes the detail of a device that is gone', async () => {
    const { link } = await connectedStores({
      name: 'one lock',
      link: { delay: 2000 },
      groups: [{ name: 'Locks', id: 'lock-{n}', count: 1, publishes: [{ topic: 'door', rate: 20, qos: 1 }] }],
    })
    const devices = useDevices()
    devices.select('lock-1')
    await link.api.setSpeed({ speed: 10 })
    await eventually(async () => {
      await devices.loadDetail()
      expect(devices.detail?.inFlightPackets.length).toBeGreaterThan(0)
    })
    await link.api.removeGroup({ name: 'Locks' })
    await devices.loadDetail()
    expect(devices.detail).toBeNull()
  })
})

describe('rates', () => {
  it('has a point a second, and starts again with the run', async () => {
    const { link } = await connectedStores()
    const rates = useRates()
    await link.api.setSpeed({ speed: 20 })
    await eventually(() => expect(rates.points.length).toBeGreaterThan(4))
    const first = rates.points[0]?.atMs ?? 0
    expect(rates.points.slice(0, 5).map((p) => p.atMs - first)).toEqual([0, 1000, 2000, 3000, 4000])
    const last = rates.points.at(-1)?.atMs ?? 0
    await link.api.control({ action: 'restart' })
    await eventually(() => expect(rates.points.at(-1)?.atMs).toBeLessThan(last))
    const times = rates.points.map((p) => p.atMs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })
})

describe('topics', () => {
  const publish = (topic: string) => ({ topic, rate: 50, qos: 0 as const })
  const HOME = {
    name: 'home',
    groups: [
      {
        name: 'sensors',
        id: 'sensor-{n}',
        count: 1,
        publishes: ['home/kitchen/temperature', 'home/kitchen/air', 'home/attic/east/temperature'].map(
          publish,
        ),
      },
      { name: 'lock', id: 'lock', publishes: ['home/hall/temperature', 'door/1/state'].map(publish) },
    ],
  }

  it('opens a small tree, lights matches, and closes what is below a closed branch', async () => {
    const { link } = await connectedStores(HOME)
    const topics = useTopics()
    const stop = topics.watch()
    await link.api.publish({ topic: '$SYS/mine', payload: '1', qos: 0, retain: false })
    await eventually(() =>
      expect(topics.page?.rows.some((r) => r.path === 'home/attic/east/temperature')).toBe(true),
    )
    // the broker's own topics are there for who asks for them
    await eventually(() => expect(topics.page?.totalTopics).toBe(5))
    expect(topics.page?.rows.some((r) => r.path.startsWith('$SYS'))).toBe(false)
    topics.setFilter('$SYS/#')
    await eventually(() => expect(topics.page?.totalTopics).toBeGreaterThan(5))
    topics.setFilter('home/+/temperature')
    await eventually(() => expect(topics.page?.matchedTopics).toBe(2))
    expect(await topics.firstMatch()).toBe(topics.page?.rows.findIndex((r) => r.matched))
    topics.setFilter('')
    topics.setOpen('home', false)
    await eventually(() => expect(topics.page?.rows.some((r) => r.path.startsWith('home/'))).toBe(false))
    expect(topics.view.open.some((p) => p.startsWith('home'))).toBe(false)
    stop()
  })

  it('does not send what is not a filter yet', async () => {
    const { calls } = await connectedStores()
    const topics = useTopics()
    topics.watch()
    topics.setFilter('home/a+')
    expect(topics.filterValid).toBe(false)
    await eventually(() => expect(topics.page).not.toBeNull())
    const filters = calls
      .filter((c) => c.command === 'watchTopics')
      .map((c) => (c.argument as { filter: string }).filter)
    expect(new Set(filters)).toEqual(new Set(['']))
  })

  it('asks one thing at a time, and last for what is wanted last', async () => {
    const { calls } = await connectedStores()
    const topics = useTopics()
    topics.watch()
    for (let offset = 20; offset <= 2000; offset += 20) topics.setWindow(offset, 60)
    await eventually(() => expect(topics.page?.offset).toBe(2000))
    expect(calls.filter((c) => c.command === 'watchTopics').length).toBeLessThan(8)
  })
})
