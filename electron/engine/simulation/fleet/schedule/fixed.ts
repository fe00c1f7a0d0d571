import type { Schedule } from './schedule'

/** Even gaps. */
export const fixed: Schedule = { name: 'fixed', nextGapMs: (gapMs) => gapMs }
