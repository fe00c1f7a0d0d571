import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ProbeResult } from '../../electron/engine/conformance/run'
import { runFleetlab } from '../helpers/cli-run'
import { bench } from '../engine/simulation/broker/raw-client'
import { createRealClock } from '../../electron/engine/simulation/clock/real-clock'

it('fleetlab probe writes JSON and JUnit, and exits 1 where a statement does not hold', async () => {
  const b = bench({}, { clock: createRealClock() })
  const { port } = await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
  const junit = join(tmpdir(), `fleetlab-probe-${process.pid}.xml`)
  const url = `mqtt://127.0.0.1:${port}`
  const r = await runFleetlab(['probe', url, '--timeout', '20s', '--json', '-', '--junit', junit])
  await b.broker.close()
  const json = JSON.parse(r.stdout) as ProbeResult
  expect([r.code, json.violations, json.broker.url]).toEqual([0, 0, url])
  expect(json.statements.find((s) => s.id === '3.1.1-first-packet')).toMatchObject({
    clause: 'MQTT 3.1.1 [MQTT-3.1.0-1]',
    holds: true,
  })
  const xml = readFileSync(junit, 'utf8')
  rmSync(junit)
  expect(xml).toContain(`tests="${json.statements.length}" failures="0"`)
  // nothing answers any more
  const gone = await runFleetlab(['probe', url])
  expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('no CONNECT was answered')])
}, 120_000)

it('fleetlab probe says in one line what is wrong with an address', async () => {
  const r = await runFleetlab(['probe', 'tcp://127.0.0.1'])
  expect([r.code, r.stderr]).toEqual([2, expect.stringContaining('write mqtt://')])
})
