import mqttPacket, { type IPublishPacket } from 'mqtt-packet'
import { afterEach, expect, test } from 'vitest'
import type { EngineApi } from '../../../electron/contract/api'
import { DESK_RECEIVED, type DeskMessage } from '../../../electron/contract/desk'
import { ApiError } from '../../../electron/contract/errors'
import type { PacketRow } from '../../../electron/contract/model'
import type { Engine } from '../../../electron/engine/types'
import { scenarioOf, testEngine } from '../../helpers/lab-run'
import { openPage } from '../../helpers/page'
import { until } from '../../helpers/until'

let opened: ReturnType<typeof testEngine>
let engine: Engine
let close: () => void = () => undefined

/** Publishers of which only the content tells messages apart, and one who hears everything. */
async function start(messages = 100_000): Promise<EngineApi> {
  opened = testEngine()
  engine = opened.engine
  const publishes = [{ topic: 'hall/{n}', qos: 1 as const, rate: 20, identity: 'content' as const }]
  await engine.open(
    scenarioOf({
      link: { delay: 5 },
      groups: [
        { name: 'old', id: 'old-{n}', publishes },
        { name: 'board', id: 'board', protocol: 5, subscribes: [{ filter: '#', qos: 2 }] },
      ],
    }),
    null,
    { speed: 4, messages },
  )
  const page = await openPage(engine)
  close = page.close
  await until(() => engine.status().captured.seen > 20, 'traffic')
  return page.api
}
afterEach(async () => {
  close()
  await engine.close()
})

const message = { topic: 'desk/a', payload: '{"v":1}', qos: 1 as const, retain: false }

async function publishOf(api: EngineApi, clientId: string, after: number): Promise<PacketRow> {
  const filter = `client:${clientId} topic:desk/# type:PUBLISH`
  let found: PacketRow | undefined
  await until(async () => {
    found = (await api.queryPackets({ filter, after, limit: 5 })).packets[0]
    return found !== undefined
  }, `a PUBLISH of ${clientId}`)
  return found as PacketRow
}
const refusal = (p: Promise<unknown>): Promise<string> =>
  p.then(
    () => 'done',
    (e: unknown) => (e instanceof ApiError ? `${e.code}: ${e.message}` : String(e)),
  )

test('a message of the broker carries its properties to a subscriber of MQTT 5', async () => {
  const api = await start()
  const { clientId, after, waits } = await api.publish({
    ...message,
    properties: {
      contentType: 'application/json',
      responseTopic: 'desk/answer',
      correlationData: new Uint8Array([1, 255]),
      userProperties: [
        { name: 'room', value: '4' },
        { name: 'room', value: '5' },
      ],
      messageExpiry: 60,
    },
  })
  expect({ clientId, waits }).toEqual({ clientId: null, waits: false })
  const row = await publishOf(api, 'board', after)
  const { bytes } = await api.getPacket({ seq: row.seq })
  const parsed: IPublishPacket[] = []
  const parser = mqttPacket.parser({ protocolVersion: 5 })
  parser.on('packet', (p) => parsed.push(p as IPublishPacket))
  parser.parse(Buffer.from(bytes))
  expect(parsed[0]).toMatchObject({ topic: 'desk/a', qos: 1, payload: Buffer.from('{"v":1}') })
  expect({ ...parsed[0]?.properties }).toEqual({
    contentType: 'application/json',
    responseTopic: 'desk/answer',
    correlationData: Buffer.from([1, 255]),
    userProperties: { room: ['4', '5'] },
    messageExpiryInterval: 60,
  })
})

test('a device publishes bytes of the user between its own; the delivery counts stay those of its group', async () => {
  const api = await start(60)
  const { after, clientId } = await api.publish({
    ...message,
    from: { clientId: 'old-1' },
    payload: new Uint8Array([0, 200]),
    repeat: { perSecond: 50, count: 10 },
  })
  expect(clientId).toBe('old-1')
  expect(await publishOf(api, 'old-1', after)).toMatchObject({ direction: 'uplink', qos: 1, topic: 'desk/a' })
  const { groups } = await engine.finished()
  expect(groups).toMatchObject([{ name: 'old', offered: 60, delivered: 60, lost: 0, duplicated: 0 }])
  const sent = await api.queryPackets({ filter: 'client:board topic:desk/a type:PUBLISH', after, limit: 50 })
  expect(sent.packets).toHaveLength(10)
})

