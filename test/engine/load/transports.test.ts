import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer as createWebServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ListenerInfo, ListenerKind } from '../../../electron/engine/simulation/broker/types'
import { createSimulation } from '../../../electron/engine/simulation/simulation'
import { explain } from '../../../electron/engine/load/run/failures'
import { WireClient } from '../../../electron/engine/load/wire/client'
import type { ClientEvents, ClientFields } from '../../../electron/engine/load/wire/client-types'
import { dialFor } from '../../../electron/engine/load/wire/dial'
import { FlushQueue } from '../../../electron/engine/load/wire/flush-queue'
import { PublishTemplate, payloadSequence } from '../../../electron/engine/load/wire/template'
import type { Caller, Dial } from '../../../electron/engine/load/wire/transport'
import { makeCertificates } from '../../helpers/certificates'
import { scenarioOf } from '../../helpers/lab-run'
import { listener } from './scripted-broker'

const sim = createSimulation({
  scenario: scenarioOf({ broker: { kind: 'embedded', port: 0, wsPort: 0, tls: { port: 0 } } }),
  clock: { speed: 1 },
  network: { env: {} },
})
const listening = new Map<ListenerKind, ListenerInfo>()

beforeAll(async () => {
  await sim.start()
  for (const l of sim.target?.embedded?.listeners() ?? []) listening.set(l.kind, l)
})
afterAll(() => sim.close())

const PLAIN = { insecure: false }

function fields(clientId: string, level: 4 | 5, filters: string[]): ClientFields {
  return {
    clientId,
    level,
    clean: true,
    keepAlive: 30,
    window: 50,
    refillAt: 49,
    barriers: false,
    filters,
    subscribeQos: 2,
    resume: false,
    caller: {},
  }
}

/** Publishes 500 messages of 2 kB at a QoS to itself over a transport; resolves to the sequence numbers received. */
async function echo(kind: ListenerKind, level: 4 | 5, qos: 0 | 1 | 2): Promise<number[]> {
  const { url, certificate } = listening.get(kind)!
  const dial = await dialFor(url, { ...PLAIN, ca: certificate, serverName: 'localhost' })
  const total = 500
  const got: number[] = []
  const topic = `echo/${kind}/${level}/${qos}`
  const template = new PublishTemplate({ topic, qos, size: 2000, level, runTag: 1, publisher: 0, seed: 1 })
  const source = {
    template,
    taken: 0,
    due: () => (source.taken < total ? Date.now() : -1),
    take: () => source.taken++,
  }
  return new Promise((resolve, reject) => {
    const events: ClientEvents = {
      ...listener().events,
      ready: (c) => (c.index === 0 ? publisher.connect() : undefined),
      arrived: (_c, { bytes, payloadAt }) => {
        got.push(payloadSequence(bytes, payloadAt))
        if (got.length === total) finish(null)
      },
      closed: (_c, cause, error) => finish(new Error(explain(cause, error))),
    }
    const deps = { dial, flushQueue: new FlushQueue(setImmediate), events, now: Date.now }
    const subscriber = new WireClient(0, fields(`s-${topic}`, level, [topic]), null, deps)
    const publisher = new WireClient(1, fields(`p-${topic}`, level, []), source, deps)
    let over = false
    const finish = (error: Error | null): void => {
      if (over) return
      over = true
      subscriber.end()
      publisher.end()
      if (error) reject(error)
      else resolve(got)
    }
    subscriber.connect()
  })
}

describe.each(['tcp', 'ws', 'tls'] as const)('over %s', (kind) => {
  it.each([
    [4, 0],
    [4, 1],
    [4, 2],
    [5, 1],
    [5, 2],
  ] as const)('MQTT level %i at QoS %i brings every message, in order, once', async (level, qos) => {
    expect(await echo(kind, level, qos)).toEqual(Array.from({ length: 500 }, (_, i) => i))
  })
})

/** How an attempt to connect ends. */
async function attempt(url: string, tls: Parameters<typeof dialFor>[1]): Promise<string> {
  const dial = await dialFor(url, tls)
  return new Promise((resolve) => {
    const events: ClientEvents = {
      ...listener().events,
      ready: () => resolve('connected'),
      closed: (_c, cause, error) => resolve(explain(cause, error)),
    }
    const deps = { dial, flushQueue: new FlushQueue(setImmediate), events, now: Date.now }
    const client = new WireClient(0, fields('a', 4, []), null, deps)
    client.connect()
  })
}

it.each([true, false])('takes up the TLS session of the connection before: %s', async (resumesTls) => {
  const { url, certificate } = listening.get('tls')!
  const dial = await dialFor(url, { ...PLAIN, ca: certificate, serverName: 'localhost' })
  const resumed = await new Promise<boolean[]>((resolve) => {
    const seen: boolean[] = []
    const events: ClientEvents = {
      ...listener().events,
      ready: () => {
        seen.push(client.tlsResumed)
        client.end()
      },
      closed: () => (seen.length < 2 ? client.connect() : resolve(seen)),
    }
    const deps = { dial, flushQueue: new FlushQueue(setImmediate), events, now: Date.now }
    const client = new WireClient(0, { ...fields('again', 4, []), caller: { resumesTls } }, null, deps)
    client.connect()
  })
  expect(resumed).toEqual([false, resumesTls])
})

it('shows a certificate of its own, offers ALPN, and sends headers', async () => {
  const files = await makeCertificates(mkdtempSync(join(tmpdir(), 'own-')))
  const [cert, key] = [readFileSync(files.cert, 'utf8'), readFileSync(files.key, 'utf8')]
  const seen: unknown[] = []
  const server = createServer({
    cert,
    key,
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: ['mqtt'],
  })
  server.on('secureConnection', (s) => {
    seen.push(s.getPeerCertificate().subject.CN, s.alpnProtocol)
    s.destroy()
  })
  const web = createWebServer()
  web.on('upgrade', (request, socket) => {
    seen.push(request.headers['x-tenant'])
    socket.destroy()
  })
  const port = async (s: Server): Promise<number> => {
    await new Promise<void>((done) => s.listen(0, '127.0.0.1', done))
    return (s.address() as AddressInfo).port
  }
  const dialed = (dial: Dial, caller: Caller): Promise<void> =>
    new Promise((closed) => {
      const ignore = (): void => undefined
      dial({ opened: ignore, data: ignore, drained: ignore, closed: () => closed() }, caller)
    })
  const tls = await dialFor(`mqtts://127.0.0.1:${await port(server)}`, { insecure: true, alpn: ['mqtt'] })
  await dialed(tls, { cert, key })
  const ws = await dialFor(`ws://127.0.0.1:${await port(web)}`, { ...PLAIN, headers: { 'X-Tenant': 'a' } })
  await dialed(ws, {})
  expect(seen).toEqual(['localhost', 'mqtt', 'a'])
  server.close()
  web.close()
})

describe('certificates', () => {
  it('are checked, unless told otherwise', async () => {
    const { url, certificate } = listening.get('tls')!
    expect(await attempt(url, PLAIN)).toMatch(/certificate .* --ca-file/)
    expect(await attempt(url, { insecure: false, ca: certificate, serverName: 'other.example' })).toMatch(
      /another host name: pass that name with --server-name/,
    )
    expect(await attempt(url, { insecure: true })).toBe('connected')
  })

  it('a broker without TLS is told from one with a wrong certificate', async () => {
    const url = listening.get('tcp')!.url.replace('mqtt:', 'mqtts:')
    expect(await attempt(url, PLAIN)).not.toMatch(/certificate/)
  })
})
