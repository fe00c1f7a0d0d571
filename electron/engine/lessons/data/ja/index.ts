import type { LessonTexts } from '../../texts'

/** Japanese texts of the built-in lessons, by lesson. */
export const japanese: Record<string, LessonTexts> = {}
