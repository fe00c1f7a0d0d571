import { describe, expect, it } from 'vitest'
import type { LoadReport } from '../../../electron/contract/load-report'
import { createRandom } from '../../../electron/engine/base/random'
import { compareReports, judge, parseFailRule } from '../../../electron/engine/load/report/compare'
import { rankTest } from '../../../electron/engine/load/report/rank-test'
import { loadReportDouble, pointDouble } from '../../helpers/load-report-double'

/** A run of 30 s whose p99 of each second is about `p99`, half as much or more at random. */
function run(p99: number, name: string): LoadReport {
  const random = createRandom(1, name)
  const series = Array.from({ length: 30 }, (_, second) => {
    const value = p99 * (0.5 + random())
    return pointDouble(second, { endToEnd: { p50: 2, p95: value / 2, p99: value } })
  })
  const plain = loadReportDouble()
  return { ...plain, series, endToEndMs: { ...plain.endToEndMs, p99: p99 * 1.4 } }
}

const state = (rule: string, a: LoadReport, b: LoadReport) => {
  const read = parseFailRule(rule)
  if (typeof read === 'string') throw new Error(read)
  return judge(read, compareReports(a, b))
}

describe('the comparison of two runs', () => {
  it.each([
    ['p99>+10%', 10, 10, 'passed'],
    ['p99>+10%', 10, 11.2, 'noise'],
    ['p99>+10%', 10, 20, 'failed'],
    ['p99>+5ms', 10, 20, 'failed'],
    ['p99>+0.02s', 10, 20, 'passed'],
    ['p99<-10%', 20, 10, 'failed'],
    ['p99>+10%', 20, 10, 'passed'],
  ] as const)('%s from %d to %d ms: %s', (rule, a, b, expected) => {
    expect(state(rule, run(a, 'a'), run(b, 'b'))).toBe(expected)
  })

  it('counts need no test, and nothing lost before is no excuse', () => {
    const lossy = { ...run(10, 'b'), lost: 1 }
    expect(state('lost>+0', run(10, 'a'), lossy)).toBe('failed')
    expect(state('lost>+10%', run(10, 'a'), lossy)).toBe('failed')
    expect(state('lost>+1', run(10, 'a'), lossy)).toBe('passed')
    expect(state('lost>+0', run(10, 'a'), { ...lossy, lost: null })).toBe('not measured')
  })

  it.each([
    ['p99>10%', /expected a change such as/],
    ['p98>+10%', /expected one of rate, p50/],
    ['p99>+10', /a time needs % or its unit/],
    ['lost>+1ms', /lost is no time/],
  ])('says what is wrong with %s', (text, problem) => expect(parseFailRule(text)).toMatch(problem))
})

describe('the rank test', () => {
  it('gives the values of the normal approximation', () => {
    // U = 0: z = 49.5 / sqrt(175), two-sided 0.00018; values in no order, so that neighbours do not correlate
    const a = [1, 10, 2, 9, 3, 8, 4, 7, 5, 6]
    expect(
      rankTest(
        a,
        a.map((v) => v + 10),
      ),
    ).toBeCloseTo(0.00018, 5)
    expect(rankTest(a, a)).toBeCloseTo(1, 6)
    expect(rankTest([1, 1, 1, 1, 1], [1, 1, 1, 1, 1])).toBe(1)
    expect(rankTest([1, 2, 3, 4], a)).toBeNull()
  })

  it('takes equal runs for different in about one of a hundred, also where seconds depend on each other', () => {
    const random = createRandom(7, 'ranks')
    const series = (memory: number): number[] => {
      let last = random()
      return Array.from({ length: 30 }, () => (last = memory * last + (1 - memory) * random()))
    }
    for (const memory of [0, 0.5]) {
      const wrong = Array.from({ length: 500 }, () => rankTest(series(memory), series(memory)) ?? 1)
      expect(wrong.filter((p) => p < 0.01).length).toBeLessThan(20)
    }
  })
})
