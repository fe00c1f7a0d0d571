import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../../electron/contract/errors'
import { useDevices } from '../../../renderer/stores/devices'
import { useLog } from '../../../renderer/stores/log'
import { usePacketFeed } from '../../../renderer/stores/packet-feed'
import { useRates } from '../../../renderer/stores/rates'
import { useStatus } from '../../../renderer/stores/status'
import { useTopics } from '../../../renderer/stores/topics'
import { connectedStores } from './harness'

describe('packet feed', () => {
  it('gives packets to the screen that watches, and asks again after a reconnection', async () => {
    const { engine, reconnect } = await connectedStores()
    const feed = usePacketFeed()
    const batches: { n: number; fresh: boolean }[] = []
    const stop = feed.watch({
      filter: 'type:PUBACK',
      tail: 0,
      onBatch: (b, fresh) => batches.push({ n: b.packets.length, fresh }),
      onError: (e) => expect.fail(String(e)),
    })
    await vi.waitFor(() => expect(batches).toEqual([{ n: 0, fresh: true }]))
    engine.tick(1000)
    await vi.waitFor(() => expect(batches.at(-1)?.fresh).toBe(false))
    expect(batches.at(-1)?.n).toBeGreaterThan(0)
    await reconnect()
    await vi.waitFor(() => expect(batches.at(-1)).toEqual({ n: 0, fresh: true }))
    stop()
    const known = batches.length
    await vi.waitFor(() => expect(engine.calls.at(-1)?.command).toBe('unwatchPackets'))
    engine.tick(1000)
    await Promise.resolve()
    expect(batches).toHaveLength(known)
  })

  it('lets the next screen take over: the first one ends nothing any more', async () => {
    const { engine } = await connectedStores()
    const feed = usePacketFeed()
    const quiet = { tail: 0, onBatch: () => undefined, onError: () => undefined }
    const stopFirst = feed.watch({ filter: '', ...quiet })
    feed.watch({ filter: 'qos:1', ...quiet })
    stopFirst()
    await vi.waitFor(() => expect(engine.calls.filter((c) => c.command === 'watchPackets')).toHaveLength(2))
    expect(engine.calls.some((c) => c.command === 'unwatchPackets')).toBe(false)
  })

  it('says why a filter is refused', async () => {
    const { engine } = await connectedStores()
    engine.refuse.set('watchPackets', new ApiError('bad-request', 'there is no term foo'))
    const errors: unknown[] = []
    usePacketFeed().watch({
      filter: 'foo:1',
      tail: 0,
      onBatch: () => undefined,
      onError: (e) => errors.push(e),
    })
    await vi.waitFor(() => expect(errors).toMatchObject([{ message: 'there is no term foo' }]))
  })
})

describe('status', () => {
  it('runs its clock on between two reports, and stops it with the run', async () => {
    const { engine } = await connectedStores()
    const status = useStatus()
    engine.tick(5000)
    await vi.waitFor(() => expect(status.status?.nowMs).toBe(5000))
    expect(status.clockNow()).toBeGreaterThanOrEqual(5000)
    await status.control('pause')
    expect([status.running, status.clockNow()]).toEqual([false, 5000])
  })

  it('shows a command that failed as a notice with its fields', async () => {
    const { engine } = await connectedStores()
    const detail = { path: 'action', found: '"fly"', expected: 'run or pause' }
    engine.refuse.set('control', new ApiError('bad-request', 'no such action', [detail]))
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

  it('closes the detail of a device that is gone', async () => {
    const { engine } = await connectedStores()
    const devices = useDevices()
    devices.select('lock-3')
    await devices.loadDetail()
    expect(devices.detail?.inFlightPackets[0]?.packetId).toBe(7)
    engine.refuse.set('getDevice', new ApiError('not-found', 'gone'))
    await devices.loadDetail()
    expect(devices.detail).toBeNull()
  })
})

describe('rates', () => {
  it('keeps five minutes and begins anew with the run', async () => {
    const { engine } = await connectedStores()
    const rates = useRates()
    for (let i = 0; i < 5; i++) engine.tick(1000)
    await vi.waitFor(() => expect(rates.points).toHaveLength(5))
    engine.nowMs = 0
    engine.tick(1000)
    await vi.waitFor(() => expect(rates.points.map((p) => p.atMs)).toEqual([1000]))
  })
})

describe('topics', () => {
  it('opens a small tree, lights matches, and closes what is below a closed branch', async () => {
    await connectedStores()
    const topics = useTopics()
    const stop = topics.watch()
    await vi.waitFor(() =>
      expect(topics.page?.rows.some((r) => r.path === 'home/attic/east/temperature')).toBe(true),
    )
    expect(topics.page?.rows.some((r) => r.path === '$SYS/uptime')).toBe(false)
    topics.setFilter('home/+/temperature')
    await vi.waitFor(() => expect(topics.page?.matchedTopics).toBe(2))
    expect(await topics.firstMatch()).toBe(topics.page?.rows.findIndex((r) => r.matched))
    topics.setFilter('')
    topics.setOpen('home', false)
    await vi.waitFor(() => expect(topics.page?.rows.some((r) => r.path.startsWith('home/'))).toBe(false))
    expect(topics.view.open.some((p) => p.startsWith('home'))).toBe(false)
    stop()
  })

  it('does not send what is not a filter yet', async () => {
    const { engine } = await connectedStores()
    const topics = useTopics()
    topics.watch()
    topics.setFilter('home/a+')
    expect(topics.filterValid).toBe(false)
    await vi.waitFor(() => expect(topics.page).not.toBeNull())
    const filters = engine.calls
      .filter((c) => c.command === 'watchTopics')
      .map((c) => (c.argument as { filter: string }).filter)
    expect(new Set(filters)).toEqual(new Set(['']))
  })

  it('asks one thing at a time, and last for what is wanted last', async () => {
    const { engine } = await connectedStores()
    const topics = useTopics()
    topics.watch()
    for (let offset = 20; offset <= 2000; offset += 20) topics.setWindow(offset, 60)
    await vi.waitFor(() => expect(topics.page?.offset).toBe(2000))
    expect(engine.calls.filter((c) => c.command === 'watchTopics').length).toBeLessThan(4)
  })
})
