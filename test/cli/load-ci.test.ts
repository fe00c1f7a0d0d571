import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { LoadReport } from '../../electron/contract/load-report'
import { junitXml } from '../../electron/cli/print/junit'
import { reportMarkdown } from '../../electron/engine/load/report/markdown'
import { runFleetlab } from '../helpers/cli-run'
import { loadReportDouble } from '../helpers/load-report-double'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'fleetlab-ci-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Action {
  runs: { steps: { id?: string; run?: string }[] }
}

it('the GitHub Action runs the load test, fails with its exit code, and leaves summary, JSON and JUnit', () => {
  const action = parse(readFileSync(join(root, '.github/actions/load/action.yml'), 'utf8')) as Action
  const script = action.runs.steps.find((s) => s.id === 'load')?.run ?? ''
  const [output, summary] = [join(folder, 'output'), join(folder, 'summary')]
  writeFileSync(output, '')
  const ran = spawnSync('bash', ['-eo', 'pipefail', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      ARGS: '--url embedded --publishers 2 --rate max --messages 20 --qos 1 --threshold "lost == 0" --threshold \'rate>=100000000\'',
      FOLDER: 'out',
      GITHUB_ACTION_PATH: join(root, '.github/actions/load'),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    },
  })
  const report = JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8')) as LoadReport
  expect(report.verdict.checks.map((c) => [c.name, c.passed])).toEqual([
    ['lost==0', true],
    ['rate>=100000000', false],
  ])
  // a busy machine may make the run inconclusive; it never passes
  expect(ran.status).toBe(report.verdict.inconclusive ? 3 : 1)
  expect(readFileSync(output, 'utf8')).toBe('json=out/report.json\njunit=out/report.xml\n')
  expect(readFileSync(summary, 'utf8')).toContain('| rate&#62;=100000000 |')
  expect(readFileSync(join(folder, 'out/report.xml'), 'utf8')).toMatch(
    /name="rate&gt;=100000000"><failure message="limit/,
  )
  const safe = reportMarkdown({ ...report, runId: 'x', errors: { '<img src=x> | [a](b)': 1 } })
  expect(safe).not.toMatch(/<img|\]\(/)
}, 60_000)

it('JUnit escapes what XML does not allow', () => {
  const xml = junitXml('a&b', [
    { group: 'g', name: '<"\u0001', failure: 'x' },
    { group: 'g', name: 'n', skipped: '' },
  ])
  expect(xml).toContain('<testsuite name="a&amp;b" tests="2" failures="1" skipped="1">')
  expect(xml).toContain('name="&lt;&quot;?"><failure message="x"/>')
})

it('a wrong threshold is one line', async () => {
  const r = await runFleetlab(['load', '--url', 'embedded', '--threshold', 'p99<50'])
  expect([r.code, r.stderr]).toEqual([
    2,
    expect.stringMatching(/^fleetlab: --threshold: found "p99<50"; .*p99<50ms/),
  ])
})

it('fleetlab report compare exits 1 where the second run is worse', async () => {
  const [before, after] = [join(folder, 'before.json'), join(folder, 'after.json')]
  writeFileSync(before, JSON.stringify(loadReportDouble()))
  writeFileSync(after, JSON.stringify(loadReportDouble({ qos: 1 }, { lost: 2 })))
  const same = await runFleetlab(['report', 'compare', before, before])
  expect([same.code, same.stdout]).toEqual([0, expect.stringContaining('lost>+0: passed')])
  const limited = loadReportDouble()
  writeFileSync(after, JSON.stringify({ ...limited, generator: { ...limited.generator, saturated: true } }))
  const xml = join(folder, 'compared.xml')
  const unsure = await runFleetlab(['report', 'compare', before, after, '--junit', xml])
  expect([unsure.code, unsure.stdout]).toEqual([3, expect.stringContaining('verdict: inconclusive: ')])
  expect(unsure.stdout).not.toContain('passed')
  expect(readFileSync(xml, 'utf8')).toContain('<failure message="inconclusive: ')
  writeFileSync(after, JSON.stringify(loadReportDouble({ qos: 1 }, { lost: 2 })))
  const worse = await runFleetlab(['report', 'compare', before, after, '--json', '-'])
  expect(worse.code).toBe(1)
  const found = JSON.parse(worse.stdout) as { rules: unknown[]; differences: string[] }
  expect(found.rules).toContainEqual({ rule: 'lost>+0', state: 'failed' })
  expect(found.differences).toEqual(['qos'])
})

