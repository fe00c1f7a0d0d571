import { describe, expect, it } from 'vitest'
import {
  experimentSchema,
  type ExperimentPoint,
  type ExperimentState,
} from '../../../electron/contract/experiment'
import { agreement, conclude } from '../../../renderer/features/experiments/conclusion'
import { endLabels } from '../../../renderer/features/experiments/draw'
import { lossText, parseLossList } from '../../../renderer/features/experiments/loss-list'
import { panelsOf, roundUp, tellingLoss } from '../../../renderer/features/experiments/panels'
import { setupProblem } from '../../../renderer/stores/experiments'

const point = (qos: 0 | 1 | 2, loss: number, more: Partial<ExperimentPoint> = {}): ExperimentPoint => ({
  qos,
  loss,
  offered: 100,
  expected: 100,
  delivered: 100,
  deliveryRatio: 1,
  duplicates: 0,
  duplicatesPerMessage: 0,
  publishPerMessage: 1,
  packetsPerMessage: [1, 2, 4][qos] ?? 0,
  wireBytesPerMessage: { sent: 100, received: 66 },
  latencyMs: { mean: 25, p50: 20, p95: 40, p99: 90, max: 95 },
  reconnects: 0,
  theory: { deliveryRatio: 1, duplicatesPerMessage: 0, publishPerMessage: 1, packetsPerMessage: 1 },
  interval99: {
    deliveryRatio: [0.9, 1],
    duplicatesPerMessage: [0, 0],
    publishPerMessage: null,
    packetsPerMessage: null,
  },
  latencyTheoryMs: null,
  ...more,
})

const stateOf = (points: ExperimentPoint[], config: object = {}): ExperimentState => ({
  id: 1,
  state: 'done',
  config: experimentSchema.parse({ loss: [0, 0.2], ...config }),
  complete: true,
  points,
  curves: [0, 1, 2].map((qos) => ({
    qos: qos as 0 | 1 | 2,
    loss: [0, 0.1, 0.2],
    values: {
      deliveryRatio: [1, 0.81, 0.64],
      duplicatesPerMessage: [0, null, null],
      publishPerMessage: [1, 1.2, 1.6],
      packetsPerMessage: [4, 5, 6.9],
    },
  })),
  fraction: 1,
  elapsedMs: 1000,
  error: null,
})

describe('the list of losses', () => {
  it('is written in percent and read back the same', () => {
    const loss = [0, 0.05, 0.125, 0.3]
    expect(lossText(loss)).toBe('0,5,12.5,30')
    expect(parseLossList(lossText(loss))).toEqual(loss)
  })

  it('takes spaces, signs and any order', () => {
    expect(parseLossList(' 30%, 5 ;10 5')).toEqual([0.05, 0.1, 0.3])
  })

  it.each(['', 'x', '-1', '91', '5,,x', Array.from({ length: 51 }, (_, i) => i).join()])(
    'refuses %j',
    (text) => expect(parseLossList(text)).toBeNull(),
  )
})

describe('settings', () => {
  const config = experimentSchema.parse({})
  it.each([
    [{}, null],
    [{ qos: [] }, { kind: 'no-qos' }],
    [{ delay: 30 }, { kind: 'timeout', moreThanMs: 60 }],
    [{ delay: 30, link: 'tcp' as const }, null],
    [{ delay: 30, recovery: 'none' as const }, null],
    [{ messages: 50_000, subscribers: 100 }, { kind: 'too-many' }],
  ])('%j: %j', (patch, problem) => expect(setupProblem({ ...config, ...patch })).toEqual(problem))
})

