import { ApiError } from '../../contract/errors'
import { lessonSchema, type Lesson } from '../../contract/lesson'
import { parseFile } from '../../contract/scenario-file'

/** Longest lesson text that is read, in characters. */
const MAX_LESSON_CHARS = 262_144

/**
 * Reads a lesson from YAML or JSON text.
 * @throws ApiError `bad-request` with one detail a wrong field
 */
export function parseLesson(text: string, name: string): Lesson {
  if (text.length > MAX_LESSON_CHARS)
    throw new ApiError('bad-request', `${name}: is over ${MAX_LESSON_CHARS} characters`)
  return parseFile(text, name, lessonSchema, 'bad-request')
}
