import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { experimentSchema, type ExperimentResult } from '../../electron/contract/experiment'
import { experimentCommandLine } from '../../electron/contract/experiment-text'
import { runFleetlab } from '../helpers/cli-run'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetlab-experiment-'))
})
afterAll(() => rm(folder, { recursive: true }))

const SMALL = ['experiment', '--qos', '1,0', '--loss', '0,0.2', '--messages', '60']

describe('fleetlab experiment', () => {
  it('prints the points as JSON, by QoS and then by loss', async () => {
    const flags = ['--direction', 'up', '--max-retries', '5', '--retry-timeout', '80ms', '--seed', '3']
    const { code, stdout } = await runFleetlab([...SMALL, ...flags, '--json', '-'])
    expect(code).toBe(0)
    const result = JSON.parse(stdout) as ExperimentResult
    expect(result).toMatchObject({
      complete: true,
      config: { direction: 'up', maxRetries: 5, retryTimeout: 80, seed: 3, messages: 60 },
    })
    expect(result.points.map((p) => [p.qos, p.loss, p.offered])).toEqual([
      [0, 0, 60],
      [0, 0.2, 60],
      [1, 0, 60],
      [1, 0.2, 60],
    ])
    expect(result.points[2]).toMatchObject({
      expected: 60,
      delivered: 60,
      deliveryRatio: 1,
      duplicates: 0,
      duplicatesPerMessage: 0,
      publishPerMessage: 1,
      packetsPerMessage: 2,
      latencyMs: { mean: 20, p50: 20, p95: 20, p99: 20 },
      theory: { deliveryRatio: 1, duplicatesPerMessage: 0, publishPerMessage: 1, packetsPerMessage: 2 },
    })
  })

  it('prints a table for people, with progress on standard error', async () => {
    const { stdout, stderr } = await runFleetlab(SMALL)
    expect(stdout).toMatch(/^radio, 60 messages per point, seed 1\n/)
    expect(stdout).toMatch(/QoS 1 +0\.00 +60 +1\.0000 +1\.0000 +0\.0000 +0\.0000 +1\.0000 +1\.0000 +2\.0000/)
    expect(stdout).toMatch(/\d+ of 32 values lie within the 99% interval/)
    expect(stderr).toMatch(/0 of 4 points, 0% of the messages published/)
  })

  it('writes JSON and CSV to files', async () => {
    const [json, csv] = [join(folder, 'a.json'), join(folder, 'a.csv')]
    const { stdout } = await runFleetlab([...SMALL, '--json', json, '--csv', csv])
    expect(stdout).toContain('QoS 1')
    const { points } = JSON.parse(await readFile(json, 'utf8')) as ExperimentResult
    const [head, ...lines] = (await readFile(csv, 'utf8')).trimEnd().split('\r\n')
    expect(head?.split(',').slice(0, 8)).toEqual([
      'qos',
      'loss',
      'offered',
      'expected',
      'delivered',
      'duplicates',
      'delivery_ratio',
      'delivery_ratio_theory',
    ])
    expect(lines).toHaveLength(4)
    for (const line of lines) expect(line.split(',')).toHaveLength(head?.split(',').length ?? 0)
    expect(lines[1]?.split(',')[4]).toBe(String(points[1]?.delivered))
  })

  it('prints what it has and exits 130 when cut short', async () => {
    const stop = new AbortController()
    const args = ['experiment', '--messages', '20000', '--json', '-']
    const { code, stdout } = await runFleetlab(
      args,
      {},
      { interrupt: stop.signal, onStderr: () => stop.abort() },
    )
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ complete: false })
  })

  it.each([
    [['--qos', '3'], /--qos: expected one or more of 0, 1 and 2/],
    [['--loss', '0.95'], /--loss: expected numbers from 0 to 0\.9/],
    [['--loss', '5%'], /--loss.*numbers separated by commas/],
    [['--link', 'wire'], /--link.*Allowed choices are radio, tcp/],
    [['--delay', '30ms'], /--retry-timeout: expected more than 60 ms/],
    [['--messages', '50000', '--subscribers', '30'], /--messages: expected .* 1000000 at most/],
    [['--max-retries', 'some'], /--max-retries.*or unlimited/],
    [['--json', '-', '--csv', '-'], /cannot both go to standard output/],
  ])('refuses %j in one line', async (args, text) => {
    const outcome = await runFleetlab(['experiment', ...args])
    expect(outcome.stderr).toMatch(text)
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
  })

  it('is named by a command line that repeats it', async () => {
    const config = experimentSchema.parse({
      loss: [0.1],
      qos: [1],
      messages: 30,
      retryTimeout: 1500,
      maxRetries: 2,
      recovery: 'retry',
      subscribers: 2,
      delay: 5,
    })
    const line = experimentCommandLine(config)
    expect(line).toBe(
      'fleetlab experiment --qos 1 --loss 0.1 --retry-timeout 1.5s --max-retries 2 --messages 30 --subscribers 2 --delay 5ms --seed 1',
    )
    const { stdout } = await runFleetlab([...line.split(' ').slice(1), '--json', '-'])
    expect((JSON.parse(stdout) as ExperimentResult).config).toEqual(config)
  })
})
