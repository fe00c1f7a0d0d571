import { afterEach, describe, expect, it } from 'vitest'
import { loadSchema, type LoadInput } from '../../../electron/contract/load-config'
import { headlines, UNCONFIRMED } from '../../../electron/contract/load-headlines'
import type { LoadReport } from '../../../electron/contract/load-report'
import { freshRunId } from '../../../electron/engine/load/run/run-id'
import type { LoadOptions } from '../../../electron/engine/load/run/load-options'
import { checkValue } from '../../../electron/engine/load/report/text'
import { mergeReports } from '../../../electron/engine/load/report/merge'
import { runLoad } from '../../../electron/engine/load/run/run-load'
import { bench } from '../simulation/broker/raw-client'
import { Type, type Frame } from '../../../electron/engine/mqtt/packet'
import { frameType } from '../../helpers/frames'
import { FaultyBroker, type Faults } from './faulty-broker'

const brokers: FaultyBroker[] = []
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((b) => b.close()))
})

async function start(faults: Faults = {}) {
  const broker = new FaultyBroker(faults)
  brokers.push(broker)
  return { broker, url: await broker.listen() }
}

const run = (input: LoadInput, options: Partial<LoadOptions> = {}): Promise<LoadReport> =>
  runLoad(loadSchema.parse({ drain: '5s', ...input }), { runId: freshRunId(), ...options })

const balances = (r: LoadReport): boolean => r.offered === r.acknowledged + r.failed + r.inFlight

describe('a run against a broker with known faults', () => {
  it('reports exactly the messages lost and duplicated', async () => {
    const dropped = new Set(['0:3', '1:7', '1:8', '4:0'])
    const { url } = await start({
      copies: (p, s) => (dropped.has(`${p}:${s}`) ? 0 : p === 2 && s % 5 === 0 ? 3 : 1),
    })
    const r = await run({
      url,
      publishers: 5,
      subscribers: 2,
      executor: { kind: 'max' },
      messages: 100,
      qos: 1,
      workers: 2,
    })
    expect(r.offered).toBe(100)
    expect(balances(r)).toBe(true)
    expect([r.expected, r.lost, r.duplicated]).toEqual([100, 4, 8])
    expect(r.received).toBe(100 - 4 + 8)
    expect(r.generator.workers).toBe(2)
  })

  it('accounts for every copy of a fan-out by subscriber', async () => {
    const { url } = await start({
      copies: (p, s, receiver) => (receiver === 2 && s === 1 && p === 0 ? 0 : 1),
    })
    const r = await run({
      url,
      publishers: 2,
      subscribers: 4,
      executor: { kind: 'max' },
      messages: 20,
      qos: 0,
    })
    expect([r.expected, r.lost, r.duplicated, r.acknowledged]).toEqual([80, 1, 0, 20])
  })

  it('knows messages of one byte by their topic names, and says what the broker took and states', async () => {
    const r = await run(
      {
        url: 'embedded',
        protocol: 5,
        publishers: 2,
        subscribers: 2,
        topology: 'shared-subscription',
        executor: { kind: 'max' },
        messages: 20,
        qos: 1,
        size: 1,
      },
      process.platform === 'linux' ? { brokerPid: process.pid } : {},
    )
    expect([r.expected, r.received, r.lost, r.duplicated, r.endToEndMs.count]).toEqual([20, 20, 0, 0, 20])
    expect(r.notes.join()).toContain('its topic name carries it')
    expect(r.environment?.brokerLimits).toMatch(/^maximum QoS 2, Receive Maximum \d+/)
    if (process.platform !== 'linux') return
    expect(r.environment?.brokerProcess).toMatchObject({
      pid: process.pid,
      name: expect.any(String) as string,
    })
    expect(r.environment?.brokerProcess?.mostResidentBytes).toBeGreaterThan(2 ** 20)
  })

  it('names a broker by what it keeps in $SYS', async () => {
    const b = bench()
    try {
      const { port } = await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
      const name = Buffer.from('some broker 1.0')
      b.broker.publish({ topic: '$SYS/broker/version', payload: name, qos: 0, retain: true })
      const url = `mqtt://127.0.0.1:${port}`
      const r = await run({
        url,
        publishers: 1,
        subscribers: 0,
        executor: { kind: 'max' },
        messages: 5,
        qos: 1,
      })
      expect(r.environment?.broker).toBe('some broker 1.0')
    } finally {
      await b.broker.close()
    }
  })

  it('connects to the addresses of a cluster in turn, after a try at each', async () => {
    const nodes = [await start(), await start(), await start()]
    const r = await run({
      url: nodes.map((n) => n.url).join(','),
      publishers: 7,
      subscribers: 0,
      executor: { kind: 'max' },
      messages: 21,
      qos: 1,
    })
    expect([r.connections.established, r.acknowledged]).toEqual([7, 21])
    // one connection of the first asks for the broker's name
    expect(nodes.map((n) => n.broker.connects)).toEqual([3 + 2, 2 + 1, 2 + 1])
  })

  it('completes QoS 2 and measures acknowledgements', async () => {
    const { url } = await start()
    const r = await run({
      url,
      publishers: 3,
      subscribers: 0,
      executor: { kind: 'max' },
      messages: 90,
      qos: 2,
    })
    expect([r.acknowledged, r.ackMs.count, r.endToEndMs.count]).toEqual([90, 90, 0])
    expect(r.publishRate).toBeGreaterThan(0)
  })
})

