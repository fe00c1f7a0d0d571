import { describe, expect, it } from 'vitest'
import { evaluateThresholds, type ThresholdValues } from '../../electron/contract/load-thresholds'

const values = (over: Partial<ThresholdValues> = {}): ThresholdValues => ({
  p99Ms: 20,
  connectP99Ms: 5,
  lost: 0,
  duplicated: 0,
  outOfOrder: 0,
  failed: 0,
  unanswered: 0,
  errors: 0,
  publishRate: 100,
  ...over,
})

describe('the evaluator of thresholds, while a run goes on (live) and at its end', () => {
  it.each([
    [{ maxFailed: 1 }, { failed: 1, unanswered: 0 }, ['passed', 1], ['passed', 1]],
    [{ maxFailed: 1 }, { failed: 1, unanswered: 3 }, ['unanswered', 4], ['failed', 4]],
    [{ maxFailed: 1 }, { failed: 2, unanswered: 3 }, ['failed', 2], ['failed', 5]],
    [{ maxErrors: 2 }, { errors: 3 }, ['failed', 3], ['failed', 3]],
    [{ maxP99: 10 }, { p99Ms: 11 }, ['beyond', 11], ['failed', 11]],
    [{ maxP99: 11 }, { p99Ms: 11 }, ['passed', 11], ['passed', 11]],
    [{ minRate: 100 }, { publishRate: 99.5 }, ['beyond', 99.5], ['failed', 99.5]],
    [{ minRate: 100 }, { publishRate: 100 }, ['passed', 100], ['passed', 100]],
    [{ maxLost: 0 }, { lost: null }, ['end', null], ['failed', null]],
    [{ maxConnectP99: 5 }, { connectP99Ms: 6 }, ['beyond', 6], ['failed', 6]],
  ] as const)('%j with %j', (asked, over, live, end) => {
    const [[now], [last]] = [false, true].map((ended) => evaluateThresholds(asked, values(over), ended)) as [
      ReturnType<typeof evaluateThresholds>,
      ReturnType<typeof evaluateThresholds>,
    ]
    expect([now?.state, now?.actual]).toEqual(live)
    expect([last?.state, last?.actual]).toEqual(end)
  })

  it('evaluates what was asked for, by the names of the flags', () => {
    expect(evaluateThresholds({ maxConnectP99: 9, maxOutOfOrder: 0 }, values(), true)).toEqual([
      { name: 'max-connect-p99', limit: 9, actual: 5, state: 'passed' },
      { name: 'max-out-of-order', limit: 0, actual: 0, state: 'passed' },
    ])
  })
})
