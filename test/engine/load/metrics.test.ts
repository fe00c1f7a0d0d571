import { expect, it } from 'vitest'
import { LoadMetrics } from '../../../electron/engine/load/report/metrics'

it('what runs before this one lost stays in the number that has not arrived', async () => {
  const metrics = new LoadMetrics({ run: 'r' })
  const counts = { offered: 9, acknowledged: 9, failed: 0, received: 0, errors: 0, expected: 9 }
  const rest = { phase: 'publishing', elapsedMs: 1, plannedMs: null, clients: 1, connected: 1 } as const
  const update = (delivered: number): void =>
    metrics.update({ ...counts, ...rest, received: delivered, delivered, last: null, generator: null })
  const shown = async () => /not_arrived\{[^}]*\} (\d+)/.exec(await metrics.metrics())?.[1]
  update(4)
  update(6)
  expect(await shown()).toBe('3')
  metrics.next()
  update(8)
  expect(await shown()).toBe('4')
  metrics.next()
  update(9)
  expect(await shown()).toBe('4')
})
