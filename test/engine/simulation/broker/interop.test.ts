import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ListenerInfo } from '../../../../electron/engine/simulation/broker/types'
import { bench, type Bench } from './raw-client'
import { until } from '../../../helpers/until'

const run = promisify(execFile)
const python = ['/usr/bin/python3', 'python3'].find((p) => works(p, ['-c', 'import paho.mqtt.client']))
const mosquitto =
  works('mosquitto_pub', ['--version'], [0, 1]) && works('mosquitto_sub', ['--version'], [0, 1])

function works(program: string, args: string[], codes = [0]): boolean {
  if (program.startsWith('/') && !existsSync(program)) return false
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch (e) {
    return codes.includes((e as { status: number | null }).status ?? -1)
  }
}
if (python === undefined) console.warn('skipped: paho-mqtt for Python is not installed')
if (!mosquitto) console.warn('skipped: mosquitto_pub and mosquitto_sub are not installed')

let b: Bench
let folder: string
let tcp: ListenerInfo
let ws: ListenerInfo
let tls: ListenerInfo
const open = (kind: 'tcp' | 'ws' | 'tls') => b.broker.listen({ kind, host: '127.0.0.1', port: 0 })

beforeAll(async () => {
  b = bench()
  ;[tcp, ws, tls] = await Promise.all([open('tcp'), open('ws'), open('tls')])
  folder = mkdtempSync(join(tmpdir(), 'fleetlab-'))
  writeFileSync(join(folder, 'ca.pem'), tls.certificate ?? '')
})
afterAll(async () => {
  await b.broker.close()
  rmSync(folder, { recursive: true })
})

describe('programs others wrote', () => {
  it.skipIf(python === undefined)(
    'paho: versions, QoS, retained, wills, sessions, 1 MB, unicode, $SYS, WebSocket, TLS',
    async () => {
      const script = join(import.meta.dirname, 'paho_suite.py')
      const ports = [tcp.port, ws.port, tls.port].map(String)
      const { stdout } = await run(python ?? '', [script, '127.0.0.1', ...ports, join(folder, 'ca.pem')])
      const { results } = JSON.parse(stdout) as { results: { name: string; ok: boolean; detail: string }[] }
      expect(results.filter((r) => !r.ok)).toEqual([])
      expect(results.length).toBeGreaterThanOrEqual(81 + 3 * 8)
      expect(
        b.transits.filter((p) => p.clientId === 'cp5' && p.direction === 'uplink').length,
      ).toBeGreaterThan(27)
    },
    30_000,
  )

  it.skipIf(!mosquitto)(
    'mosquitto: versions 3.1, 3.1.1 and 5, QoS 0, 1, 2 in all pairs',
    async () => {
      const cases = ['mqttv31', 'mqttv311', 'mqttv5'].flatMap((version) =>
        [0, 1, 2].flatMap((pq) =>
          [0, 1, 2].map((sq) => ({ version, pq, sq, topic: `m/${version}/${pq}/${sq}` })),
        ),
      )
      const common = ['-h', '127.0.0.1', '-p', String(tcp.port)]
      const ready = new Set<string>()
      const off = b.broker.on((e) => {
        if (e.kind === 'subscribed') for (const s of e.subscriptions) ready.add(s.filter)
      })
      const received = cases.map(({ version, sq, topic }) => {
        const child = spawn('mosquitto_sub', [
          ...common,
          '-V',
          version,
          '-q',
          String(sq),
          '-t',
          topic,
          '-C',
          '1',
          '-W',
          '15',
          '-F',
          '%q %t %p',
        ])
        return new Promise<string>((resolve) => {
          let text = ''
          child.stdout.on('data', (d: Buffer) => (text += d.toString()))
          child.on('close', () => resolve(text.trim()))
        })
      })
      await until(() => cases.every((c) => ready.has(c.topic)), 'subscriptions of all')
      off()
      for (const { version, pq, topic } of cases) {
        await run('mosquitto_pub', [
          ...common,
          '-V',
          version,
          '-q',
          String(pq),
          '-t',
          topic,
          '-m',
          `hi ${topic}`,
        ])
      }
      expect(await Promise.all(received)).toEqual(
        cases.map(({ pq, sq, topic }) => `${Math.min(pq, sq)} ${topic} hi ${topic}`),
      )
    },
    30_000,
  )
})
