import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import type { EngineApi } from '../../../electron/contract/api'
import type { GroupStats } from '../../../electron/contract/model'
import { scenarioSchema } from '../../../electron/contract/scenario'
import type { Engine } from '../../../electron/engine/types'
import { makeCertificates } from '../../helpers/certificates'
import { scenarioOf, testEngine } from '../../helpers/lab-run'
import { openPage } from '../../helpers/page'
import { until } from '../../helpers/until'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(
  scenario: ReturnType<typeof scenarioOf>,
): Promise<{ engine: Engine; api: EngineApi; groups: GroupStats[][] }> {
  const { engine } = testEngine()
  closers.push(() => engine.close())
  await engine.open(scenario, null)
  const page = await openPage(engine)
  closers.push(page.close)
  return { engine, api: page.api, groups: page.pushed.groups }
}
const groups = [{ name: 'a', publishes: [{ topic: 'a', rate: 50 }] }]

test('name, seed and broker are set from a page; only a new name leaves the run as it is', async () => {
  const phases = [{ name: 'all', for: '1h' }]
  const { engine, api } = await start(scenarioOf({ groups, phases }))
  await until(() => engine.status().captured.seen > 10, 'packets')
  const { seed, broker } = (await api.getScenario({})).scenario
  await api.setRun({ run: { name: 'renamed', description: 'x', seed, phases, broker } })
  expect(engine.status().captured.seen).toBeGreaterThan(10)
  expect((await api.getScenario({})).scenario).toMatchObject({ name: 'renamed', groups: [{ name: 'a' }] })
  await api.setRun({
    run: {
      name: 'renamed',
      seed: 9,
      duration: '1m',
      phases,
      broker: { kind: 'embedded', port: 0, wsPort: 0 },
    },
  })
  const { scenario } = await api.getScenario({})
  expect(scenario).toMatchObject({ seed: 9, duration: 60_000, phases: [{ name: 'all' }] })
  expect(scenario.description).toBeUndefined()
  expect(engine.status().broker.listeners.map((l) => l.kind)).toEqual(['tcp', 'ws'])
  await expect(
    api.setRun({ run: { name: 'x', broker: { kind: 'external', url: 'mqtt://10.1.2.3' } } }),
  ).rejects.toMatchObject({ code: 'unconfirmed' })
  expect((await api.getScenario({})).scenario.seed).toBe(9)
})

test('phases are set from a page, wrong ones refused at their field, and the page hears of the devices they add', async () => {
  const { api, groups: stats } = await start(scenarioOf({ groups }))
  const { name, seed, broker } = (await api.getScenario({})).scenario
  const set = (of: string) =>
    api.setRun({
      run: { name, seed, broker, phases: [{ name: 'More', for: '1h', steps: [{ count: 3, of }] }] },
    })
  await expect(set('b')).rejects.toMatchObject({ details: [{ path: 'phases.0.steps.0.of' }] })
  await set('a')
  await until(() => stats.at(-1)?.[0]?.devices === 3, 'three devices')
  expect((await api.getScenario({})).scenario.groups[0]?.count).toBe(1)
})

test('devices show their certificate to a broker that asks for one; whoever has none stays out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetlab-mtls-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { ca, cert, key } = await makeCertificates(folder)
  const own = { certFile: cert, keyFile: key }
  const { engine: server } = await start(
    scenarioOf({ broker: { kind: 'embedded', port: 0, tls: { port: 0, ...own, clientCaFile: ca } } }),
  )
  const port = Number(/:(\d+)$/.exec(server.status().broker.listeners[1]?.url ?? '')?.[1])
  const outside = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  outside.on('error', () => undefined)
  await until(() => outside.destroyed, 'the refusal')
  const url = `mqtts://127.0.0.1:${port}`
  const { engine, api } = await start(
    scenarioOf({ broker: { kind: 'external', url, caFile: ca, ...own, serverName: 'localhost' }, groups }),
  )
  await until(() => engine.status().devices.connected === 1, 'the device')
  const wrong = { kind: 'external' as const, url, caFile: ca, ...own, serverName: 'other.example' }
  await expect(api.setRun({ run: { name: 'x', broker: wrong } })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('other.example') as string,
  })
})

test('a certificate without its key is refused where it stands', () => {
  const read = scenarioSchema.safeParse({
    version: 1,
    name: 'x',
    broker: { kind: 'external', url: 'mqtts://127.0.0.1', certFile: 'a.pem' },
  })
  expect(read.error?.issues).toMatchObject([
    { path: ['broker', 'keyFile'], message: 'expected certFile and keyFile together' },
  ])
})
