import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { listenAt, type ProxyFlags } from '../../electron/cli/proxy-flags'
import { makeCertificates, type Certificates } from '../helpers/certificates'
import {
  freePort,
  listening,
  mosquittoPath,
  NO_MOSQUITTO,
  startMosquitto,
  type Mosquitto,
} from '../helpers/mosquitto'
import { closeProxies, proxyTo } from '../helpers/proxy'
import { until } from '../helpers/until'

const run = promisify(execFile)
if (mosquittoPath === null) console.log(`skipped: ${NO_MOSQUITTO}`)

describe.skipIf(mosquittoPath === null)(
  'a proxy between every kind of client and every kind of broker',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleetlab-proxy-'))
    const targets = { mqtt: '', mqtts: '', ws: '', wss: '' }
    let files: Certificates
    const brokers: Mosquitto[] = []

    // One process for each kind of TLS: mosquitto 2.0.11 shares OpenSSL's queue of errors between them, and where it closes a
    // client over wss ("application data after close notify") it now and then drops one over mqtts for it (Protocol error).
    beforeAll(async () => {
      files = await makeCertificates(folder)
      const tls = [`cafile ${files.ca}`, `certfile ${files.cert}`, `keyfile ${files.key}`]
      const [mqtts, ws, wss] = [await freePort(), await freePort(), await freePort()]
      const plain = await startMosquitto(undefined, [
        `listener ${mqtts} 127.0.0.1`,
        ...tls,
        `listener ${ws} 127.0.0.1`,
        'protocol websockets',
      ])
      brokers.push(plain)
      brokers.push(
        await startMosquitto(undefined, [`listener ${wss} 127.0.0.1`, 'protocol websockets', ...tls]),
      )
      await Promise.all([mqtts, ws, wss].map((port) => listening(port)))
      targets.mqtt = `mqtt://127.0.0.1:${plain.port}`
      targets.mqtts = `mqtts://127.0.0.1:${mqtts}`
      targets.ws = `ws://127.0.0.1:${ws}`
      targets.wss = `wss://localhost:${wss}`
    })
    afterEach(closeProxies)
    afterAll(() => {
      for (const b of brokers) b.stop()
      rmSync(folder, { recursive: true })
    })

    const through = (target: string, flags: Partial<ProxyFlags>) =>
      proxyTo(target, { timeout: 30_000, ca: files.ca, cert: files.cert, key: files.key, ...flags })

    /** Publishes to itself at QoS 2 with a client that trusts the test's authority alone. */
    async function echo(url: string, clientId: string): Promise<string> {
      const client = await mqtt.connectAsync(url, {
        clientId,
        ca: readFileSync(files.ca),
        reconnectPeriod: 0,
        wsOptions: { ca: readFileSync(files.ca) },
      })
      const answer = new Promise<string>((done, fail) => {
        client.on('message', (_t, p) => done(p.toString()))
        client.on('close', () => fail(new Error(`the connection of ${clientId} was closed`)))
      })
      await client.subscribeAsync(`echo/${clientId}`, { qos: 2 })
      await client.publishAsync(`echo/${clientId}`, 'x'.repeat(70_000), { qos: 2 })
      const text = await answer
      await client.endAsync()
      return text
    }

    const kinds = ['mqtt', 'mqtts', 'ws', 'wss'] as const
    const every = kinds.flatMap((listen) => kinds.map((target) => [listen, target] as const))
    // At the same time, because mosquitto is slow to notice WebSocket clients.
    it(
      'clients of every kind reach brokers of every kind, over a link and without one',
      { timeout: 25_000 },
      async () => {
        const tryPair = async (
          listen: (typeof kinds)[number],
          target: (typeof kinds)[number],
        ): Promise<unknown> => {
          const { proxy, url } = await through(targets[target], {
            listen: listenAt(`${listen}://0`),
            clients: 'linked-*',
            delay: 1,
          })
          const ids = ['linked', 'free'].map((how) => `${how}-${listen}-${target}`)
          const texts = await Promise.all(ids.map((id) => echo(url, id)))
          await until(() => proxy.report().exchanges.complete === 4, 'all handshakes')
          const { packets, clients, exchanges } = proxy.report()
          return {
            url: url.replace(/:\d+/, ''),
            bytes: texts.map((t) => t.length),
            named: clients.toSorted().join() === ids.toSorted().join(),
            publish: packets.PUBLISH,
            exchanges,
          }
        }
        const found = await Promise.all(
          every.map(async (k) => [k.join(' to '), await tryPair(...k)] as const),
        )
        const path = { mqtt: '', mqtts: '', ws: '/mqtt', wss: '/mqtt' }
        const expected = every.map(([listen, target]) => [
          `${listen} to ${target}`,
          {
            url: `${listen}://127.0.0.1${path[listen]}`,
            bytes: [70_000, 70_000],
            named: true,
            publish: { sent: 4, lost: 0 },
            exchanges: { complete: 4, unfinished: 0 },
          },
        ])
        expect(found).toEqual(expected)
      },
    )

    it('mosquitto checks the certificate of a TLS port, and one made on the spot is not trusted', async () => {
      const args = (url: string) => [
        '-p',
        /:(\d+)/.exec(url)?.[1] ?? '',
        '--cafile',
        files.ca,
        '-t',
        'a',
        '-m',
        'x',
      ]
      const own = await through(targets.mqtts, { listen: listenAt('mqtts://0') })
      await run('mosquitto_pub', [...args(own.url), '-h', '127.0.0.1', '-q', '1'])
      const made = await through(targets.mqtt, {
        listen: listenAt('mqtts://0'),
        cert: undefined,
        key: undefined,
      })
      await expect(run('mosquitto_pub', [...args(made.url), '-h', '127.0.0.1'])).rejects.toThrow(
        /TLS|certificate/i,
      )
    })

    it('a broker whose certificate is not trusted is refused before any client comes, unless that is wanted', async () => {
      const flags = { ca: undefined }
      await expect(through(targets.mqtts, flags)).rejects.toThrow(
        /cannot reach the broker at mqtts:.*certificate/,
      )
      const { url } = await through(targets.mqtts, { ...flags, insecure: true })
      expect((await echo(url, 'trusting')).length).toBe(70_000)
    })
  },
)
