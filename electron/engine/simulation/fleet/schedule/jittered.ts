import type { Schedule } from './schedule'

/** Even gaps, each between half and one and a half times the mean. */
export const jittered: Schedule = { name: 'jittered', nextGapMs: (gapMs, random) => gapMs * (0.5 + random()) }
