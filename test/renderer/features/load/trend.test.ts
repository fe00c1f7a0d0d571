import { expect, it } from 'vitest'
import type { LoadRunInfo } from '../../../../electron/contract/load'
import { loadSchema, type LoadInput } from '../../../../electron/contract/load-config'
import { alikeRuns, trendCharts } from '../../../../renderer/features/load/trend'

const run = (number: number, over: Partial<LoadRunInfo> = {}, input: LoadInput = {}): LoadRunInfo => ({
  runId: `r${number}`,
  number,
  startedAtMs: number * 1000,
  config: loadSchema.parse(input),
  outcome: 'passed',
  rate: 100 * number,
  p99: number,
  lost: 0,
  saturated: false,
  ...over,
})

it('puts the runs with the same settings together, oldest first, without what says nothing of the broker', () => {
  const runs = [
    run(7),
    run(6, {}, { seed: 9, thresholds: { maxLost: 0 } }),
    run(5, { outcome: 'stopped' }),
    run(4, { saturated: true, outcome: 'inconclusive' }),
    run(3, {}, { qos: 2 }),
    run(2, { outcome: 'failed' }),
    run(1),
  ]
  expect(alikeRuns(runs, 'r7').map((r) => r.number)).toEqual([1, 2, 6, 7])
  expect(alikeRuns(runs, 'r2').map((r) => r.number)).toEqual([1, 2])
  expect(alikeRuns(runs, 'gone')).toEqual([])
  const [p99, rate] = trendCharts(runs, 'r7')
  expect([p99?.places, p99?.lines[0]?.values]).toEqual([
    ['1', '2', '6', '7'],
    [1, 2, 6, 7],
  ])
  expect([rate?.id, rate?.lines[0]?.values, rate?.scale.min]).toEqual(['rate', [100, 200, 600, 700], 0])
})

it('needs three runs, and draws the newest twenty', () => {
  expect(trendCharts([run(2), run(1)], 'r2')).toEqual([])
  const many = Array.from({ length: 30 }, (_, i) => run(30 - i))
  expect(trendCharts(many, 'r30')[0]?.places.at(0)).toBe('11')
})
