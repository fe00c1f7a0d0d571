import { expect, it } from 'vitest'
import { loadProgressLine } from '../../electron/cli/print/load-progress'
import type { LoadProgress } from '../../electron/contract/load-report'

it('says how far a run is, and after its end what it still waits for', () => {
  const p: LoadProgress = {
    phase: 'publishing',
    elapsedMs: 3000,
    plannedMs: 4000,
    clients: 8,
    connected: 8,
    offered: 320,
    acknowledged: 15,
    failed: 0,
    received: 15,
    errors: 0,
    last: null,
    generator: null,
  }
  expect(loadProgressLine(p)).toBe('3 of 4 s: 8 of 8 clients, 0 failed, 0 errors')
  expect(loadProgressLine({ ...p, phase: 'draining', elapsedMs: 5000 })).toBe(
    'waiting for the last messages, 5 s: 8 of 8 clients, 305 in flight, 0 failed, 0 errors',
  )
})
