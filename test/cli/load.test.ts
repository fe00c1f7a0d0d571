import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import type { LoadReport } from '../../electron/contract/load-report'
import { runFleetlab } from '../helpers/cli-run'
import { FaultyBroker } from '../engine/load/faulty-broker'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'fleetlab-load-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const brokers: FaultyBroker[] = []
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((b) => b.close()))
})

async function broker(copies?: (p: number, s: number) => number, connack = 0): Promise<string> {
  const b = new FaultyBroker({ ...(copies ? { copies } : {}), connack })
  brokers.push(b)
  return b.listen()
}

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function fleetlab(
  args: readonly string[],
  env: Record<string, string> = {},
  signalAfter?: RegExp,
  onStderr?: (text: string) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, ['out/main/cli.js', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (d: Buffer) => (stdout += d.toString()))
  child.stderr.on('data', (d: Buffer) => {
    stderr += d.toString()
    if (signalAfter?.test(stderr)) child.kill('SIGINT')
    onStderr?.(stderr)
  })
  return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })))
}

const report = (text: string) => JSON.parse(text) as LoadReport

describe('fleetlab load', () => {
  it('prints the report with exactly what was lost and duplicated, and exits 1 over the threshold', async () => {
    const url = await broker((p, s) => (p === 1 && s === 2 ? 0 : p === 0 && s === 1 ? 2 : 1))
    const html = join(folder, 'report.html')
    const csv = join(folder, 'series.csv')
    const flags =
      '--publishers 4 --subscribers 1 --rate max --messages 40 --qos 1 --size 64 --max-lost 0 --max-p99 30s --json -'
    const r = await fleetlab(['load', '--url', url, ...flags.split(' '), '--html', html, '--csv', csv])
    const json = report(r.stdout)
    // a busy machine may make the run inconclusive; it never passes
    expect(r.code).toBe(json.verdict.inconclusive ? 3 : 1)
    expect([json.offered, json.acknowledged, json.lost, json.duplicated]).toEqual([40, 40, 1, 1])
    expect(json.verdict.checks.map((c) => [c.name, c.passed])).toEqual([
      ['max-p99', true],
      ['max-lost', false],
    ])
    const page = readFileSync(html, 'utf8')
    expect(/(src|href)="(?!data:)/.test(page)).toBe(false)
    expect(page).toContain(
      json.verdict.inconclusive ? 'not by the broker: max-lost' : 'max-lost 0, measured 1 that never arrived',
    )
    expect(readFileSync(csv, 'utf8').split('\n')[0]).toMatch(/^at_s,offered,acknowledged/)
  })

  it.each([
    [['--rate', 'fast'], /--rate: found "fast"/],
    [['--size', 'x'], /--size: found "x"/],
    [['--url', 'http://127.0.0.1'], /--url: found "http/],
    [['--shard', '4/4'], /--shard: found 4\/4/],
    [['--token-env', 'FLEETLAB_TOKEN'], /--token-env: only with --report-to/],
    [['--report-to', 'ws://127.0.0.1:1'], /--report-to: only with --shard/],
    [['--report-to', 'http://127.0.0.1'], /--report-to: found http:.*; expected ws:\/\/HOST:PORT/],
    [['--metrics', '127.0.0.1'], /--metrics: found 127.0.0.1; expected PORT or HOST:PORT/],
    [['--start-at', '2001-01-01'], /--start-at: 2001-01-01 is in the past/],
    [['--url', 'mqtts://127.0.0.1:1', '--ca-file', '/no/such/file'], /--ca-file: .* cannot be read/],
    [['--password-env', 'FLEETLAB_NO_SUCH'], /environment variable FLEETLAB_NO_SUCH is not set/],
    [
      ['--password-env', 'AWS_SECRET_ACCESS_KEY'],
      /--password-env: found .*; expected .* starts with FLEETLAB_/,
    ],
    [['--executor', 'ramping'], /--stages: found nothing/],
    [['--url', 'mqtt://127.0.0.1:1'], /cannot connect to mqtt:\/\/127.0.0.1:1: connection refused/],
    [['--publishers', '9999999'], /10000000 clients need .* (open files|local ports)/],
    [['--no-such-flag'], /unknown option/],
    [['--host', 'localhost'], /unknown option '--host'; name the broker with --url mqtt:\/\/HOST:PORT/],
    [['--url', 'mqtt://127.0.0.1:99999'], /--url: found .*; expected .* a port from 1 to 65535/],
    [['--url', 'mqtt://a:1,mqtts://b:2'], /--url: .*the same scheme/],
    [['--json', '/proc/no/such'], /\/proc\/no\/such was not written/],
    [['--html', '/tmp'], /\/tmp was not written: that is a folder/],
    [['--duration', '0s'], /--duration: found "0s"; expected more than 0/],
    [['--duration', '1s', '--warmup', '1s'], /--warmup: found "1s"; expected less than the duration, 1s/],
    [['--think-time', '1s'], /--think-time: found "constant-rate"; expected the executor max/],
    [['--local-address', 'x'], /--local-address: found "x"; expected an IP address of this computer/],
    [
      ['--url', 'mqtt://user:pw@127.0.0.1'],
      /--url: found "mqtt:\/\/…@127.0.0.1"; expected .* --password-env/,
    ],
    [['--duration', '5'], /--duration: found 5; expected a time with its unit, such as 250ms, 10s or 2m/],
    [['--executor', 'connection-storm', '--connect-rate', 'fast'], /--connect-rate: found "fast"; expected/],
  ])('%j is one line and exit code 2', async (flags, line) => {
    const url = flags.includes('--url') ? [] : ['--url', 'mqtt://127.0.0.1:1']
    const r = await runFleetlab(['load', ...url, '--subscribers', '1', ...flags])
    expect(r.stderr).toMatch(line)
    expect(r.stderr.trim().split('\n')).toHaveLength(1)
    expect([r.code, r.stdout]).toEqual([2, ''])
  })

  it('asks for a word on another machine that a file names, not on one that was typed', async () => {
    const config = join(folder, 'elsewhere.yaml')
    writeFileSync(config, 'url: mqtt://broker.example.invalid\nusername: ann\nconnectTimeout: 1s\n')
    const asked = await runFleetlab(['load', '--config', config])
    expect(asked).toMatchObject({ code: 2, stdout: '' })
    expect(asked.stderr).toBe(
      'fleetlab: not connected to broker.example.invalid (as ann): it is not this computer; to allow it, add --allow-host broker.example.invalid\n',
    )
    const allowed = await runFleetlab(['load', '--config', config, '--allow-host', 'broker.example.invalid'])
    expect(allowed.stderr).toMatch(/cannot connect to mqtt:\/\/broker\.example\.invalid/)
    const typed = await runFleetlab([
      'load',
      '--url',
      'mqtt://other.example.invalid',
      '--connect-timeout',
      '1s',
    ])
    expect(typed.stderr).toMatch(/cannot connect to mqtt:\/\/other\.example\.invalid/)
  })

  it('Ctrl-C prints what there is and exits 130', async () => {
    const url = await broker()
    const flags = '--publishers 2 --subscribers 0 --rate 20 --duration 1h --qos 1 --json -'
    const r = await fleetlab(['load', '--url', url, ...flags.split(' ')], {}, / of 3600 s/)
    expect(r.code).toBe(130)
    const json = report(r.stdout)
    expect(json.aborted).toBe('stopped by the user')
    expect(json.offered).toBe(json.acknowledged + json.failed + json.inFlight)
  })

  it('Ctrl-C before the time to begin says so, and nothing of the generator', async () => {
    const url = await broker()
    const flags = '--publishers 2 --subscribers 0 --rate 20 --start-at +1h --json -'
    const r = await fleetlab(['load', '--url', url, ...flags.split(' ')], {}, /2 of 2 clients/)
    expect(r.code).toBe(130)
    const json = report(r.stdout)
    expect([json.aborted, json.offered]).toEqual(['stopped before publishing started', 0])
    expect(json.generator).toMatchObject({ saturated: false, busiestWorker: 0 })
  })
})

/** A collector as a process of its own. */
async function collect(
  flags: readonly string[],
  env: Record<string, string>,
): Promise<{ url: string; ended: Promise<Ended> }> {
  let found: (url: string) => void = () => undefined
  const url = new Promise<string>((resolve) => (found = resolve))
  const ended = fleetlab(flags, env, undefined, (stderr) => {
    const line = /waiting for shards at (ws:\S+)/.exec(stderr)?.[1]
    if (line !== undefined) found(line)
  })
  return { url: await url, ended }
}

/** What a job of the Kubernetes manifests runs, to run it here as the cluster would. */
function jobContainer(file: string): { args: string[]; count: number } {
  const text = readFileSync(join(root, 'deploy/kubernetes', file), 'utf8')
  const job = parseAllDocuments(text)
    .map((d) => d.toJS() as { kind: string })
    .find((d) => d.kind === 'Job') as unknown as {
    spec: { completions: number; template: { spec: { containers: { args: string[] }[] } } }
  }
  return { args: job.spec.template.spec.containers[0]!.args, count: job.spec.completions }
}

describe('shards of one run', () => {
  it('run as processes with the environment of the job, begin together, and merge into one true account', async () => {
    const url = await broker((p, s) => (p === 5 && s === 3 ? 0 : p === 2 && s === 0 ? 2 : 1))
    const scenario = join(folder, 'load.yaml')
    // 8 publishers to 2 subscribers: most messages go from one shard to another.
    writeFileSync(
      scenario,
      JSON.stringify({
        url,
        publishers: 8,
        subscribers: 2,
        executor: { kind: 'constant-rate', rate: 10 },
        qos: 1,
        duration: '1s',
        thresholds: { maxLost: 1, maxDuplicated: 1 },
      }),
    )
    const { args, count } = jobContainer('job.yaml')
    const env = { FLEETLAB_TOKEN: 'a word of the test', FLEETLAB_SHARD_COUNT: String(count) }
    const here = (a: string): string => a.replace('/results/', `${folder}/`).replace(/^0\.0\.0\.0:\d+$/, '0')
    const collector = await collect(jobContainer('collector.yaml').args.map(here), env)
    const shards = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        fleetlab(
          [
            ...args
              .map(here)
              .map((a) => a.replace('/config/load.yaml', scenario).replace(/^ws:.*/, collector.url)),
            ...['--json', join(folder, 'shard-{shard}.json')],
          ],
          { ...env, JOB_COMPLETION_INDEX: String(i) },
        ),
      ),
    )
    const whole = await collector.ended
    expect(whole.stderr).toMatch(/shards 0, 1, 2, 3 of 0 to 3 begin together/)
    // a busy machine may make a run inconclusive; its counts are true all the same
    const ended = [0, 3].map((code) => [code, false])
    for (const s of shards) expect(ended).toContainEqual([s.code, s.stderr.includes('fleetlab:')])
    const files = shards.map((_, i) => join(folder, `shard-${i}.json`))
    const parts = files.map((f) => report(readFileSync(f, 'utf8')))
    expect(parts.map((p) => p.offered)).toEqual([20, 20, 20, 20])

    const merged = await fleetlab([
      'report',
      'merge',
      ...files,
      '--json',
      '-',
      '--html',
      join(folder, 'merged.html'),
    ])
    const r = report(merged.stdout)
    expect(merged.code).toBe(r.verdict.inconclusive ? 3 : 0)
    expect([r.offered, r.acknowledged, r.expected, r.lost, r.duplicated]).toEqual([80, 80, 80, 1, 1])
    expect(r.ackMs.count).toBe(80)
    expect(r.endToEndMs).toMatchObject({ count: 80, unanswered: 1 })
    expect(r.ackMs.max).toBe(Math.max(...parts.map((p) => p.ackMs.max ?? 0)))
    expect(r.merged?.shards).toBe(4)
    // what the collector has merged is the same, and its series has percentiles besides
    const live = report(readFileSync(join(folder, r.runId, 'report.json'), 'utf8'))
    expect({ ...live, series: [] }).toEqual({ ...r, series: [] })
    expect(live.series.map((p) => p.acknowledged)).toEqual(r.series.map((p) => p.acknowledged))
    expect(live.series[0]?.endToEnd.p99).toBeGreaterThan(0)
    expect(live.merged).toMatchObject({ clockErrorMs: 0, startSpreadMs: 0 })

    const missing = await runFleetlab(['report', 'merge', ...files.slice(1)])
    expect(missing.code).toBe(1)
    expect(missing.stdout).toContain('verdict: aborted: no report of shard 0 of 0 to 3')
    const other = join(folder, 'other.json')
    writeFileSync(other, JSON.stringify({ ...parts[0], runId: 'r2' }))
    const foreign = await runFleetlab(['report', 'merge', other, ...files.slice(1)])
    expect([foreign.code, foreign.stderr]).toEqual([
      2,
      `fleetlab: the shards belong to different runs: r2 and ${r.runId}\n`,
    ])
    expect(parse(readFileSync(scenario, 'utf8'))).toMatchObject({ publishers: 8 })
  }, 60_000)
})
