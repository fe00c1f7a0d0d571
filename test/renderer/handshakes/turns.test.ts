import { expect, test } from 'vitest'
import { inTurns } from '../../../renderer/features/handshakes/turns'
import type { Story } from '../../../renderer/features/handshakes/use-stories'

const story = (id: number, numbers: number[]): Story =>
  ({ journey: { id }, sentences: numbers.map((n) => ({ n })) }) as unknown as Story

test('sentences on several messages stand in one order of time', () => {
  const turns = inTurns([story(1, [8, 11, 12, 13]), story(2, [9, 10]), story(3, [])])
  expect(turns.map((x) => [x.story.journey.id, x.sentences.map((s) => s.n)])).toEqual([
    [1, [8]],
    [2, [9, 10]],
    [1, [11, 12, 13]],
    [3, []],
  ])
})
