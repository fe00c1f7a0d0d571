import { describe, expect, it } from 'vitest'
import { runFleetlab } from '../helpers/cli-run'

const NOBODY = 'mqtt://127.0.0.1:1'

describe('flags that are given again', () => {
  it.each([
    [['load', '--url', NOBODY, '--size', '16', '--size', '64'], '--size'],
    [['load', '--url', NOBODY, '--rate', '5', '--rate=6'], '--rate'],
    [['load', '--url', NOBODY, '--json', 'a.json', '--json', 'b.json'], '--json'],
    [['load', '--url', NOBODY, '--password', 'secret1', '--password', 'secret2'], '--password'],
    [['load', 'find-limit', '--url', NOBODY, '--qos', '1', '--qos', '2'], '--qos'],
    [['load', 'watch', '--listen', '1', '--listen', '2'], '--listen'],
    [['probe', NOBODY, '--timeout', '1s', '--timeout', '2s'], '--timeout'],
    [['report', 'merge', 'a.json', '--html', 'a.html', '--html', 'b.html'], '--html'],
    [['run', 'a.yaml', '--seed', '1', '--seed', '2'], '--seed'],
    [['serve', '--share', '127.0.0.1', '--share'], '--share'],
  ])('%j is refused: the first would be forgotten', async (args, flag) => {
    const r = await runFleetlab(args)
    expect(r).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `fleetlab: ${flag}: found twice; expected once\n`,
    })
  })

  it.each([
    [
      ['--url', 'mqtt://127.0.0.1:1', '--url', 'ws://127.0.0.1:2'],
      '--url: found "mqtt://127.0.0.1:1,ws://127.0.0.1:2"',
    ],
    [['--threshold', 'p99<50ms', '--threshold', 'best<1'], '--threshold: found "best<1"'],
    [['--local-address', '127.0.0.1', '--local-address', 'x'], '--local-address: found "x"'],
    [['--topics', 'a', '--topics', '#'], '--topics: found "#"'],
  ])('%j adds to the list, all of which is checked', async (flags, line) => {
    const r = await runFleetlab(['load', ...(flags.includes('--url') ? [] : ['--url', NOBODY]), ...flags])
    expect(r.code).toBe(2)
    expect(r.stderr.replace(/^fleetlab: /, '').slice(0, line.length)).toBe(line)
  })

  it('several --url are the addresses of one broker', async () => {
    const flags = ['--url', 'embedded', '--url', 'embedded', '--publishers', '1']
    expect((await runFleetlab(['load', ...flags])).stderr).toMatch(/--url: .*expected the word embedded once/)
    const hosts = ['--url', 'mqtt://127.0.0.1:1', '--url', 'mqtt://127.0.0.1:2', '--connect-timeout', '1s']
    expect((await runFleetlab(['load', ...hosts])).stderr).toMatch(/cannot connect to mqtt:\/\/127.0.0.1:1/)
  })

  it('a switch may be given again', async () => {
    const r = await runFleetlab(['load', '--url', NOBODY, '--retain', '--retain', '--connect-timeout', '1s'])
    expect(r.stderr).toMatch(/cannot connect/)
  })

  it.each([
    [
      ['load', '--url', NOBODY, 'find-limit', '--rate', '5'],
      '--url: found before find-limit; expected after it',
    ],
    [['load', '--json', 'a.json', 'watch'], '--json: found before watch; expected after it'],
  ])('%j: what stands before a subcommand would be forgotten', async (args, line) => {
    expect(await runFleetlab(args)).toMatchObject({ code: 2, stderr: `fleetlab: ${line}\n` })
  })
})
