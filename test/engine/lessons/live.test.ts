import { connect, connectAsync, type MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import type { EngineApi } from '../../../electron/contract/api'
import type { LiveOutcome } from '../../../electron/contract/lesson-run'
import { builtInLessons } from '../../../electron/engine/lessons/library'
import type { Engine } from '../../../electron/engine/types'
import { scenarioOf, testEngine } from '../../helpers/lab-run'
import { openPage } from '../../helpers/page'
import { until } from '../../helpers/until'

let engine: Engine
let client: MqttClient | null = null
let closePage: () => void = () => undefined

async function start(readOnly = false): Promise<EngineApi> {
  engine = testEngine().engine
  await engine.open(
    scenarioOf({ groups: [{ name: 'board', subscribes: [{ filter: 'common', qos: 0 }] }] }),
    null,
  )
  const page = await openPage(engine, readOnly)
  closePage = page.close
  return page.api
}
afterEach(async () => {
  client?.end(true)
  client = null
  closePage()
  await engine.close()
})

const watch = (api: EngineApi): Promise<LiveOutcome> => api.watchLesson({ id: 'python-client' })

/** Asks until the outcome is as wanted. */
async function becomes(api: EngineApi, wanted: (o: LiveOutcome) => boolean): Promise<LiveOutcome> {
  let outcome = await watch(api)
  await until(async () => wanted((outcome = await watch(api))), 'the outcome')
  return outcome
}

async function come(options: { protocolVersion: 4 | 5 }): Promise<MqttClient> {
  const url = engine.status().broker.listeners[0]?.url ?? ''
  const c = connect(url, { clientId: 'mine', reconnectPeriod: 0, ...options })
  client = c
  await new Promise<void>((done, failed) => c.once('connect', () => done()).once('error', failed))
  return c
}

test('a client from outside that subscribes, publishes and gets its own message', async () => {
  const api = await start()
  expect(await watch(api)).toMatchObject({ clients: [], done: null, answer: null })
  const c = await come({ protocolVersion: 4 })
  const there = await becomes(api, (o) => o.clients.length === 1)
  expect(there.clients[0]).toMatchObject({
    clientId: 'mine',
    connected: true,
    subscribed: false,
    published: 0,
  })
  await c.subscribeAsync('common', { qos: 1 })
  await c.publishAsync('common', 'hello', { qos: 1 })
  const end = await becomes(api, (o) => o.done !== null)
  expect(end.done).toMatchObject({ clientId: 'mine', published: 1, received: 1, own: 1 })
  expect(end.answer).toBe('yes')
  const types = end.timeline.packets.map((p) => p.type)
  expect(types).toContain('PUBLISH')
  expect(end.timeline.packets.every((p) => p.clientId === 'mine')).toBe(true)
})

test('two clients, of which one publishes and the other receives: both are shown, from CONNECT on, and one is still to do both', async () => {
  const api = await start()
  await watch(api)
  const url = engine.status().broker.listeners[0]?.url ?? ''
  const [reader, writer] = await Promise.all(
    ['reader', 'writer'].map((clientId) => connectAsync(url, { clientId, reconnectPeriod: 0 })),
  )
  await reader?.subscribeAsync('common', { qos: 1 })
  await writer?.publishAsync('common', 'hello', { qos: 1 })
  const seen = await becomes(api, (o) => o.clients.some((c) => c.received > 0))
  expect(seen.done).toBeNull()
  expect(seen.clients.find((c) => c.clientId === 'writer')).toMatchObject({ published: 1, received: 0 })
  expect(new Set(seen.timeline.packets.map((p) => p.clientId))).toEqual(new Set(['reader', 'writer']))
  expect(seen.timeline.packets.filter((p) => p.type === 'CONNECT')).toHaveLength(2)
  const seqs = seen.timeline.packets.map((p) => p.seq)
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  await writer?.subscribeAsync('common', { qos: 1 })
  await writer?.publishAsync('common', 'hello again', { qos: 1 })
  const end = await becomes(api, (o) => o.done !== null)
  expect(end.done?.clientId).toBe('writer')
  await Promise.all([reader?.endAsync(true), writer?.endAsync(true)])
})

test('with No Local it gets the messages of others only, and the other answer is right', async () => {
  const api = await start()
  await watch(api)
  const c = await come({ protocolVersion: 5 })
  await c.subscribeAsync('common', { qos: 1, nl: true })
  await c.publishAsync('common', 'hello', { qos: 1 })
  const before = await becomes(api, (o) => o.clients[0]?.published === 1)
  expect(before.done).toBeNull()
  await api.publish({ topic: 'common', payload: 'from the broker', qos: 1, retain: false })
  const end = await becomes(api, (o) => o.done !== null)
  expect(end.done).toMatchObject({ published: 1, received: 1, own: 0 })
  expect(end.answer).toBe('no')
})

test('a run leaves the open scenario as it is', async () => {
  const api = await start()
  const before = engine.status()
  const o = await api.runLesson({ id: 'qos-1-lost-puback', variant: 'puback' })
  expect(o.totals).toMatchObject({ lost: 0, duplicated: 1 })
  const after = engine.status()
  expect(after.scenario).toEqual(before.scenario)
  expect(after.devices.total).toBe(before.devices.total)
  expect(after.broker.listeners).toEqual(before.broker.listeners)
  expect(after.captured.seen).toBeLessThan(o.totals.packets)
  await expect(api.runLesson({ id: 'python-client', variant: 'x' })).rejects.toMatchObject({
    code: 'bad-request',
  })
  await expect(api.runLesson({ id: 'qos-2', variant: 'x' })).rejects.toMatchObject({ code: 'not-found' })
})

test('a viewer may read and watch lessons, not run or open them', async () => {
  const api = await start(true)
  expect((await api.listLessons({})).lessons.length).toBe(builtInLessons().length)
  expect((await watch(api)).clients).toEqual([])
  await expect(api.runLesson({ id: 'qos-2', variant: 'pubrec' })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(api.openLesson({ text: '', name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
})