test('the test client subscribes, receives over its own link, and publishes once it is connected', async () => {
  const api = await start()
  const subscribes = [{ filter: 'desk/#', qos: 2 as const }]
  await api.setTestClient({ config: { protocol: 4, subscribes } })
  const own: DeskMessage = { ...message, from: 'test-client', qos: 2 }
  expect(await api.publish(own)).toMatchObject({ clientId: 'test-client', waits: true })
  await until(async () => (await api.getDesk({ after: 0 })).total === 1, 'its own message')
  const desk = await api.getDesk({ after: 0 })
  expect(desk.client).toMatchObject({
    clientId: 'test-client',
    state: 'ready',
    protocol: 4,
    subscribes: [{ filter: 'desk/#', qos: 2, granted: 2 }],
  })
  expect(desk.received).toMatchObject([{ n: 1, topic: 'desk/a', qos: 2, retained: false, bytes: 7 }])
  expect((await api.getDesk({ after: 1 })).received).toEqual([])
  await api.setLink({ target: { clientId: 'test-client' }, patch: { delay: 0 } })
  expect((await api.getDesk({ after: 1 })).client?.link.uplink.delay).toEqual({ model: 'constant', ms: 0 })
  await api.publish({ ...message, payload: 'x'.repeat(9000), repeat: { perSecond: 100, count: 300 } })
  await until(async () => (await api.getDesk({ after: 0 })).total === 301, 'all repetitions')
  const { received, repeat } = await api.getDesk({ after: 0 })
  expect(received).toHaveLength(DESK_RECEIVED.messages)
  expect(received.at(-1)).toMatchObject({ n: 301, bytes: 9000 })
  expect(received.at(-1)?.payload).toHaveLength(DESK_RECEIVED.bytes)
  expect(repeat).toBeNull()
  await api.setTestClient({ config: null })
  expect((await api.getDesk({ after: 0 })).client).toBeNull()
})

test('a repetition whose device has gone ends, and says why', async () => {
  const api = await start()
  await api.publish({ ...message, from: { clientId: 'old-1' }, repeat: { perSecond: 50, count: 10_000 } })
  await api.removeGroup({ name: 'old' })
  await until(async () => (await api.getDesk({ after: 0 })).repeat === null, 'the end of the repetition')
  const said = opened.logs.filter((l) => l.note.key === 'repetition-ended').map((l) => l.note.text)
  expect(said).toEqual(['The repetition to desk/a has ended: unknown device old-1'])
})

test('a repetition can be stopped; what cannot be published is refused in one line', async () => {
  const api = await start()
  await api.publish({ ...message, repeat: { perSecond: 10, count: 10_000 } })
  await until(async () => ((await api.getDesk({ after: 0 })).repeat?.sent ?? 0) > 2, 'repetitions')
  await api.endRepeat({})
  expect((await api.getDesk({ after: 0 })).repeat).toBeNull()
  expect(await refusal(api.publish({ ...message, from: { clientId: 'nobody' } }))).toBe(
    'not-found: unknown device nobody',
  )
  const properties = { contentType: 'text/plain' }
  expect(await refusal(api.publish({ ...message, from: { clientId: 'old-1' }, properties }))).toBe(
    'bad-request: properties: old-1 speaks MQTT 3.1.1, which has none; leave them empty, or choose a client of MQTT 5',
  )
  expect(await refusal(api.publish({ ...message, topic: 'a/#' }))).toContain(
    'expected a topic name without + or #',
  )
  await api.control({ action: 'stop' })
  expect(await refusal(api.publish(message))).toBe(
    'conflict: the run has ended; restart it, then publish again',
  )
})
