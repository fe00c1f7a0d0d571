import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { EngineEvents, LabApi } from '../../electron/contract/api'
import type { LossyListenerInput } from '../../electron/contract/lossy-listener'
import type { ScenarioInput } from '../../electron/contract/scenario'
import type { PacketRow } from '../../electron/contract/model'
import { testEngine, scenarioOf, type OpenedEngine } from '../helpers/lab-run'
import { until } from '../helpers/until'

const scripts = join(import.meta.dirname, '../../examples/python')
const python = ['python3', '/usr/bin/python3'].find(
  (p) => spawnSync(p, ['-c', 'import paho.mqtt.client']).status === 0,
)
if (python === undefined) console.log('skipped: no Python with paho-mqtt')

const SEED = 7
type BrokerInput = ScenarioInput['broker']
let opened: OpenedEngine | null = null
afterEach(() => opened?.engine.close())

/** The embedded broker with one lossy listener. */
async function lab(listener: LossyListenerInput): Promise<{ api: LabApi; port: number; plain: number }> {
  opened = testEngine()
  const { engine } = opened
  const broker = {
    kind: 'embedded' as const,
    port: 0,
    listeners: [{ port: 0, ...listener }],
  } satisfies BrokerInput
  await engine.open(scenarioOf({ seed: SEED, broker }), null)
  const none = new Proxy({} as EngineEvents, { get: () => () => undefined })
  const page = { events: none, bufferedBytes: () => 0, worked: () => undefined, onClose: () => undefined }
  const port = (url: string | undefined): number => Number(/:(\d+)$/.exec(url ?? '')?.[1])
  const { listeners, lossy } = engine.status().broker
  return {
    api: engine.session(page, { kind: 'web', readOnly: false }),
    port: port(lossy?.[0]?.url),
    plain: port(listeners[0]?.url),
  }
}

function run(
  script: string,
  port: number,
  args: string[],
): { text: () => string; ended: Promise<number | null> } {
  const child = spawn(python ?? '', [join(scripts, script), '--port', String(port), ...args])
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (d: Buffer) => (text += d.toString()))
  const ended = new Promise<number | null>((done) => child.on('close', done))
  return { text: () => text, ended }
}

const packetsOf = async (api: LabApi, clientId: string, type: string): Promise<PacketRow[]> =>
  (await api.queryPackets({ filter: `client:${clientId} type:${type}`, limit: 1000 })).packets

const lost = (packets: PacketRow[]): number => packets.filter((p) => p.fate === 'lost').length