describe('an open loop', () => {
  it('shows the whole stall of a broker that stops, and loses nothing', async () => {
    const { broker, url } = await start()
    let stalled = false
    const r = await run(
      {
        url,
        publishers: 10,
        subscribers: 1,
        executor: { kind: 'constant-rate', rate: 20 },
        duration: '2.5s',
        qos: 1,
      },
      {
        onProgress: (p) => {
          if (p.phase !== 'publishing' || stalled) return
          stalled = true
          broker.freeze(800)
        },
      },
    )
    expect(stalled).toBe(true)
    expect(r.offered).toBe(500)
    expect([r.acknowledged, r.lost, r.duplicated]).toEqual([500, 0, 0])
    // A closed loop would show 10 slow messages of 500; here a third of all waited.
    expect(r.ackMs.p99).toBeGreaterThan(600)
    expect(r.ackMs.p90).toBeGreaterThan(300)
  })
})

describe('a broker that hangs and never comes back', () => {
  it.each([0, 1, 2] as const)('fails at QoS %i, and its silence is in the percentiles', async (qos) => {
    const { broker, url } = await start()
    let hung = false
    const r = await run(
      {
        url,
        publishers: 4,
        subscribers: 1,
        executor: { kind: 'constant-rate', rate: 25 },
        duration: '2s',
        drain: '300ms',
        qos,
        thresholds: { maxP99: '150ms', maxLost: 0 },
      },
      {
        onProgress: (p) => {
          if (p.phase !== 'publishing' || hung) return
          hung = true
          broker.freeze()
        },
      },
    )
    expect(hung).toBe(true)
    expect(balances(r)).toBe(true)
    expect(r.endToEndMs.unanswered).toBeGreaterThan(20)
    expect(r.endToEndMs.p99).toBeGreaterThan(150)
    if (qos > 0) {
      expect(r.ackMs.count).toBe(r.offered)
      expect(r.ackMs.unanswered).toBe(r.inFlight)
      expect(r.ackMs.p99).toBeGreaterThan(150)
    } else expect(Object.keys(r.errors)).toEqual([UNCONFIRMED])
    expect(r.verdict.passed).toBe(false)
    expect(headlines(r).join()).toMatch(/never arrived/)
  })
})

