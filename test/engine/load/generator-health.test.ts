import { expect, it } from 'vitest'
import { generatorHealth } from '../../../electron/engine/load/report/saturation'

it('tells of the busiest worker and of the late messages of all while the run goes on', () => {
  const calm = { lateSends: 1, maxLoopDelayMs: 4, p99LoopDelayMs: 2, stalledShare: 0, utilization: 0.2 }
  const busy = { lateSends: 2, maxLoopDelayMs: 9, p99LoopDelayMs: 3, stalledShare: 0, utilization: 0.97 }
  expect(generatorHealth([], 100)).toBeNull()
  expect(generatorHealth([calm, busy], 1000)).toEqual({
    lateSends: 3,
    maxLoopDelayMs: 9,
    busiestWorker: 0.97,
    workers: 2,
    saturated: true,
    reasons: ['a worker was busy 97% of the time: use more workers or more computers'],
  })
  expect(generatorHealth([calm], 1000)).toMatchObject({ saturated: false, reasons: [] })
  expect(generatorHealth([{ ...calm, lateSends: 6 }], 100)?.reasons).toEqual([
    '6% of the messages were sent more than 10 ms late',
  ])
})