describe.skipIf(python === undefined)('paho over a lossy listener, 30 % loss, seed 7', () => {
  it('QoS 0: what paho receives is what the link let through', async () => {
    const { api, port, plain } = await lab({ link: { loss: 0.3 } })
    const subscriber = run('subscribe.py', plain, ['--qos', '0', '--id', 'sub'])
    await until(() => subscriber.text().includes('subscribed to'), 'the subscription')
    const publisher = run('publish.py', port, [
      '--qos',
      '0',
      '--count',
      '40',
      '--interval',
      '0.002',
      '--id',
      'pub',
    ])
    expect(await publisher.ended).toBe(0)
    expect(publisher.text()).toContain('published 40 at QoS 0')
    const sent = await packetsOf(api, 'pub', 'PUBLISH')
    expect(sent).toHaveLength(40)
    // Which ones are lost follows from the seed, so the count is the same at every run.
    expect(lost(sent)).toBe(17)
    await until(() => subscriber.text().includes(`${40 - 17}: common`), 'what was not lost')
    expect(await packetsOf(api, 'sub', 'PUBLISH')).toHaveLength(40 - 17)
  })

  it.each([1, 2])(
    'QoS %i: the link closes the connection, paho comes back and loses nothing',
    async (qos) => {
      const { api, port, plain } = await lab({
        link: { loss: 0.3, recovery: { mode: 'reconnect', timeout: 100 } },
      })
      const subscriber = run('subscribe.py', plain, ['--qos', String(qos), '--id', 'sub'])
      await until(() => subscriber.text().includes('subscribed to'), 'the subscription')
      const flags = ['--qos', String(qos), '--count', '1', '--interval', '0', '--id', 'pub']
      const publisher = run('publish.py', port, flags)
      expect(await publisher.ended).toBe(0)
      expect(publisher.text()).toContain(`published 1 at QoS ${qos}`)
      const sent = await packetsOf(api, 'pub', 'PUBLISH')
      const answers = await packetsOf(api, 'pub', qos === 1 ? 'PUBACK' : 'PUBCOMP')
      // paho has one answer for each message, and whatever was sent beyond that was sent by paho itself.
      expect(answers.length - lost(answers)).toBe(1)
      expect(sent.every((p) => p.origin === 'endpoint')).toBe(true)
      expect(lost(sent) + lost(answers)).toBeGreaterThan(0)
      const connects = await packetsOf(api, 'pub', 'CONNECT')
      expect(connects.length).toBeGreaterThan(1)
    },
    30_000,
  )

  it('recovery by the link: each packet arrives once, late, and no connection ends', async () => {
    const link = { loss: 0.3, recovery: { mode: 'link', timeout: 20 } } as const
    const { api, port } = await lab({ link })
    const publisher = run('publish.py', port, [
      '--qos',
      '2',
      '--count',
      '10',
      '--interval',
      '0',
      '--id',
      'pub',
    ])
    expect(await publisher.ended).toBe(0)
    const sent = await packetsOf(api, 'pub', 'PUBLISH')
    expect(sent).toHaveLength(10)
    expect(lost(sent)).toBe(0)
    expect(sent.some((p) => p.segmentLosses > 0)).toBe(true)
    expect(sent.some((p) => p.dup)).toBe(false)
    expect(await packetsOf(api, 'pub', 'CONNECT')).toHaveLength(1)
  })

  it('no recovery: the lost PUBACK stalls paho, which shows in flight until the connection is cut', async () => {
    const { api, port } = await lab({ link: { recovery: { mode: 'none' } } })
    const publisher = run('publish.py', port, [
      '--qos',
      '1',
      '--count',
      '2',
      '--interval',
      '1',
      '--id',
      'pub',
    ])
    await until(() => publisher.text().includes('1: common'), 'the first message')
    await api.dropNext({ clientId: 'pub', direction: 'downlink', type: 'PUBACK' })
    await until(async () => lost(await packetsOf(api, 'pub', 'PUBACK')) === 1, 'the loss')
    const { inFlightPackets, link, external, linkKind } = await api.getDevice({ clientId: 'pub' })
    expect({ external, linkKind, retryTimer: inFlightPackets[0]?.retryTimer }).toEqual({
      external: true,
      linkKind: 'radio',
      retryTimer: null,
    })
    expect(link?.recovery.mode).toBe('none')
    expect(publisher.text()).not.toContain('published')
    await api.cut({ clientId: 'pub' })
    expect(await publisher.ended).toBe(0)
    expect(publisher.text()).toContain('published 2 at QoS 1')
    const again = (await packetsOf(api, 'pub', 'PUBLISH')).filter((p) => p.dup)
    expect(again).toHaveLength(1)
  }, 120_000)

  it('identifiers that do not fit come in without a link', async () => {
    const { api, port } = await lab({ clients: 'sensor-*', link: { loss: 1 } })
    const publisher = run('publish.py', port, ['--qos', '1', '--count', '1', '--id', 'other'])
    expect(await publisher.ended).toBe(0)
    expect(lost(await packetsOf(api, 'other', 'PUBLISH'))).toBe(0)
  })
})

it('listeners come and go while the run goes on, and the loss slider reaches them', async () => {
  const { api } = await lab({ link: { loss: 0.1 } })
  await api.addListener({ listener: { port: 0, link: { loss: 0.2 } } })
  await api.setLoss({ p: 0.5 })
  const { scenario } = await api.getScenario({})
  expect(scenario.broker.listeners?.map((l) => l.link.uplink.loss)).toEqual([
    { model: 'independent', p: 0.5 },
    { model: 'independent', p: 0.5 },
  ])
  await api.setLink({ target: { listener: 1 }, patch: { recovery: { mode: 'link' } } })
  await api.removeListener({ index: 0 })
  const after = await api.getScenario({})
  expect(after.scenario.broker.listeners?.map((l) => l.link.recovery.mode)).toEqual(['link'])
  expect(opened?.engine.status().broker.lossy).toHaveLength(1)
  await expect(api.removeListener({ index: 1 })).rejects.toMatchObject({ code: 'not-found' })
})
