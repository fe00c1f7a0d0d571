import { connect as netConnect } from 'node:net'
import { RawClient } from '../simulation/broker/raw-client'
import { createServer } from 'node:net'
import { connect } from 'mqtt'
import { afterEach, describe, expect, test } from 'vitest'
import type { EngineApi } from '../../../electron/contract/api'
import { ApiError } from '../../../electron/contract/errors'
import type { Engine } from '../../../electron/engine/types'
import { scenarioOf, testEngine } from '../../helpers/lab-run'
import { openPage, type Pushed } from '../../helpers/page'
import { until } from '../../helpers/until'

let engine: Engine
let close: () => void = () => undefined

const home = () =>
  scenarioOf({
    link: { delay: 5 },
    groups: [
      { name: 'sensors', id: 'sensor-{n}', count: 3, publishes: [{ topic: 'home/{n}/t', qos: 1, rate: 20 }] },
      { name: 'board', id: 'board', subscribes: [{ filter: 'home/#', qos: 1 }] },
    ],
  })

async function start(scenario = home()): Promise<{ api: EngineApi; pushed: Pushed }> {
  engine = testEngine().engine
  await engine.open(scenario, null)
  const page = await openPage(engine)
  close = page.close
  await until(() => engine.status().captured.seen > 20, 'traffic')
  return page
}
const refusal = async (p: Promise<unknown>): Promise<ApiError> => {
  const thrown: unknown = await p.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!(thrown instanceof ApiError)) throw new Error('expected a refusal')
  return thrown
}
const ledger = () => engine.status()
/** The page's news go by real time, whatever the simulated time does. */
const toldTwice = (pushed: Pushed): Promise<void> => {
  const before = pushed.status.length
  return until(() => pushed.status.length >= before + 2, 'news for the page')
}

afterEach(async () => {
  await engine.close()
  close()
})

test('a capture file is read part by part; a part that does not follow is refused', async () => {
  const { api } = await start()
  const first = await api.exportPcapng({ filter: 'client:sensor-1' })
  expect(first.packets).toBeGreaterThan(0)
  expect(first.done).toBe(true)
  expect((await refusal(api.exportPcapng({ filter: '', from: first.bytes.length }))).code).toBe('conflict')
  expect((await refusal(api.exportPcapng({ filter: 'colour:red' }))).code).toBe('bad-request')
})

test('what the broker keeps is told, and its own topics to those who ask for them', async () => {
  const { api } = await start()
  const kept = await api.getKept({ clients: 50 })
  expect(kept?.sessions).toBe(4)
  expect(kept?.clients.find((c) => c.clientId === 'board')).toMatchObject({
    connected: true,
    subscriptions: 1,
  })
  const view = { open: [], search: '', filter: '', offset: 0, limit: 50 }
  await until(async () => (await api.watchTopics({ ...view, search: '$' })).rows.length > 0, '$SYS')
  const plain = await api.watchTopics(view)
  expect(plain.rows.map((r) => r.path)).toEqual(['home'])
  expect(plain.totalTopics).toBe(3)
  const all = await api.watchTopics({ ...view, filter: '#' })
  expect(all.rows.map((r) => r.path)).toEqual(['$SYS', 'home'])
  expect(all.matchedTopics).toBe(3)
  expect(all.totalTopics).toBeGreaterThan(3)
  const asked = await api.watchTopics({
    ...view,
    open: ['$SYS', '$SYS/broker'],
    filter: '$SYS/broker/version',
  })
  expect(asked.matchedTopics).toBe(1)
  expect(asked.rows.find((r) => r.path === '$SYS/broker/version')).toMatchObject({
    matched: true,
    retained: true,
  })
  expect((await api.getTopic({ topic: '$SYS/broker/version' })).history).toHaveLength(1)
})

