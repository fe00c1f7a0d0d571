import { expect, it } from 'vitest'
import {
  MOST_REPEATS,
  estimate,
  matrixMarkdown,
  matrixRow,
  matrixTable,
  matrixTitle,
} from '../../../electron/engine/load/report/matrix'
import { matrixHtml } from '../../../electron/engine/load/report/matrix-html'
import { combinations, parseAxes } from '../../../electron/engine/load/run/matrix'
import type { RunEnvironment } from '../../../electron/contract/load-report'
import { loadReportDouble } from '../../helpers/load-report-double'

const ENVIRONMENT: RunEnvironment = {
  startedAt: '2030-01-31T12:00:00.000Z',
  toolVersion: '1.2.3',
  broker: null,
  commandLine: 'fleetlab load',
  host: 'host',
  system: 'Linux',
  cpu: '2 x cpu',
  memoryBytes: 2 ** 30,
  openFiles: null,
  localPorts: null,
  brokerLimits: null,
  brokerProcess: null,
  node: 'v22',
}

it.each([
  ['ws-header=X-Api-Key: abc', 'found ws-header=X-Api-Key: ***;'],
  ['ws-header=Cookie: a=1,session=S3CRET', 'found ws-header=Cookie: ***;'],
  ['ws-header=X-Site:2,Cookie:a=1,session=S3CRET,', 'found ws-header=X-Site:2,Cookie: ***,;'],
  ['user-property=token=a,S3CRET,site=2,', 'found user-property=token=***,site=2,;'],
  ['population={"userProperties":["token a",S3CRET]}', 'found population={"userProperties":["token ***;'],
  ['url=ws://a?token=abc,', 'found url=ws://a?token=***,;'],
  ['user-property=token=abc,token=b,', 'found user-property=token=***,token=***,;'],
  ['--user-property=token=a b', 'found --user-property=token=***;'],
])('what is wrong with %s is said without its secret', (word, line) => {
  expect(parseAxes([word])).toEqual(expect.stringContaining(line))
})

it('reads axes and makes all combinations of them', () => {
  const axes = parseAxes(['qos=0,1', '--keep-alive=5s,0s'])
  if (typeof axes === 'string') throw new Error(axes)
  expect(combinations(axes)).toEqual([
    { qos: '0', 'keep-alive': '5s' },
    { qos: '0', 'keep-alive': '0s' },
    { qos: '1', 'keep-alive': '5s' },
    { qos: '1', 'keep-alive': '0s' },
  ])
})

it.each([
  ['ws-header=Cookie:a=1,b=2,X-Site:2', ['Cookie:a=1,b=2', 'X-Site:2']],
  ['user-property=site=1,2,site=3', ['site=1,2', 'site=3']],
  ['population={"name":"a","share":1},{"name":"b"}', ['{"name":"a","share":1}', '{"name":"b"}']],
])('values may hold commas: %s', (word, values) => {
  expect(parseAxes([word])).toMatchObject([{ values }])
})

it.each([
  [['qos'], /^found qos; expected settings/],
  [['qos=0,,1'], /^found qos=0,,1; expected/],
  [['qos=0', 'qos=1'], /^found qos twice/],
  [[`size=${Array.from({ length: 201 }, (_, i) => i).join(',')}`], /^found 201 combinations/],
])('says what is wrong with %j', (words, message) => {
  expect(parseAxes(words)).toMatch(message)
})

it('gives the mean of the runs with its interval by Student', () => {
  // R: t.test(c(9, 10, 12))
  const e = estimate([9, 10, 12])
  expect(e?.mean).toBeCloseTo(10.3333, 3)
  expect(e?.low).toBeCloseTo(6.5388, 2)
  expect(e?.high).toBeCloseTo(14.1279, 2)
  expect(estimate([5])).toEqual({ mean: 5, low: null, high: null })
  expect(estimate([])).toBeNull()
  expect(estimate(Array.from({ length: MOST_REPEATS }, (_, i) => i))?.low).toBeGreaterThan(0)
})

it('shows what was measured, and which runs say nothing of the broker', () => {
  const runs = [
    loadReportDouble({}, { publishRate: 90, lost: 2 }),
    loadReportDouble({}, { publishRate: 110, verdict: { passed: false, inconclusive: true, checks: [] } }),
  ]
  const row = matrixRow({ qos: '0|1' }, runs)
  expect(row).toMatchObject({ runs: 2, inconclusive: 1, failed: 0, lost: 2 })
  const { head, cells } = matrixTable([row])
  expect(head).toEqual([
    'qos',
    'runs',
    'sent /s',
    'received /s',
    'e2e p50, ms',
    'e2e p99, ms',
    'lost',
    'failed or in flight',
    '',
  ])
  expect(cells[0]?.slice(0, 4)).toEqual(['0|1', '2', '100 ±127', '100 ±0'])
  expect(cells[0]?.at(-1)).toBe('inconclusive in 1 of 2')
  expect(matrixMarkdown([row])).toContain('| 0&#124;1 | 2 | 100 ±127 |')
})

it('draws each figure with its interval, all rows on one scale, and says inconclusive only where a run was', () => {
  const rows = [100, 400].map((rate) =>
    matrixRow(
      { size: `<${rate}>` },
      [rate - 10, rate + 10].map((publishRate) => loadReportDouble({}, { publishRate })),
    ),
  )
  const html = matrixHtml(rows)
  const most = 400 + 12.706 * 10
  expect(html).toContain('<span>size=&#60;100&#62;</span>')
  expect(html).toContain(`<line x1="${(100_000 / most).toFixed(1)}"`)
  expect(html).toContain(`<rect x="0.0" y="4" width="${(((100 + 127.06) * 1000) / most).toFixed(1)}"`)
  expect(html).not.toMatch(/<script|style="|inconclusive/)
  expect(estimate([1, 30])?.low).toBe(0)
})

it('says what varies: the address in no title, and of the environment what is not alike with those it is of', () => {
  const environment = (broker: string, brokerLimits: string | null): RunEnvironment => ({
    ...ENVIRONMENT,
    broker,
    brokerLimits,
  })
  const row = (url: string, protocol: string, broker: string, limits: string | null) =>
    matrixRow({ url, protocol }, [loadReportDouble({ url }, { environment: environment(broker, limits) })])
  const rows = [
    row('mqtt://a', '3.1.1', 'one', null),
    row('mqtt://a', '5.0', 'one', 'maximum QoS 1'),
    row('mqtt://b', '3.1.1', 'two', null),
  ]
  expect(matrixTitle(rows)).toBe('Load tests by url, protocol')
  expect(matrixTitle(rows.slice(0, 2))).toBe('Load tests of mqtt://a by protocol')
  expect(matrixTitle(rows.slice(0, 1))).toBe('Load tests of mqtt://a')
  const html = matrixHtml(rows)
  expect(html).toContain('<title>Load tests by url, protocol</title>')
  expect(html).toContain(
    'mqtt://a, one (url=mqtt://a protocol=3.1.1, url=mqtt://a protocol=5.0); mqtt://b, two (url=mqtt://b protocol=3.1.1)',
  )
  expect(html).toContain('maximum QoS 1 (url=mqtt://a protocol=5.0)')
  expect(html).toContain(`<td class="text">${ENVIRONMENT.host}, ${ENVIRONMENT.system}</td>`)
  expect(matrixHtml(rows.slice(0, 1))).toContain('<td class="text">mqtt://a, one</td>')
})
