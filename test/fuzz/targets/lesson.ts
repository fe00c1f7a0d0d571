/** A lesson file: it is read or refused in one line, and every variant of what is read can be planned. */
import { ApiError } from '../../../electron/contract/errors'
import { planOf } from '../../../electron/engine/lessons/plan'
import { parseLesson } from '../../../electron/engine/lessons/read'
import { attempt, unpolluted } from './check'
import { oneLine } from './scenario'

export { form } from './scenario'

export function fuzz(data: Buffer): void {
  const lesson = attempt(() => oneLine(() => parseLesson(data.toString('utf8'), 'a.yaml')), [ApiError])
  unpolluted()
  if (lesson && 'variants' in lesson) for (const { id } of lesson.variants) planOf(lesson, id)
}