it('fleetlab load find-limit says when no rate holds, as text and JSON, and what it cannot raise', async () => {
  const search = '--url embedded --publishers 1 --subscribers 0 --qos 1 --messages 1 --rate 0.015'
  const args = ['load', 'find-limit', ...search.split(' '), '--threshold', 'rate<0']
  const file = join(folder, 'limit.json')
  const r = await runFleetlab([...args, '--json', file])
  expect([r.code, r.stdout]).toEqual([1, 'No limit was found in 2 runs: no rate held the thresholds.\n'])
  expect(r.stderr.split('\n')[0]).toBe('0.01 per second: broke rate<0')
  const found = JSON.parse(readFileSync(file, 'utf8')) as { interval: unknown; trials: unknown[] }
  expect([found.interval, found.trials.length]).toEqual([null, 2])
  const max = await runFleetlab(['load', 'find-limit', '--url', 'embedded', '--rate', 'max'])
  expect([max.code, max.stderr]).toEqual([
    2,
    expect.stringMatching(/^fleetlab: --rate: found max; find-limit/),
  ])
}, 60_000)

it('fleetlab load --matrix prints a table; a wrong combination is told before the first run', async () => {
  const [file, page] = [join(folder, 'matrix.md'), join(folder, 'matrix.html')]
  const run = '--url embedded --publishers 1 --subscribers 0 --rate max --messages 3'
  const args = [
    'load',
    ...run.split(' '),
    '--matrix',
    'qos=1',
    '--repeats',
    '1',
    '--markdown',
    file,
    '--html',
    page,
  ]
  const r = await runFleetlab(args)
  const table = r.stdout.split('\n').map((l) => l.split(/\s{2,}/).slice(0, 2))
  expect([r.code, table.slice(0, 2)]).toEqual([
    0,
    [
      ['qos', 'runs'],
      ['1', '1'],
    ],
  ])
  expect(r.stdout).not.toMatch(/±|inconclusive/)
  expect(r.stderr).toBe('run 1 of 1: qos=1\n')
  expect(readFileSync(file, 'utf8')).toMatch(/\| 1 \| 1 \|/)
  expect(readFileSync(page, 'utf8')).toContain('<span>qos=1</span><svg')
  for (const [axis, line] of [
    ['qos=0,3', /^fleetlab: --qos: found 3; /],
    ['html=a', /^fleetlab: --matrix: found html; expected a setting/],
  ] as const) {
    const wrong = await runFleetlab(['load', '--url', 'embedded', '--matrix', axis])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(line)])
  }
  const config = join(folder, 'kinds.yaml')
  writeFileSync(config, 'populations: [{ name: a, publishers: 1, qos: 1, rate: max }]')
  const secrets = ['url=ws://127.0.0.1:1/?token=s3cr3t', 'ws-header=X-Api-Key:s3cr3t']
  const hidden = await runFleetlab(['load', '--publishers', '1', '--matrix', ...secrets])
  expect(hidden.stderr).toContain('run 1 of 3: url=ws://127.0.0.1:1/?token=*** ws-header=X-Api-Key: ***')
  expect(hidden.stdout + hidden.stderr).not.toContain('s3cr3t')
  const cookie = ['--url', 'ws://127.0.0.1:1/', '--matrix', 'ws-header=Cookie:a=1,session=s3cr3t']
  const parts = await runFleetlab(['load', '--publishers', '1', ...cookie])
  expect(parts.stderr).toContain('run 1 of 3: ws-header=Cookie: ***')
  expect(parts.stdout + parts.stderr).not.toContain('s3cr3t')
  const idle = ['load', '--url', 'embedded', '--matrix', 'qos=0,1', '--reconnect-every', '5s']
  expect((await runFleetlab(idle)).stderr).toMatch(
    /^fleetlab: --reconnect-every: found 5s; expected --executor/,
  )
  const kinds = ['load', '--config', config, '--url', 'embedded', '--matrix', 'qos=0,1']
  expect((await runFleetlab(kinds)).stderr).toMatch(/^fleetlab: --matrix: found qos, whose values make no/)
  const limit = await runFleetlab(['load', 'find-limit', '--config', config, '--url', 'embedded'])
  expect(limit.stderr).toMatch(/^fleetlab: --config: found a population without a constant rate/)
}, 120_000)
