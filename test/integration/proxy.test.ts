import fc from 'fast-check'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { dropText, listenAt } from '../../electron/cli/proxy-flags'
import type { ProxyReport } from '../../electron/engine/proxy/counts'
import { mosquittoPath, NO_MOSQUITTO, startMosquitto, type Mosquitto } from '../helpers/mosquitto'
import { closeProxies, proxyTo } from '../helpers/proxy'
import { until } from '../helpers/until'

const run = promisify(execFile)
const scripts = join(import.meta.dirname, '../../examples/python')
const python = ['python3', '/usr/bin/python3'].find(
  (p) => spawnSync(p, ['-c', 'import paho.mqtt.client']).status === 0,
)
if (mosquittoPath === null) console.log(`skipped: ${NO_MOSQUITTO}`)
if (python === undefined) console.log('skipped: no Python with paho-mqtt')

const CONNECT = Buffer.from('101000044d5154540402003c00046e616d65', 'hex')
afterEach(closeProxies)

describe.skipIf(mosquittoPath === null)('between clients and mosquitto', () => {
  let broker: Mosquitto
  beforeAll(async () => {
    broker = await startMosquitto()
  })
  afterAll(() => broker.stop())

  /** What subscribers straight at mosquitto get, until the message `end`. */
  function subscriber(
    topic: string,
    qos: number,
  ): { text: () => string; ended: Promise<unknown>; ready: Promise<void> } {
    const args = ['-p', String(broker.port), '-t', topic, '-q', String(qos), '-d']
    const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...args])
    let text = ''
    child.stdout.on('data', (d: Buffer) => (text += d.toString()))
    const ended = new Promise((done) => child.on('close', done))
    const ready = until(() => text.includes('Subscribed'), 'the subscription')
    return {
      text: () => text,
      ready,
      ended: until(() => text.includes('\nend\n'), 'the end').then(() => {
        child.kill()
        return ended
      }),
    }
  }

  describe.skipIf(python === undefined)('paho, 30 % loss, seed 7', () => {
    it.each([0, 1, 2])(
      'QoS %i: the counts are those of paho and of mosquitto',
      async (qos) => {
        const { proxy, port } = await proxyTo(`mqtt://127.0.0.1:${broker.port}`, { loss: 0.3 })
        const topic = `paho/${qos}`
        const sub = subscriber(topic, 2)
        await sub.ready
        const count = qos === 0 ? 40 : 1
        const flags = [
          '--topic',
          topic,
          '--qos',
          String(qos),
          '--count',
          String(count),
          '--interval',
          '0',
          '--id',
          'pub',
        ]
        const { stdout } = await run(python ?? '', [
          join(scripts, 'publish.py'),
          '--port',
          String(port),
          ...flags,
        ])
        expect(stdout).toContain(`published ${count} at QoS ${qos}`)
        await run('mosquitto_pub', ['-p', String(broker.port), '-t', topic, '-m', 'end', '-q', '2'])
        await sub.ended
        const received = sub
          .text()
          .split('\n')
          .filter((l) => l === '{"succcess": "ok"}').length
        const { packets, clients, exchanges } = proxy.report()
        const publish = packets.PUBLISH ?? { sent: 0, lost: 0 }
        expect(clients).toEqual(['pub'])
        if (qos === 0) {
          expect(publish).toEqual({ sent: 40, lost: 13 })
          expect(received).toBe(40 - 13)
          return
        }
        // publish.py begins a new session with each connection: mosquitto then takes what is sent again for a new message,
        // and passes it on at PUBLISH or, at QoS 2, at PUBREL.
        const passes = packets[qos === 1 ? 'PUBLISH' : 'PUBREL'] ?? { sent: 0, lost: 0 }
        expect(received).toBe(passes.sent - passes.lost)
        expect(exchanges).toEqual({ complete: 1, unfinished: 0 })
        const answer = packets[qos === 1 ? 'PUBACK' : 'PUBCOMP'] ?? { sent: 0, lost: 0 }
        expect(answer.sent - answer.lost).toBe(1)
      },
      120_000,
    )
  })

  it('Ctrl-C ends the command, whoever is connected, and it writes what passed', async () => {
    const record = join(mkdtempSync(join(tmpdir(), 'fleetlab-proxy-')), 'record.jsonl')
    const at = ['--listen', 'ws://0', '--target', `mqtt://127.0.0.1:${broker.port}`, '--json', '-']
    const cli = join(scripts, '../../out/main/cli.js')
    const child = spawn(process.execPath, [cli, 'proxy', ...at, '--record', record, '--delay', '1ms'])
    let out = ''
    let said = ''
    child.stdout.on('data', (d: Buffer) => (out += d.toString()))
    child.stderr.on('data', (d: Buffer) => (said += d.toString()))
    const code = new Promise((done) => child.on('close', done))
    await until(() => said.includes('Ctrl-C'), 'the proxy')
    const url = /ws:\S+/.exec(said)?.[0] ?? ''
    const busy = await mqtt.connectAsync(url, { clientId: 'cli', reconnectPeriod: 0 })
    await busy.publishAsync('cli', 'x', { qos: 2 })
    // One is in the middle of its work, one has sent half a request, and one says nothing.
    busy.on('error', () => undefined)
    for (let i = 0; i < 200; i++) busy.publish('cli', 'y'.repeat(10_000), { qos: 1 }, () => undefined)
    for (const text of ['GET / HTTP/1.1\r\n', '']) {
      const open = connect(Number(/:(\d+)/.exec(url)?.[1]), '127.0.0.1')
      open.on('error', () => undefined)
      open.write(text)
    }
    child.kill('SIGINT')
    expect(await code).toBe(0)
    await busy.endAsync(true)
    const report = JSON.parse(out) as ProxyReport
    expect(report).toMatchObject({ packets: { PUBREL: { sent: 1, lost: 0 }, PUBCOMP: { sent: 1, lost: 0 } } })
    expect(report.clients).toEqual(['cli'])
    // A packet that was on its way at the end is a lost one.
    const lines = readFileSync(record, 'utf8').trimEnd().split('\n')
    const seen = lines.map((l) => JSON.parse(l) as { type: string; direction: string; fate: string })
    expect(seen.slice(0, 2).map((p) => `${p.type} ${p.direction} ${p.fate}`)).toEqual([
      'CONNECT uplink delivered',
      'CONNACK downlink delivered',
    ])
    expect(seen.length).toBe(Object.values(report.packets).reduce((sum, p) => sum + p.sent, 0))
  }, 60_000)

  it('loses by name what the rule names, for the clients that it names', async () => {
    const { proxy, port } = await proxyTo(`mqtt://127.0.0.1:${broker.port}`, {
      drop: dropText('PUBLISH from sensor-* nth 2,3'),
      recovery: 'none',
    })
    const publish = (id: string) =>
      run('sh', ['-c', `printf 'a\\nb\\nc\\nd\\n' | mosquitto_pub -p ${port} -t rule -l -i ${id}`])
    await publish('sensor-1')
    await publish('other')
    await until(() => proxy.report().packets.DISCONNECT?.sent === 2, 'both clients')
    expect(proxy.report().packets.PUBLISH).toEqual({ sent: 8, lost: 2 })
  })

  it('where nothing is decided, clients get exactly what they get straight from the broker', async () => {
    const { port, proxy } = await proxyTo(`mqtt://127.0.0.1:${broker.port}`)
    const cases: string[][] = []
    for (const version of ['mqttv31', 'mqttv311', 'mqttv5'])
      for (const qos of ['0', '1', '2']) cases.push(['-V', version, '-q', qos])
    const outcome = async (at: number, args: string[], n: number): Promise<unknown> => {
      const topic = `same/${n}`
      const where = ['-p', String(at), '-t', topic]
      await run('mosquitto_pub', [...where, ...args, '-r', '-m', `kept ${n}`])
      const got = await run('mosquitto_sub', [...where, ...args, '-C', '1', '-W', '20', '-F', '%t %q %r %p'])
      await run('mosquitto_pub', [...where, ...args, '-r', '-n'])
      const refused = await run('mosquitto_pub', ['-p', String(at), '-t', 'bad/#', '-m', 'x', ...args]).catch(
        (e: unknown) => String((e as { stderr: unknown }).stderr),
      )
      return { got, refused }
    }
    for (const [n, args] of cases.entries())
      expect(await outcome(port, args, n), args.join(' ')).toEqual(await outcome(broker.port, args, n))
    const { packets, exchanges } = proxy.report()
    expect(packets.CONNECT).toEqual({ sent: cases.length * 3, lost: 0 })
    expect(exchanges.unfinished).toBe(0)
  }, 60_000)

  it.skipIf(python === undefined)(
    '96 cases of paho end as they do straight at mosquitto',
    async () => {
      const other = await startMosquitto()
      try {
        const { port, proxy } = await proxyTo(`mqtt://127.0.0.1:${broker.port}`)
        const outcomes = async (at: number): Promise<Record<string, unknown>> => {
          const script = join(import.meta.dirname, 'paho_cases.py')
          const { stdout } = await run(python ?? '', [script, String(at)], { maxBuffer: 1e7 })
          return JSON.parse(stdout) as Record<string, unknown>
        }
        const [straight, through] = await Promise.all([outcomes(other.port), outcomes(port)])
        expect(Object.keys(straight).length).toBe(96)
        expect(through).toEqual(straight)
        expect(proxy.report().exchanges.unfinished).toBe(0)
      } finally {
        other.stop()
      }
    },
    120_000,
  )

  it('bytes that are no MQTT harm nobody else', async () => {
    const { port } = await proxyTo(`mqtt://127.0.0.1:${broker.port}`, { loss: 0.1, recovery: 'link' })
    for (const hostile of [
      'GET / HTTP/1.1\r\n\r\n',
      '\x10\xff\xff\xff\xff\xff',
      '\x10\x00',
      '\x30\x02ab',
      '\xf0'.repeat(5000),
    ]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.end(Buffer.from(hostile, 'latin1'))
      await until(() => socket.destroyed || socket.readableEnded, 'the end of the hostile connection')
      socket.destroy()
    }
    const { stdout } = await run('mosquitto_pub', [
      '-p',
      String(port),
      '-t',
      'after',
      '-m',
      'x',
      '-q',
      '1',
      '-d',
    ])
    expect(stdout).toContain('received PUBACK')
  })

  it('writes packets as they were on the wire to a capture, lost ones too', async () => {
    const { port, proxy } = await proxyTo(
      `mqtt://127.0.0.1:${broker.port}`,
      { drop: dropText('PUBLISH next 1'), recovery: 'none' },
      { keep: true },
    )
    await run('mosquitto_pub', ['-p', String(port), '-t', 'kept', '-m', 'x', '-i', 'k'])
    await until(() => proxy.report().packets.DISCONNECT?.sent === 1, 'the client')
    const { packets } = proxy.capture?.query({ filter: '', limit: 10 }) ?? { packets: [] }
    expect(packets.map((p) => `${p.type} ${p.fate}`)).toEqual([
      'CONNECT delivered',
      'CONNACK delivered',
      'PUBLISH lost',
      'DISCONNECT delivered',
    ])
  })
})