describe('live edits', () => {
  test('a new rate reaches the devices without a new connection', async () => {
    const { api } = await start()
    const before = await api.getDevice({ clientId: 'sensor-1' })
    await api.updateGroup({
      name: 'sensors',
      patch: { publishes: [{ topic: 'home/{n}/t', qos: 1, rate: 100 }] },
    })
    await until(() => engine.status().messagesPerSecond > 250, 'the new rate')
    const { packets } = await api.queryPackets({ filter: 'client:sensor-1 type:CONNECT', limit: 10 })
    expect(packets).toHaveLength(1)
    expect(before.connected).toBe(true)
  })

  test('new devices join, removed ones say DISCONNECT', async () => {
    const { api } = await start()
    await api.updateGroup({ name: 'sensors', patch: { count: 5 } })
    await until(() => engine.status().devices.connected === 6, 'five sensors and the board')
    await api.updateGroup({ name: 'sensors', patch: { count: 1 } })
    await until(() => engine.status().devices.total === 2, 'one sensor and the board')
    await until(() => engine.status().devices.connected === 2, 'connections')
    const gone = await api.queryPackets({ filter: 'client:sensor-4 type:DISCONNECT', limit: 10 })
    expect(gone.packets).toHaveLength(1)
    expect((await refusal(api.getDevice({ clientId: 'sensor-4' }))).code).toBe('not-found')
  })

  test('loss set for all links is seen at once, and taken back', async () => {
    const { api } = await start()
    await api.setLoss({ p: 1 })
    const { lostPackets } = engine.status()
    await until(() => engine.status().lostPackets > lostPackets + 5, 'losses')
    await api.setLoss({ p: 0 })
    const { scenario } = await api.getScenario({})
    expect(scenario.link.uplink.loss).toEqual({ model: 'none' })
    const device = await api.getDevice({ clientId: 'sensor-2' })
    expect(device.link?.downlink.loss).toEqual({ model: 'none' })
  })

  test('a refused edit says what is wrong and changes nothing', async () => {
    const { api } = await start()
    const before = await api.getScenario({})
    const wrong = [
      api.updateGroup({ name: 'sensors', patch: { id: 'same' } }),
      api.addGroup({ group: { name: 'board' } }),
      api.updateGroup({ name: 'sensors', patch: { publishes: [{ topic: 'a/#' }] } }),
      api.removeGroup({ name: 'nobody' }),
      api.setLink({ target: { clientId: 'nobody' }, patch: { loss: 0.5 } }),
    ]
    const refusals = await Promise.all(wrong.map(refusal))
    expect(refusals.map((r) => r.code)).toEqual([
      'bad-request',
      'conflict',
      'bad-request',
      'not-found',
      'not-found',
    ])
    expect(refusals[0]?.message).toContain('groups.0.id')
    expect(await api.getScenario({})).toEqual(before)
  })

  test('groups come and go', async () => {
    const { api, pushed } = await start()
    await api.addGroup({
      group: { name: 'lamps', id: 'lamp-{n}', count: 2, subscribes: [{ filter: 'home/#', qos: 2 }] },
    })
    await until(() => engine.status().devices.connected === 6, 'lamps')
    await api.removeGroup({ name: 'lamps' })
    await until(() => engine.status().devices.total === 4, 'lamps gone')
    await until(() => pushed.scenario.at(-1)?.scenario.groups.length === 2, 'the scenario event')
    expect(pushed.scenario.at(-1)?.scenario.groups.map((g) => g.name)).toEqual(['sensors', 'board'])
  })
})

describe('step mode', () => {
  test('time stands still while a packet is held; drop and deliver decide its fate', async () => {
    const { api, pushed } = await start()
    await api.setGate({ target: { clientId: 'sensor-1' }, on: true })
    await until(() => engine.status().held > 0, 'a held packet')
    const frozen = engine.status().nowMs
    await toldTwice(pushed)
    expect(engine.status().nowMs).toBe(frozen)
    const held = await api.queryPackets({ filter: 'fate:held', limit: 10 })
    const [first] = held.packets
    expect(first).toMatchObject({ clientId: 'sensor-1' })
    const seq = first?.seq ?? 0
    await api.decide({ seq, action: 'drop' })
    expect((await api.getPacket({ seq })).row).toMatchObject({ fate: 'lost', reason: 'step' })
    expect((await refusal(api.decide({ seq, action: 'drop' }))).code).toBe('conflict')
    await api.setGate({ target: { clientId: 'sensor-1' }, on: false })
    await until(() => engine.status().nowMs > frozen + 20, 'time to go on')
  })
})

