import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import mqtt from 'mqtt'
import { describe, expect, test } from 'vitest'
import { runCli } from '../../electron/cli/program'
import { createEngine } from '../../electron/engine/engine'
import type { ProxyReport } from '../../electron/engine/proxy/counts'
import type { Engine } from '../../electron/engine/types'
import { mosquittoPath, NO_MOSQUITTO, startMosquitto } from '../helpers/mosquitto'
import { until } from '../helpers/until'

describe.skipIf(mosquittoPath === null)(
  `fleetlab proxy --page ${mosquittoPath === null ? `(${NO_MOSQUITTO})` : ''}`,
  () => {
    test('the proxied traffic is a run of the lab, and the report is that of the proxy', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'fleetlab-proxy-page-'))
      mkdirSync(join(folder, 'out/renderer'), { recursive: true })
      writeFileSync(join(folder, 'out/renderer/index.html'), '<title>page</title>')
      const broker = await startMosquitto()
      const interrupt = new AbortController()
      const stdout = new PassThrough()
      let said = ''
      stdout.on('data', (b: Buffer) => (said += b.toString()))
      const engines: Engine[] = []
      const json = join(folder, 'result.json')
      const args = [
        '--listen',
        '0',
        '--target',
        `mqtt://127.0.0.1:${broker.port}`,
        '--seed',
        '7',
        '--page',
        '--json',
        json,
      ]
      const ended = runCli(['proxy', ...args], {
        root: folder,
        version: '0',
        env: { XDG_DATA_HOME: folder },
        locale: 'en-US',
        stdout,
        stderr: new PassThrough(),
        interrupt: interrupt.signal,
        createEngine: (deps) => {
          const engine = createEngine(deps)
          engines.push(engine)
          return engine
        },
      })
      try {
        await until(() => said.includes('Press Ctrl-C'), 'the proxy')
        const page = /page +(\S+)\/#/.exec(said)?.[1] ?? ''
        expect(await (await fetch(page)).text()).toContain('<title>page</title>')
        const url = /proxy +(\S+)/.exec(said)?.[1] ?? ''
        const client = await mqtt.connectAsync(url, {
          clientId: 'mine',
          protocolVersion: 4,
          reconnectPeriod: 0,
        })
        await client.subscribeAsync('t', { qos: 1 })
        const came = new Promise<void>((done) => client.once('message', () => done()))
        await client.publishAsync('t', 'x', { qos: 1 })
        await came
        const [engine] = engines
        await until(() => (engine?.status().captured.seen ?? 0) >= 8, 'packets of the timeline')
        expect(engine?.status().broker).toMatchObject({ kind: 'external', state: 'up' })
        await client.endAsync()
      } finally {
        interrupt.abort()
        expect(await ended).toBe(0)
        broker.stop()
      }
      const report = JSON.parse(readFileSync(json, 'utf8')) as ProxyReport
      rmSync(folder, { recursive: true })
      expect(report.clients).toEqual(['mine'])
      expect(report.packets.PUBLISH).toEqual({ sent: 2, lost: 0 })
      expect(report.exchanges).toEqual({ complete: 2, unfinished: 0 })
    })
  },
)