describe('byte for byte', () => {
  let server: Server
  let arrived: Socket[] = []
  beforeAll(async () => {
    server = createServer({ allowHalfOpen: true }, (s) => {
      s.on('error', () => undefined)
      arrived.push(s)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  })
  afterAll(() => void server.close())

  /** A connection through the proxy: the client's end and the broker's. */
  async function through(port: number, first: Buffer): Promise<{ client: Socket; broker: Socket }> {
    arrived = arrived.filter((s) => !s.destroyed)
    const before = arrived.length
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    client.on('error', () => undefined)
    client.write(first)
    await until(() => arrived.length > before, 'the connection at the broker')
    return { client, broker: arrived.at(-1) as Socket }
  }
  const collect = (socket: Socket): Buffer[] => {
    const got: Buffer[] = []
    socket.on('data', (d: Buffer) => got.push(d))
    return got
  }
  it('whatever the bytes and their pieces, both ways', async () => {
    const { port } = await proxyTo(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(pieces, pieces, fc.boolean(), async (up, down, begins) => {
        const all = begins
          ? [CONNECT, ...up.map((p) => Buffer.from(p))]
          : [Buffer.of(0x30), ...up.map((p) => Buffer.from(p))]
        const { client, broker } = await through(port, all[0] as Buffer)
        const there = collect(broker)
        const back = collect(client)
        for (const piece of all.slice(1)) client.write(piece)
        client.end()
        for (const piece of down) broker.write(piece)
        broker.end()
        await until(() => client.readableEnded && broker.readableEnded, 'both ends')
        expect(Buffer.concat(there).equals(Buffer.concat(all))).toBe(true)
        expect(Buffer.concat(back).equals(Buffer.concat(down))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('a client that sends no more is still sent to, and a reset is a reset on the other side', async () => {
    const { port } = await proxyTo(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const half = await through(port, CONNECT)
    const back = collect(half.client)
    half.broker.resume()
    half.client.end()
    await until(() => half.broker.readableEnded, 'the end at the broker')
    half.broker.end('late')
    await until(() => half.client.readableEnded, 'the end at the client')
    expect(Buffer.concat(back).toString()).toBe('late')

    const broken = await through(port, CONNECT)
    const why = new Promise<unknown>((done) =>
      broken.client.on('error', (e: NodeJS.ErrnoException) => done(e.code)),
    )
    broken.broker.resetAndDestroy()
    expect(await why).toBe('ECONNRESET')
  })

  it('a broker that does not read makes the client wait', async () => {
    const { port } = await proxyTo(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const { client, broker } = await through(port, CONNECT)
    broker.pause()
    const size = 16 * 1024 * 1024
    client.write(Buffer.alloc(size))
    let before = -1
    // Socket buffers fill up, and then nothing moves any more.
    await until(() => {
      const stuck = client.bytesWritten - client.writableLength === before && client.writableLength > 0
      before = client.bytesWritten - client.writableLength
      return stuck
    }, 'a standstill')
    expect(client.writableLength).toBeGreaterThan(0)
    const got = collect(broker)
    let bytes = 0
    broker.on('data', (d: Buffer) => (bytes += d.length))
    broker.resume()
    await until(() => bytes >= size, 'the rest')
    expect(got.length).toBeGreaterThan(0)
    client.destroy()
  })
})

it('reads the flags it is given', () => {
  expect(listenAt('mqtts://[::1]:8884')).toEqual({ kind: 'tls', host: '::1', port: 8884 })
  expect(listenAt('1884')).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 1884 })
  expect(() => listenAt('here')).toThrow(/HOST/)
  expect(dropText('PUBACK to sensor-* every 3')).toEqual([
    { rule: { type: 'PUBACK', every: 3 }, direction: 'downlink', clients: 'sensor-*' },
  ])
  expect(() => dropText('PUBACK every 0')).toThrow(/expected such as/)
})
