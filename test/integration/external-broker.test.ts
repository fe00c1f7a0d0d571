import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { scenarioOf, testEngine } from '../helpers/lab-run'
import { freePort, mosquittoPath, startMosquitto } from '../helpers/mosquitto'
import { until } from '../helpers/until'

const scenario = (url: string, more: { username?: string; passwordEnv?: string } = {}) =>
  scenarioOf({
    seed: 2,
    broker: { kind: 'external', url, ...more },
    link: { loss: 0.2, delay: 2, recovery: { timeout: 200 } },
    groups: [0, 1, 2].flatMap((qos) => [
      { name: `p${qos}`, publishes: [{ topic: `t/${qos}`, qos: qos as 0 | 1 | 2, rate: 60 }] },
      { name: `s${qos}`, subscribes: [{ filter: `t/${qos}`, qos: qos as 0 | 1 | 2 }] },
    ]),
  })

describe.skipIf(mosquittoPath === null)('devices at an external broker (mosquitto)', () => {
  test('keep the promises of each QoS over a lossy link', async () => {
    const broker = await startMosquitto()
    const { engine } = testEngine()
    try {
      await engine.open(scenario(`mqtt://127.0.0.1:${broker.port}`), null, { messages: 60 })
      const { groups } = await engine.finished(AbortSignal.timeout(15_000))
      expect(groups[0]).toMatchObject({ offered: 60, expected: 60, duplicated: 0 })
      expect(groups[0]?.lost).toBeGreaterThan(5)
      expect(groups[1]).toMatchObject({ delivered: 60, lost: 0 })
      expect(groups[1]?.duplicated).toBeGreaterThan(5)
      expect(groups[2]).toMatchObject({ delivered: 60, lost: 0, duplicated: 0 })
    } finally {
      await engine.close()
      broker.stop()
    }
  })

  test('log in with a password from the environment, and a wrong one is said in one line', async () => {
    const broker = await startMosquitto('secret')
    const url = `mqtt://127.0.0.1:${broker.port}`
    const login = scenario(url, { username: 'ann', passwordEnv: 'FLEETLAB_PASSWORD' })
    const right = testEngine({ FLEETLAB_PASSWORD: 'secret' })
    const wrong = testEngine({ FLEETLAB_PASSWORD: 'guess' })
    try {
      await right.engine.open(login, null)
      await until(() => right.engine.status().devices.connected === 6, 'connections')
      await wrong.engine.open(login, null)
      await until(() => wrong.logs.some((l) => l.note.text.includes('Not authorized')), 'a refusal')
      expect(wrong.engine.status().devices.connected).toBe(0)
      expect(wrong.logs.map((l) => l.note.text).join('')).not.toContain('guess')
    } finally {
      await Promise.all([right.engine.close(), wrong.engine.close()])
      broker.stop()
    }
  })

  test('come back when the broker was away for a moment', async () => {
    const broker = await startMosquitto()
    const { engine } = testEngine()
    try {
      await engine.open(scenario(`mqtt://127.0.0.1:${broker.port}`), null, { speed: 2 })
      await until(() => engine.status().devices.connected === 6, 'connections')
      broker.process.kill('SIGKILL')
      await until(() => engine.status().broker.state === 'down', 'the loss of the broker')
      // the connection that is cut says so first; the next one finds nobody
      const told = (): string => engine.status().broker.note?.text ?? ''
      await until(() => told().includes('nothing is listening there'), 'the reason')
    } finally {
      await engine.close()
      broker.stop()
    }
  })
})

test('an unreachable broker is one clear line', async () => {
  const { engine } = testEngine()
  const port = await freePort()
  await expect(engine.open(scenario(`mqtt://127.0.0.1:${port}`), null)).rejects.toMatchObject({
    code: 'unavailable',
    message: `cannot reach the broker at mqtt://127.0.0.1:${port}: nothing is listening there`,
  })
  await engine.close()
})

test('a secret in the query of the address is in neither the message nor the status', async () => {
  const { engine } = testEngine()
  const url = `ws://127.0.0.1:${await freePort()}/mqtt?token=s3cr3t`
  const refused = await engine.open(scenario(url), null).catch((e: unknown) => String(e))
  expect(refused).toContain('/mqtt?token=***: nothing is listening there')
  expect(refused).not.toContain('s3cr3t')

  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await engine.open(scenario(`ws://127.0.0.1:${port}/mqtt?token=s3cr3t`), null)
  expect(engine.status().broker.url).toBe(`ws://127.0.0.1:${port}/mqtt?token=***`)
  await engine.close()
  server.close()
})

test('a password that is not in the environment is named', async () => {
  const { engine } = testEngine()
  const login = scenario('mqtt://127.0.0.1:1', { username: 'ann', passwordEnv: 'FLEETLAB_PASSWORD' })
  await expect(engine.open(login, null)).rejects.toMatchObject({ code: 'bad-scenario' })
  await engine.close()
})