describe('what a page is pushed', () => {
  test('status, groups, topics, rates and watched packets arrive by themselves', async () => {
    const { api, pushed } = await start()
    await api.watchPackets({ filter: 'client:sensor-1 type:PUBLISH', tail: 10 })
    await api.watchTopics({ open: ['home'], search: '', filter: 'home/+/t', offset: 0, limit: 50 })
    await until(
      () => pushed.packets.length > 3 && pushed.topics.length > 0 && pushed.rates.length > 0,
      'pushes',
    )
    const rows = pushed.packets.flatMap((b) => b.packets)
    expect(new Set(rows.map((r) => `${r.clientId} ${r.type}`))).toEqual(new Set(['sensor-1 PUBLISH']))
    expect(rows.some((r) => r.fate === 'delivered')).toBe(true)
    expect(pushed.topics.at(-1)).toMatchObject({ totalTopics: 3, matchedTopics: 3 })
    expect(pushed.groups.at(-1)?.map((g) => g.name)).toEqual(['sensors', 'board'])
    await until(() => (pushed.groups.at(-1)?.[0]?.ledger.delivered ?? 0) > 0, 'deliveries')
    expect(pushed.rates.at(-1)?.byType.PUBLISH).toBeGreaterThan(0)
  })

  test('pause stops time, restart begins a new run with the same devices', async () => {
    const { api, pushed } = await start()
    expect((await api.control({ action: 'pause' })).run).toBe('paused')
    const { nowMs } = engine.status()
    await toldTwice(pushed)
    expect(engine.status().nowMs).toBe(nowMs)
    await api.control({ action: 'run' })
    await until(() => engine.status().nowMs > nowMs + 10, 'time to go on')
    await api.control({ action: 'stop' })
    expect(engine.status()).toMatchObject({
      run: 'stopped',
      devices: { connected: 0 },
      broker: { state: 'down' },
    })
    await api.control({ action: 'restart' })
    await until(() => engine.status().devices.connected === 4, 'devices')
    expect(engine.status().run).toBe('running')
  })
})

/** Listening sockets of this process. */
const servers = (): number => process.getActiveResourcesInfo().filter((r) => r === 'TCPServerWrap').length

describe('changes that overlap', () => {
  test('take their turn: two restarts leave one lab, and nothing is left after close', async () => {
    const before = servers()
    const { api } = await start()
    const one = servers()
    const restarts = [api.control({ action: 'restart' }), api.control({ action: 'restart' })]
    const { text } = await api.scenarioText({ format: 'yaml' })
    const opened = api.openScenario({ text, name: 'again.yaml' })
    const edit = api.updateGroup({ name: 'sensors', patch: { count: 2 } })
    await Promise.all([...restarts, opened, edit])
    await until(() => engine.status().devices.connected === 3, 'two sensors and the board')
    expect(servers()).toBe(one)
    const late = api.control({ action: 'restart' }).then(
      () => 'restarted',
      (e: unknown) => (e instanceof ApiError ? e.code : 'failed'),
    )
    await engine.close()
    expect(['restarted', 'unavailable']).toContain(await late)
    expect(servers()).toBe(before)
  })

  test('a restart leaves the revision as it is; an edit and another scenario make a new one', async () => {
    const { api } = await start()
    const revision = () => engine.status().scenario.revision
    const first = revision()
    await api.control({ action: 'restart' })
    await api.control({ action: 'stop' })
    await api.control({ action: 'run' })
    await engine.recover('boom')
    expect(revision()).toBe(first)
    await api.setLoss({ p: 0.1 })
    expect(revision()).toBe(first + 1)
    await api.control({ action: 'restart' })
    expect(revision()).toBe(first + 1)
    await api.setGate({ target: 'all', on: true })
    expect((await api.getScenario({})).scenario.link.gate).toBe(true)
    expect(revision()).toBe(first + 1)
    await engine.open(home(), null)
    expect(revision()).toBe(first + 2)
  })
})

