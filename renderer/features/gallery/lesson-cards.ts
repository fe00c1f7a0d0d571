import type { Lesson, LessonPart } from '@contract/lesson'
import type { Level } from './examples'

const LEVELS: Readonly<Record<LessonPart, Level>> = {
  basics: 'first',
  qos: 'first',
  networks: 'second',
  sessions: 'second',
  own: 'second',
  mqtt5: 'third',
}

/** How much a lesson takes for granted; one from a file without a part is in the middle. */
export const lessonLevel = (lesson: Lesson): Level => (lesson.part ? LEVELS[lesson.part] : 'second')

/** Reading and predicting, and a look at each of its runs, in minutes. */
export const lessonMinutes = (lesson: Lesson): number =>
  lesson.kind === 'live' ? 10 : 2 + 2 * lesson.variants.length
