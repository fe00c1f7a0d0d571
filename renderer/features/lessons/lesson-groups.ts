import { LESSON_PARTS, type Lesson, type LessonPart } from '@contract/lesson'

export interface LessonGroup {
  /** files: lessons from files that name no part. */
  part: LessonPart | 'files'
  /** With their numbers, from 1. */
  lessons: { n: number; lesson: Lesson }[]
}

/** Lessons by the part of the course they belong to; a number is the place in the engine's list. Pure. */
export function lessonGroups(all: readonly Lesson[]): LessonGroup[] {
  const numbered = all.map((lesson, i) => ({ n: i + 1, lesson }))
  return [...LESSON_PARTS, 'files' as const]
    .map((part) => ({ part, lessons: numbered.filter(({ lesson }) => (lesson.part ?? 'files') === part) }))
    .filter((g) => g.lessons.length > 0)
}
