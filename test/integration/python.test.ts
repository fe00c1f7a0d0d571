import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineEvents, LabApi } from '../../electron/contract/api'
import { scenarioSchema } from '../../electron/contract/scenario'
import { createEngine } from '../../electron/engine/engine'
import type { Engine } from '../../electron/engine/types'
import { clientLines } from '../../renderer/features/lab/client-snippets'
import { until } from '../helpers/until'

const scripts = join(import.meta.dirname, '../../examples/python')

const python = ['python3', '/usr/bin/python3'].find(
  (p) => spawnSync(p, ['-c', 'import paho.mqtt.client']).status === 0,
)
// Its exit code after --help is not 0; that it starts at all is enough.
const mosquitto = spawnSync('mosquitto_pub', ['--help']).error === undefined
if (python === undefined) console.log('skipped: no Python with paho-mqtt')
if (!mosquitto) console.log('skipped: mosquitto_pub and mosquitto_sub are not installed')

const QOS = [0, 1, 2] as const
const running = new Set<ChildProcess>()
let engine: Engine
let api: LabApi
let port = 0

beforeAll(async () => {
  engine = createEngine({ env: {}, version: '0.0.0', log: () => undefined })
  const broker = { kind: 'embedded', port: 0 } as const
  await engine.open(scenarioSchema.parse({ version: 1, name: 'own clients', broker }), null)
  port = Number(/:(\d+)$/.exec(engine.status().broker.listeners[0]?.url ?? '')?.[1])
  const none = new Proxy({} as EngineEvents, { get: () => () => undefined })
  const page = { events: none, bufferedBytes: () => 0, worked: () => undefined, onClose: () => undefined }
  api = engine.session(page, { kind: 'web', readOnly: false })
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await engine.close()
})

interface Run {
  printed(pattern: RegExp): Promise<void>
  ended: Promise<{ code: number | null; text: string }>
}

function start(command: string, args: string[]): Run {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let text = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (d: Buffer) => {
      text += d.toString()
      for (const check of waiting) check()
    })
  }
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.on('close', (code) => {
      running.delete(child)
      resolve({ code, text })
    })
  })
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (pattern.test(text)) resolve()
      }
      waiting.add(check)
      check()
      void ended.then((e) => reject(new Error(`${command} ended with ${e.code}: ${e.text}`)))
    })
  return { printed, ended }
}

const where = (): string[] => ['--host', '127.0.0.1', '--port', String(port)]

describe.skipIf(python === undefined)('examples/python against the embedded broker', () => {
  const run = (script: string, args: string[]): Run =>
    start(python ?? '', [join(scripts, script), ...where(), ...args])

  it.each(QOS)('the pair exchanges JSON on common at QoS %i', async (qos) => {
    const subscriber = run('subscribe.py', ['--qos', String(qos), '--count', '3', '--id', `py-sub-${qos}`])
    await subscriber.printed(/subscribed to common/)
    const flags = ['--qos', String(qos), '--count', '3', '--interval', '0.01', '--id', `py-pub-${qos}`]
    const published = await run('publish.py', flags).ended
    expect(published).toMatchObject({ code: 0 })
    expect(published.text).toContain(`1: common {"succcess": "ok"}`)
    expect(published.text).toContain(`published 3 at QoS ${qos}`)
    const received = await subscriber.ended
    expect(received.code).toBe(0)
    expect(received.text).toContain(`3: common QoS ${qos} {'succcess': 'ok'}\nreceived 3\n`)
  })

  it('publishes at QoS 1 to common unless told otherwise, beside the simulated devices', async () => {
    await run('publish.py', ['--count', '1', '--id', 'py-default']).ended
    const { packets } = await api.queryPackets({ filter: 'client:py-default', limit: 100 })
    const publish = packets.find((p) => p.type === 'PUBLISH')
    expect(publish).toMatchObject({ topic: 'common', qos: 1, direction: 'uplink', dup: false })
    expect(packets.map((p) => p.type)).toContain('PUBACK')
  })

  it('the lines that the Lab shows publish with the paho that is installed', async () => {
    const lines = clientLines('paho', { scheme: 'mqtt', host: '127.0.0.1', port }, 'lab/lines')
    expect(await start(python ?? '', ['-c', lines]).ended).toEqual({ code: 0, text: '' })
    const { packets } = await api.queryPackets({ filter: 'client:my-client type:PUBACK', limit: 10 })
    expect(packets).toHaveLength(1)
  })

  it('says in one line that there is no broker', async () => {
    const failed = await start(python ?? '', [join(scripts, 'publish.py'), '--port', '1']).ended
    expect(failed.code).toBe(1)
    expect(failed.text).toMatch(/^no broker at 127\.0\.0\.1:1: .*\n$/)
  })
})

/** Resolves when the client has a subscription at the broker. */
function subscription(clientId: string): { promise: Promise<void>; stop: () => void } {
  let stopped = false
  const promise = until(async () => {
    const known = await api.getDevice({ clientId }).catch(() => null)
    if (stopped) throw new Error(`${clientId} ended without a subscription`)
    return (known?.subscriptions.length ?? 0) > 0
  }, `a subscription of ${clientId}`)
  return { promise, stop: () => void (stopped = true) }
}

describe.skipIf(!mosquitto)('mosquitto clients against the embedded broker', () => {
  const at = (): string[] => ['-h', '127.0.0.1', '-p', String(port)]

  it.each(QOS)('exchange a message at QoS %i', async (qos) => {
    const flags = ['-t', `mosquitto/${qos}`, '-q', String(qos)]
    const subscriber = start('mosquitto_sub', [...at(), ...flags, '-C', '1', '-i', `mosq-sub-${qos}`])
    // It prints into a pipe only when it ends, so the broker is asked.
    const { promise, stop } = subscription(`mosq-sub-${qos}`)
    void subscriber.ended.then(stop)
    await promise
    const published = await start('mosquitto_pub', [
      ...at(),
      ...flags,
      '-m',
      'hello',
      '-i',
      `mosq-pub-${qos}`,
    ]).ended
    expect(published).toEqual({ code: 0, text: '' })
    const received = await subscriber.ended
    expect(received.code).toBe(0)
    expect(received.text).toContain('hello')
  })
})
