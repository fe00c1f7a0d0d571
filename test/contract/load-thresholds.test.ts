import { describe, expect, it } from 'vitest'
import { parseExpression } from '../../electron/contract/load-expressions'
import {
  evaluateThresholds,
  type ThresholdValues,
  type Thresholds,
} from '../../electron/contract/load-thresholds'

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
  receiveRate: 90,
  connected: 99.5,
  latencies: { p99: 20, 'ack.mean': 2.5 },
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
    [{ expressions: ['p99<20ms'] }, {}, ['beyond', 20], ['failed', 20]],
    [{ expressions: ['p99 <= 0.02s'] }, {}, ['passed', 20], ['passed', 20]],
    [{ expressions: ['ack.mean<2600us'] }, {}, ['passed', 2.5], ['passed', 2.5]],
    [{ expressions: ['e2e.p50<1s'] }, {}, ['end', null], ['failed', null]],
    [{ expressions: ['lost==0'] }, { lost: null }, ['end', null], ['failed', null]],
    [{ expressions: ['duplicated==0'] }, { duplicated: 1 }, ['failed', 1], ['failed', 1]],
    [{ expressions: ['failed<2'] }, { failed: 1, unanswered: 1 }, ['unanswered', 2], ['failed', 2]],
    [{ expressions: ['rate>=100.5/s'] }, {}, ['beyond', 100], ['failed', 100]],
    [{ expressions: ['receiveRate>89'] }, {}, ['passed', 90], ['passed', 90]],
    [{ expressions: ['connected>=99.5%'] }, {}, ['passed', 99.5], ['passed', 99.5]],
    [{ expressions: ['connected == 100%'] }, { connected: null }, ['end', null], ['failed', null]],
  ] as [Thresholds, Partial<ThresholdValues>, unknown[], unknown[]][])(
    '%j with %j',
    (asked, over, live, end) => {
      const [[now], [last]] = [false, true].map((ended) =>
        evaluateThresholds(asked, values(over), ended),
      ) as [ReturnType<typeof evaluateThresholds>, ReturnType<typeof evaluateThresholds>]
      expect([now?.state, now?.actual]).toEqual(live)
      expect([last?.state, last?.actual]).toEqual(end)
    },
  )

  it.each([
    ['p99<50', /with its unit, such as p99<50ms/],
    ['p98<50ms', /expected one of p50/],
    ['ack.lost==0', /expected one of/],
    ['lost==0ms', /without a unit/],
    ['connected>=99', /in percent, such as connected>=99%/],
    ['rate>=99%', /without a unit/],
    ['p99!50ms', /expected a threshold such as/],
  ])('says what is wrong with %s', (text, problem) => {
    expect(parseExpression(text)).toMatch(problem)
  })

  it('evaluates what was asked for, by the names of the flags', () => {
    expect(evaluateThresholds({ maxConnectP99: 9, maxOutOfOrder: 0 }, values(), true)).toEqual([
      { name: 'max-connect-p99', limit: 9, actual: 5, state: 'passed' },
      { name: 'max-out-of-order', limit: 0, actual: 0, state: 'passed' },
    ])
  })
})
