import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../electron/contract/errors'
import { runFleetlab, type CliOutcome } from '../helpers/cli-run'
import { reportDouble } from '../helpers/engine-double'

let folder = ''
let scenario = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetlab-cli-'))
  scenario = join(folder, 'a.yaml')
  await writeFile(scenario, 'version: 1\nname: A\nseed: 3\n')
})
afterAll(() => rm(folder, { recursive: true }))

/** One line on standard error, nothing on standard output, exit code 2. */
function expectUsageError(outcome: CliOutcome, text: RegExp): void {
  expect(outcome.stderr).toMatch(text)
  expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1)
  expect(outcome.stdout).toBe('')
  expect(outcome.code).toBe(2)
}

describe('fleetlab run', () => {
  it('prints one line a group and the packets, and exits 0', async () => {
    const { code, stdout, engines } = await runFleetlab(['run', scenario])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^double, seed 7, 15\.0 s\n/)
    expect(stdout).toMatch(/qos1 +1 +300 +300 +300 +0 +69 +0 +21 +21 +1020 +- +512\.3 +88\.0\n/)
    expect(stdout).toMatch(/PUBACK +400 +80\n/)
    expect(engines[0]?.closed).toBe(1)
  })

  it('prints one JSON object and nothing else with --json -', async () => {
    const { stdout } = await runFleetlab(['run', scenario, '--json', '-'])
    expect(JSON.parse(stdout)).toEqual(reportDouble())
  })

  it('writes JSON and packets to files', async () => {
    const json = join(folder, 'out.json')
    const pcap = join(folder, 'out.pcapng')
    const { stdout } = await runFleetlab(['run', scenario, '--json', json, '--pcap', pcap])
    expect(stdout).toContain('duplicated')
    expect(JSON.parse(await readFile(json, 'utf8'))).toEqual(reportDouble())
    expect((await readFile(pcap)).readUInt32BE(0)).toBe(0x0a0d0d0a)
  })

  it('hands limits, seed and speed to the engine', async () => {
    const flags = ['--duration', '10s', '--messages', '300', '--seed', '9', '--speed', 'max']
    const { engines } = await runFleetlab(['run', scenario, ...flags])
    expect(engines[0]?.opened).toMatchObject([
      {
        file: scenario,
        scenario: { seed: 9 },
        limits: { durationMs: 10_000, messages: 300, speed: Infinity },
      },
    ])
    const plain = await runFleetlab(['run', scenario])
    expect(plain.engines[0]?.opened).toMatchObject([{ scenario: { seed: 3 }, limits: {} }])
  })

  it('names another machine in one line, and the flag that allows it', async () => {
    const details = [{ path: 'host', found: 'broker.example.org', expected: '' }]
    const openFails = new ApiError('unconfirmed', 'not connected to broker.example.org (as ann)', details)
    expectUsageError(
      await runFleetlab(['run', scenario], { openFails }),
      /^fleetlab: not connected to broker\.example\.org \(as ann\); .* --allow-host broker\.example\.org$/m,
    )
    const { engines } = await runFleetlab(['run', scenario, '--allow-host', 'a.example, b.example'])
    expect(engines[0]?.allowed).toEqual(['a.example', 'b.example'])
  })

  it('prints names and texts of others so that no terminal acts on them', async () => {
    const report = reportDouble()
    const evil = {
      ...report,
      scenario: 'a\u001b]0;x\u0007',
      groups: report.groups.map((g) => ({ ...g, name: 'g\nh\u001b[2J' })),
    }
    const openFails = new ApiError('bad-scenario', 'wrong \u001b[2J name')
    const table = await runFleetlab(['run', scenario], { report: evil })
    expect(table.stdout).toContain('a\\x1b]0;x\\x07, seed 7')
    expect(table.stdout).toContain('g\\x0ah\\x1b[2J')
    const failed = await runFleetlab(['run', scenario], { openFails })
    expect(failed.stderr).toBe('fleetlab: wrong \\x1b[2J name\n')
    expect(table.stdout + failed.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it('refuses two groups with the same client identifiers', async () => {
    const same = join(folder, 'same.yaml')
    await writeFile(same, 'version: 1\nname: A\ngroups:\n  - { name: p }\n  - { name: s, id: "p-{n}" }\n')
    expectUsageError(
      await runFleetlab(['run', same]),
      /groups\.1\.id: found "p-\{n\}"; expected a unique client identifier pattern; groups\[0\] has it too/,
    )
  })

  it('prints what it has and exits 130 when cut short', async () => {
    const stop = new AbortController()
    const { code, stdout, engines } = await runFleetlab(
      ['run', scenario],
      { endless: true },
      { interrupt: stop.signal, onStderr: () => stop.abort() },
    )
    expect(code).toBe(130)
    expect(stdout).toContain('cut short')
    expect(engines[0]?.closed).toBe(1)
  })

  it('names the field of a broken scenario, what was found and what is allowed', async () => {
    const bad = join(folder, 'bad.yaml')
    await writeFile(bad, 'version: 1\nname: A\ngroups: [{ name: g, publishes: [{ topic: t, qos: 3 }] }]\n')
    const outcome = await runFleetlab(['run', bad])
    expectUsageError(outcome, /bad\.yaml: groups\.0\.publishes\.0\.qos: found 3; /)
    expect(outcome.engines).toEqual([])
  })

  it.each([
    [['run', '/nowhere/x.yaml'], /x\.yaml: there is no such file/],
    [['run'], /missing required argument 'scenario'/],
    [['run', 'a.yaml', '--sped', 'max'], /unknown option '--sped'.*--speed/],
    [['run', 'a.yaml', 'b.yaml'], /too many arguments/],
    [['run', 'a.yaml', '--duration', '10'], /--duration.*expected a duration such as/],
    [['run', 'a.yaml', '--messages', '0'], /--messages.*whole number from 1/],
    [['run', 'a.yaml', '--seed', '-1'], /--seed.*whole number from 0/],
    [['run', 'a.yaml', '--speed', '0'], /--speed.*from 0\.01 to 100, or max/],
    [['runn'], /unknown command 'runn'/],
    [['--nothing'], /unknown option '--nothing'/],
    [['broker', '--port', '70000'], /--port.*from 0 to 65535/],
  ])('refuses %j in one line', async (args, text) => expectUsageError(await runFleetlab(args), text))

  it('passes on in one line what the engine refuses', async () => {
    const openFails = new ApiError('conflict', 'port 1883 of 127.0.0.1 is taken')
    const outcome = await runFleetlab(['run', scenario], { openFails })
    expectUsageError(outcome, /^fleetlab: port 1883 of 127\.0\.0\.1 is taken\n$/)
    expect(outcome.engines[0]?.closed).toBe(1)
  })

  it('prints help and version to standard output', async () => {
    expect(await runFleetlab(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n', stderr: '' })
    const help = await runFleetlab(['run', '--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toContain('--pcap <file>')
  })
})
