import { afterAll } from 'vitest'
import type { ScriptedLesson } from '../../../electron/contract/lesson'
import type { LessonOutcome } from '../../../electron/contract/lesson-run'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { builtInLessons } from '../../../electron/engine/lessons/library'

/** Every variant of every built-in lesson that runs by itself: the identifiers of lesson and variant. */
export const variants = builtInLessons()
  .filter((l): l is ScriptedLesson => l.kind === 'script')
  .flatMap((l) => l.variants.map((v) => [l.id, v.id] as const))

/** Runs variants of built-in lessons, each once for all tests of a file; to be called in the file itself. */
export function runsOfLessons(): (lesson: string, variant: string) => Promise<LessonOutcome> {
  const service = new LessonService()
  afterAll(() => service.close())
  const outcomes = new Map<string, Promise<LessonOutcome>>()
  return (lesson, variant) => {
    const name = `${lesson}/${variant}`
    const outcome = outcomes.get(name) ?? service.run(lesson, variant)
    outcomes.set(name, outcome)
    return outcome
  }
}
