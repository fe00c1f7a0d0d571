// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { useLessons } from '../../../renderer/stores/lessons'
import { connectedStores, eventually } from './harness'

test('lessons are read when somebody looks at them, and not before', async () => {
  const { link, calls } = await connectedStores()
  const asked = (): number => calls.filter((c) => c.command === 'listLessons').length
  const lessons = useLessons()
  await link.api.getLessonRun({})
  expect(asked()).toBe(0)
  lessons.need()
  lessons.need()
  await eventually(() => expect(lessons.loaded).toBe(true))
  expect(asked()).toBe(1)
  expect(lessons.lessons.length).toBeGreaterThan(10)
})

test('a prediction is the class’s until the teacher chooses another', async () => {
  await connectedStores()
  const lessons = useLessons()
  lessons.prediction = lessons.ofClass = 'twice'
  expect(lessons.byClass).toBe(true)
  lessons.prediction = 'once'
  expect(lessons.byClass).toBe(false)
})
