import { expect, test } from 'vitest'
import { phasesSchema } from '../../../electron/contract/phases'
import { scenarioSchema } from '../../../electron/contract/scenario'
import { PHASE_FORMS, spansOf, stepHints } from '../../../renderer/features/shell/phase-list'

test('each phase says when it comes, a loop with all its rounds', () => {
  const inner = [
    { name: 'b', for: '2s' },
    { name: 'c', for: '3s' },
  ]
  const items = phasesSchema.parse([
    { name: 'a', for: '1s' },
    { times: 3, phases: inner },
    { times: 'unlimited', phases: inner },
    { name: 'z', for: '1s' },
  ])
  expect(spansOf(items, 0)).toEqual([
    { from: 0, to: 1000 },
    { from: 1000, to: 16_000 },
    { from: 16_000, to: null },
    { from: null, to: null },
  ])
})

test('a phase has its name, length and steps, and steps are offered the groups and devices there are', () => {
  expect(PHASE_FORMS.phase.map((f) => f.key)).toEqual(['name', 'for', 'steps'])
  const groups = [{ name: 'p', id: 'p-{n}', count: 9 }, { name: 's' }]
  const hints = stepHints(scenarioSchema.parse({ version: 1, name: 'x', groups }))
  expect(hints['of']).toEqual(['p', 's'])
  expect(hints['cut']).toEqual(['p', 's', 'p-1', 'p-2', 'p-3', 'p-4', 'p-5', 's-1'])
})