describe('a run that cannot go on', () => {
  it('goes on with the share of its clients that is enough, and says how many there were', async () => {
    // connections that try the broker out are among them
    const { url } = await start({ full: 10 })
    const given = {
      url,
      publishers: 10,
      subscribers: 0,
      qos: 1 as const,
      duration: '1s',
      connectTimeout: '1s',
    }
    const r = await run({ ...given, minConnected: 0.5 })
    expect(r.offered).toBe(r.acknowledged)
    expect(r.offered).toBeGreaterThan(0)
    expect(r.notes.join()).toMatch(/\d of 10 clients were connected when the connect time was over/)
  })

  it('goes on without its only subscriber where enough clients are left, and says why where not', async () => {
    const { url } = await start({ refuses: 0 })
    // the one that tries the broker out has a name of its own
    const given = {
      url,
      publishers: 9,
      subscribers: 1,
      qos: 1 as const,
      duration: '1s',
      connectTimeout: '1s',
    }
    const r = await run({ ...given, minConnected: 0.9 })
    expect(r.acknowledged).toBeGreaterThan(0)
    expect(r.received).toBe(0)
    expect(r.notes.join()).toMatch(/9 of 10 clients were connected when the connect time was over/)
    await expect(run({ ...given, minConnected: 0.95 })).rejects.toThrow(
      /^only 0 of 1 subscriber connected to .* within 1 s: client \S+: CONNACK 0x05 not authorized; check --username and --password-env$/,
    )
  })

  it('begins with those that connect where a threshold on their share decides, and says their share', async () => {
    const { url } = await start({ refuses: 0 })
    const given = {
      url,
      publishers: 9,
      subscribers: 1,
      qos: 1 as const,
      duration: '1s',
      connectTimeout: '1s',
    }
    const r = await run({ ...given, thresholds: { expressions: ['connected>=95%', 'connected>=90%'] } })
    expect(r.acknowledged).toBeGreaterThan(0)
    expect(r.verdict.checks).toEqual([
      { name: 'connected>=95%', limit: 95, actual: 90, passed: false },
      { name: 'connected>=90%', limit: 90, actual: 90, passed: true },
    ])
    expect(checkValue('connected>=95%', 99.999)).toBe('99.99%')
  })

  it('names the first client that is refused, and how to begin without it', async () => {
    const { url } = await start({ refuses: 0 })
    await expect(run({ url, publishers: 9, subscribers: 1 })).rejects.toThrow(
      /^10 clients to mqtt:.*: client fl-\S+-s0: CONNACK 0x05 not authorized; check --username and --password-env; --min-connected 95% begins with those that connect$/,
    )
  })

  it('names the first client whose subscription is refused, and gives no advice on patience', async () => {
    const { url } = await start({ forbids: 0 })
    const given = { url, publishers: 9, subscribers: 1, connectTimeout: '1s' }
    await expect(run(given)).rejects.toThrow(
      /^10 clients to mqtt:.*: client fl-\S+-s0: SUBACK 0x80 unspecified error; --min-connected 95% begins with those that connect$/,
    )
    await expect(run({ ...given, minConnected: 0.95 })).rejects.toThrow(
      /^only 0 of 1 subscriber connected to .* within 1 s: client fl-\S+-s0: SUBACK 0x80 unspecified error$/,
    )
  })

  it('says why the broker refused, before any load', async () => {
    const { broker, url } = await start({ connack: 5 })
    await expect(run({ url, publishers: 50 })).rejects.toThrow(
      /: client \S+: CONNACK 0x05 not authorized; check --username and --password-env$/,
    )
    expect(broker.connects).toBe(1)
  })

  it('says before any load that the broker lowers QoS 2', async () => {
    const { url } = await start({ lowersQos2: true })
    await expect(run({ url, publishers: 50, qos: 2 })).rejects.toThrow(
      `${url}: an acknowledgement of the wrong kind: type 4 at QoS 2; it lowers QoS 2 to QoS 1: use --qos 1`,
    )
  })

  it.each([
    [
      { qos: 0, retain: true },
      / at the first message; .*, or not take retained messages: try without --retain$/,
    ],
    [{ qos: 1, retain: true }, /, or not take QoS 1 or retained messages: try --qos 0 or without --retain$/],
    [
      { willTopic: 'gone/%c', willQos: 2 },
      /^cannot connect .*; it may not take wills at QoS 2: try --will-qos 0, or without --will-topic$/,
    ],
  ] as [Partial<LoadInput>, RegExp][])(
    'says before any load what a broker of 3.1.1 closes the connection at: %j',
    async (input, text) => {
      const retained = (f: Frame): boolean => frameType(f) === Type.PUBLISH && ((f[0] ?? 0) & 1) === 1
      const will = (f: Frame): boolean => frameType(f) === Type.CONNECT && ((f[9] ?? 0) & 4) === 4
      const { broker, url } = await start({ closesAt: (f) => retained(f) || will(f) })
      await expect(run({ url, publishers: 50, ...input })).rejects.toThrow(text)
      expect(broker.connects).toBeLessThanOrEqual(1)
    },
  )

  it('says that nothing listens', async () => {
    const { broker, url } = await start()
    await broker.close()
    brokers.length = 0
    await expect(run({ url })).rejects.toThrow(/connection refused: nothing is listening there/)
  })

  it('breaks off with a report when the broker is gone, and its counts balance', async () => {
    const { broker, url } = await start()
    let killed = false
    const r = await run(
      {
        url,
        publishers: 5,
        subscribers: 1,
        executor: { kind: 'constant-rate', rate: 50 },
        duration: '20s',
        qos: 1,
      },
      {
        giveUpMs: 300,
        onProgress: (p) => {
          if (p.phase !== 'publishing' || p.acknowledged === 0 || killed) return
          killed = true
          brokers.length = 0
          void broker.close()
        },
      },
    )
    expect(r.complete).toBe(false)
    expect(r.verdict.passed).toBe(false)
    expect(r.aborted).toMatch(/all connections .* were lost/)
    expect(balances(r)).toBe(true)
    expect(r.connections.lost).toBeGreaterThanOrEqual(6)
    expect(r.elapsedMs).toBeLessThan(15_000)
  })

  it('the only shard of a run reports as one, so that its collector can merge it; a run without is none', async () => {
    const { url } = await start()
    const some: LoadInput = { url, publishers: 2, subscribers: 1, messages: 4, qos: 1 }
    const shard = await run(some, { shard: { index: 0, count: 1 } })
    expect(shard.shard).toMatchObject({ index: 0, count: 1 })
    expect(mergeReports([shard])).toMatchObject({ complete: true, offered: 4, received: 4, lost: 0 })
    expect((await run(some)).shard).toBeUndefined()
  })

  it('stops at the signal with what it has', async () => {
    const { url } = await start()
    const stop = new AbortController()
    const r = await run(
      {
        url,
        publishers: 2,
        subscribers: 0,
        executor: { kind: 'constant-rate', rate: 10 },
        duration: '1h',
        qos: 1,
      },
      { signal: stop.signal, onProgress: (p) => p.phase === 'publishing' && stop.abort() },
    )
    expect(r.aborted).toBe('stopped by the user')
    expect(balances(r)).toBe(true)
  })
})
