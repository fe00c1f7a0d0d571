import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { probeBroker, STATEMENTS, type ProbeResult } from '../../electron/engine/conformance/run'
import { dialFor } from '../../electron/engine/load/wire/dial'
import { freePort, mosquittoPath, NO_MOSQUITTO, startMosquitto } from '../helpers/mosquitto'
import { bench } from './simulation/broker/raw-client'
import { createRealClock } from '../../electron/engine/simulation/clock/real-clock'

const ending: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ending) await end()
})

const probe = async (url: string, patienceMs = 20_000): Promise<ProbeResult> =>
  probeBroker(
    url,
    { dial: await dialFor(url, { insecure: false }), patienceMs, tag: 'test' },
    { signal: new AbortController().signal },
  )

/** What does not hold, without the version in front. */
const violated = (r: ProbeResult): string[] => [
  ...new Set(r.statements.flatMap((s) => (s.holds === false ? [s.id.replace(/^(3\.1\.1|5\.0)-/, '')] : []))),
]

/** Aedes alone in a process of its own, as its README starts it. */
const BARE = `
  import { createServer } from 'node:net'
  import { Aedes } from 'aedes'
  const server = createServer((await Aedes.createBroker()).handle)
  server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log('listening'))
  process.on('unhandledRejection', () => undefined)
`

async function bareAedes(): Promise<string> {
  const port = await freePort()
  const child = spawn(process.execPath, ['--input-type=module', '-e', BARE, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  ending.push(() => child.kill('SIGKILL'))
  await new Promise((done) => child.stdout.once('data', done))
  return `mqtt://127.0.0.1:${port}`
}

describe('the statements that can be asked from outside', () => {
  it('have names of their own and cite their clauses', () => {
    expect(new Set(STATEMENTS.map((s) => s.id)).size).toBe(STATEMENTS.length)
    expect(STATEMENTS.length).toBeGreaterThanOrEqual(200)
    const form = /^MQTT (3\.1\.1|5\.0) (\[MQTT-[\d.-]+\]|section [\d.]+)$/
    expect(STATEMENTS.filter((s) => !form.test(s.clause)).map((s) => s.clause)).toEqual([])
  })

  it('hold for the embedded broker, all that it offers', async () => {
    const real = createRealClock()
    const b = bench({}, { clock: real })
    ending.push(() => b.broker.close())
    const { port } = await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
    const r = await probe(`mqtt://127.0.0.1:${port}`)
    expect(r.statements.filter((s) => s.holds === false)).toEqual([])
    expect(r.statements.filter((s) => s.holds === null).map((s) => s.detail)).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/refused|no connection/)]),
    )
    expect(r.broker.offers).toMatchObject({ versions: ['3.1', '3.1.1', '5.0'], maximumQos: 2, shared: true })
    await vi.waitFor(() => expect(b.broker.sessions()).toEqual([]), 20_000)
    expect(b.broker.retained('fleetlab-probe/#')).toEqual([])
  }, 120_000)

  it('find the defects of plain aedes', async () => {
    const r = await probe(await bareAedes(), 5000)
    expect(violated(r)).toEqual(
      expect.arrayContaining([
        'session-kept-empty',
        'qos2-once',
        'dup-not-passed-on',
        'redelivery',
        'suback-codes',
        'suback-numbers',
        'will-qos-3',
        'password-without-user',
        'topic-with-nul',
        'topic-surrogate',
        'publish-id-0',
        'property-twice',
      ]),
    )
    expect(r.violations).toBe(r.statements.filter((s) => s.holds === false).length)
  }, 120_000)

  it('hold for mosquitto but for what it is known to take', async (t) => {
    if (mosquittoPath === null) return t.skip(NO_MOSQUITTO)
    const m = await startMosquitto()
    ending.push(() => m.stop())
    const r = await probe(`mqtt://127.0.0.1:${m.port}`)
    expect(r.broker.name).toMatch(/^mosquitto version/)
    const known = [
      'takeover',
      'overlapping',
      'publish-dup-qos-0',
      'pingreq-flags',
      'authentication-data',
      'subscription-id-from-client',
      'response-topic-wildcard',
      'no-local-shared',
    ]
    expect(violated(r).filter((name) => !known.includes(name))).toEqual([])
    expect(r.statements.filter((s) => s.holds === true).length).toBeGreaterThan(150)
  }, 120_000)

  it('are not asked where nothing answers as a broker', async () => {
    const http = createServer((_, res) => res.end('no'))
    await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
    ending.push(() => http.close())
    const address = http.address()
    const url = `mqtt://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
    await expect(probe(url)).rejects.toThrow(/no CONNECT was answered; check the address/)
  })
})