describe('charts', () => {
  it('set marks and intervals beside the curve, one panel a value', () => {
    const panels = panelsOf(
      stateOf([
        point(1, 0.2, {
          deliveryRatio: 0.7,
          interval99: { ...point(1, 0).interval99, deliveryRatio: [0.6, 0.68] },
        }),
      ]),
    )
    expect(panels.map((p) => p.id)).toEqual([
      'deliveryRatio',
      'duplicatesPerMessage',
      'publishPerMessage',
      'packetsPerMessage',
      'p50',
      'p95',
      'p99',
    ])
    const one = panels[0]?.series[1]
    expect(one?.marks).toEqual([{ loss: 0.2, value: 0.7, low: 0.6, high: 0.68 }])
    expect(one?.curve.at(-1)).toEqual({ loss: 0.2, value: 0.64 })
    expect(one?.joined).toBe(false)
  })

  it('join the marks where there is no curve', () => {
    const [, duplicates, , , p50] = panelsOf(stateOf([point(1, 0), point(1, 0.2)]))
    expect(duplicates?.series[1]).toMatchObject({ curve: [], joined: true })
    expect(p50?.series[1]).toMatchObject({ curve: [], joined: true })
  })

  it('hold every value, and give the three of latency one scale', () => {
    const panels = panelsOf(
      stateOf([point(2, 0.2, { latencyMs: { mean: 30, p50: 10, p95: 200, p99: 730, max: 730 } })]),
    )
    expect(panels.slice(4).map((p) => p.max)).toEqual([800, 800, 800])
    expect(panels[0]).toMatchObject({ min: 0.6, max: 1 })
    expect(panels[3]?.max).toBe(8)
  })

  it.each([
    [0, 1],
    [0.11, 0.12],
    [1, 1],
    [6.94, 8],
    [390, 400],
    [0.3, 0.3],
  ])('round %d up to %d', (value, nice) => expect(roundUp(value)).toBe(nice))

  it('write one name for lines that end together', () => {
    const ending = (qos: 0 | 1 | 2, value: number) => ({
      qos,
      curve: [{ loss: 0.2, value }],
      marks: [],
      joined: false,
    })
    const labels = endLabels([ending(0, 1), ending(1, 9), ending(2, 9.1)], (v) => 100 - v * 10, 12)
    expect(labels).toEqual([
      { y: 9, text: 'QoS 1, 2' },
      { y: 90, text: 'QoS 0' },
    ])
    const same = endLabels([ending(0, 1), ending(1, 1), ending(2, 1)], (v) => v, 12)
    expect(same).toEqual([{ y: 1, text: 'QoS 0-2' }])
  })

  it('are told at the loss nearest to 20 %', () => {
    expect(tellingLoss([])).toBeNull()
    expect(tellingLoss([0, 0.1, 0.25].map((l) => point(0, l)))).toBe(0.25)
  })
})

describe('the conclusion', () => {
  it('says what was lost, repeated and paid', () => {
    const said = conclude(
      stateOf([
        point(0, 0.2, { delivered: 60, deliveryRatio: 0.6 }),
        point(1, 0.2, { duplicates: 57, duplicatesPerMessage: 0.57 }),
        point(2, 0.2, { packetsPerMessage: 5.6 }),
      ]),
      0.2,
    )
    expect(said).toEqual([
      { key: 'qos0', values: { lost: 0.4 } },
      { key: 'qos1', values: { per100: 56.99999999999999 } },
      { key: 'qos2', values: { times: 5.6 } },
    ])
  })

  it('does not praise what was not kept', () => {
    const lossy = { delivered: 90, deliveryRatio: 0.9, duplicates: 10, duplicatesPerMessage: 0.1 }
    const keys = (all: ExperimentPoint[]) => conclude(stateOf(all), 0.2).map((s) => s.key)
    expect(keys([point(1, 0.2, lossy), point(2, 0.2, lossy)])).toEqual(['qos1Missing', 'qos2Missing'])
    expect(keys([point(2, 0.2, { duplicates: 1 })])).toEqual(['qos2Repeated'])
    expect(keys([point(0, 0.2), point(1, 0.2)])).toEqual(['qos0None', 'qos1Clean'])
  })

  it('speaks of time where only time is lost', () => {
    const said = conclude(stateOf([point(0, 0.2), point(2, 0.2)], { link: 'tcp' }), 0.2)
    expect(said.at(-1)).toEqual({ key: 'tcp', values: { qos: 2, p50: 20, p99: 90 } })
    expect(conclude(stateOf([point(0, 0)], { link: 'tcp' }), 0).map((s) => s.key)).toEqual(['qos0None'])
  })

  it('counts what lies in its interval, where there is one', () => {
    expect(agreement([point(1, 0.2), point(1, 0.2, { deliveryRatio: 0.5 })])).toEqual({
      inside: 3,
      compared: 4,
    })
  })
})
