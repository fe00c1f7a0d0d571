import { expect, test } from 'vitest'
import { builtInLessons } from '../../../electron/engine/lessons/library'
import { lessonGroups } from '../../../renderer/features/lessons/lesson-groups'

const all = builtInLessons()

test('lessons stand by part, numbered through as the engine lists them', () => {
  const groups = lessonGroups(all)
  expect(groups.map((g) => g.part)).toEqual(['basics', 'qos', 'networks', 'sessions', 'mqtt5', 'own'])
  expect(groups.flatMap((g) => g.lessons.map((l) => l.n))).toEqual(all.map((_l, i) => i + 1))
})

test('one from a file stands with its part, and without one with the files', () => {
  const [first, second] = all.map((l) => ({ ...l, id: `my-${l.id}` }))
  if (!first || !second) throw new Error('there are no lessons')
  delete second.part
  const groups = lessonGroups([...all, first, second])
  expect(groups[0]?.lessons.at(-1)).toMatchObject({ n: all.length + 1 })
  expect(groups.at(-1)).toMatchObject({ part: 'files', lessons: [{ n: all.length + 2 }] })
})