describe('scenarios', () => {
  test('a broken file is refused with the place, and the old one goes on', async () => {
    const { api } = await start()
    const text =
      'version: 1\nname: x\ngroups:\n  - name: a\n    publishes:\n      - topic: t\n        rate: -3\n'
    const thrown = await refusal(api.openScenario({ text, name: 'x.yaml' }))
    expect(thrown.code).toBe('bad-scenario')
    expect(thrown.message).toContain('groups.0.publishes.0.rate')
    expect(engine.status().scenario.name).toBe('test')
    expect(engine.status().broker.state).toBe('up')
  })

  test('a fixed port that is taken is refused in one line, and the old scenario comes back', async () => {
    const { api } = await start()
    const blocker = createServer()
    await new Promise<void>((done) => blocker.listen(0, '127.0.0.1', done))
    const address = blocker.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const text = JSON.stringify({
      version: 1,
      name: 'y',
      broker: { kind: 'embedded', port, fixedPort: true },
    })
    const thrown = await refusal(api.openScenario({ text, name: 'y.json' }))
    expect(thrown.code).toBe('conflict')
    expect(thrown.message).toContain(String(port))
    expect(thrown.message).not.toContain('\n')
    await until(() => engine.status().devices.connected === 4, 'the old fleet')
    blocker.close()
  })

  test('the text of the open scenario reads back the same', async () => {
    const { api } = await start()
    const { text } = await api.scenarioText({ format: 'yaml' })
    const before = await api.getScenario({})
    await api.openScenario({ text, name: 'again.yaml' })
    expect((await api.getScenario({})).scenario).toEqual(before.scenario)
  })
})

test("a client of one's own appears beside the devices, with its packets and topics", async () => {
  const { api } = await start()
  const [listener] = engine.status().broker.listeners
  const client = connect(listener?.url ?? '', { clientId: 'mine', reconnectPeriod: 0 })
  const got: string[] = []
  client.on('message', (topic) => got.push(topic))
  await client.subscribeAsync('home/1/t', { qos: 1 })
  await client.publishAsync('mine/hello', '{"succcess": "ok"}', { qos: 2 })
  await until(() => got.length > 0, 'a message of a device')
  const { rows } = await api.listDevices({ offset: 0, limit: 10 })
  // the highest of what it publishes and subscribes to
  expect(rows[0]).toMatchObject({ clientId: 'mine', external: true, subscribes: true, qos: 2 })
  const { packets, exchanges } = await api.queryPackets({ filter: 'client:mine type:HANDSHAKE', limit: 100 })
  const sent = packets.filter((p) => exchanges.some((x) => x.id === p.exchange && x.topic === 'mine/hello'))
  expect(sent.map((p) => p.type)).toEqual(['PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'])
  expect((await api.getTopic({ topic: 'mine/hello' })).messages).toBe(1)
  // what is no topic, and ends its connection, is not in the tree
  const raw = new RawClient(netConnect(Number(new URL(listener?.url ?? '').port), '127.0.0.1'))
  raw.connect('wrong')
  raw.publish('mine/+', 'x')
  await until(() => raw.closed, 'the end of the connection')
  await expect(api.getTopic({ topic: 'mine/+' })).rejects.toMatchObject({ code: 'not-found' })
  await api.cut({ clientId: 'mine' })
  await until(() => !client.connected, 'the end of the connection')
  client.end(true)
  expect(ledger().externalClients).toBe(0)
})
