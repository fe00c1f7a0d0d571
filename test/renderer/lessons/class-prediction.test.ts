import { expect, test } from 'vitest'
import type { VoteState } from '../../../electron/contract/vote'
import { builtInLessons } from '../../../electron/engine/lessons/library'
import { predictedBy } from '../../../renderer/features/lessons/use-class-prediction'
import { chosenText, predictionText } from '../../../renderer/features/lessons/verdict-text'

const lesson = builtInLessons().find((l) => l.id === 'qos-1-lost-puback')
if (lesson?.kind !== 'script') throw new Error('no such lesson')
const [variant, other] = lesson.variants
const vote = (more: Partial<NonNullable<VoteState>>): VoteState => ({
  about: { lesson: lesson.id, variant: variant?.id ?? null, title: lesson.title },
  question: lesson.question,
  answers: lesson.options.map((o) => o.text),
  round: 1,
  turn: 1,
  open: false,
  votes: 6,
  counts: [1, 2, 3, 0],
  mine: null,
  ...more,
})

test('the answer that most of the class chose is the prediction once the vote has ended', () => {
  expect(predictedBy(vote({}), lesson, variant ?? null)).toBe('twice')
  expect(predictedBy(vote({ counts: [0, 3, 3, 0] }), lesson, variant ?? null)).toBe('once')
  expect(predictedBy(vote({ open: true }), lesson, variant ?? null)).toBeNull()
  expect(predictedBy(vote({ votes: 0, counts: [0, 0, 0, 0] }), lesson, variant ?? null)).toBeNull()
})

test('a vote on something else predicts nothing', () => {
  expect(predictedBy(vote({}), lesson, other ?? null)).toBeNull()
  expect(predictedBy(vote({ about: undefined }), lesson, variant ?? null)).toBeNull()
  expect(predictedBy(null, lesson, variant ?? null)).toBeNull()
})

test('the class is told what is chosen, in every language', () => {
  expect(chosenText(lesson, variant ?? null)).toMatchObject({
    en: 'Lose: the PUBACK to sensor-1',
    ko: '사라지게 할 패킷: sensor-1로 가는 PUBACK',
  })
  const single = builtInLessons().find((l) => l.id === 'publish-subscribe')
  if (single?.kind !== 'script') throw new Error('no such lesson')
  expect(chosenText(single, single.variants[0] ?? null)).toBeUndefined()
})

test('a prediction that the class made is called the class’s', () => {
  const key = (right: boolean, byClass: boolean) => predictionText(right, byClass, (k) => k)
  expect([key(true, true), key(false, true)]).toEqual(['lessons.classRight', 'lessons.classWrong'])
  expect([key(true, false), key(false, false)]).toEqual(['lessons.mineRight', 'lessons.mineWrong'])
})
