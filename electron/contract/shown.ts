import { z } from 'zod'
import type { QosComparison } from './comparison'
import type { LessonOutcome } from './lesson-run'

/** Every screen there may be, in the order of the rail. */
export const SCREEN_IDS = ['lab', 'handshakes', 'traffic', 'experiments', 'load', 'lessons'] as const
export type ScreenId = (typeof SCREEN_IDS)[number]

const name = z.string().min(1).max(64)
const seq = z.int().min(1)

/** One message over all its legs, or a packet of no message with its answer. */
const focusSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('message'), journey: z.int().min(0) }),
  z.strictObject({ kind: z.literal('packet'), seq, clientId: z.string().min(1).max(65_535) }),
])
export type FocusSubject = z.output<typeof focusSchema>

/** Where a recording stands. */
const momentSchema = z.strictObject({
  /** Time in the picture, ms; null at its end. */
  ms: z.number().min(0).max(1e12).nullable(),
  /** 1: playing forwards, -1: backwards, 0: standing still. */
  playing: z.union([z.literal(-1), z.literal(0), z.literal(1)]),
  speed: z.union([z.literal(0.5), z.literal(1), z.literal(2)]),
})
export type Moment = z.output<typeof momentSchema>

/** What the teacher's page shows, for the pages of pupils that follow it. */
export const shownSchema = z.strictObject({
  screen: z.enum(SCREEN_IDS),
  /** The open lesson, or one message at each QoS; `ran`: there is an outcome to fetch. */
  lesson: z.strictObject({ id: name, variant: name.nullable(), ran: z.boolean() }).nullable(),
  packets: z.strictObject({
    /** One message is looked at; else all packets. */
    one: z.boolean(),
    /** The message to look at: the one message, or of all packets the one that a phone has room for. */
    focus: focusSchema.nullable(),
    filter: z.string().max(2000),
    /** New packets are followed; else the view stands still, at packet `at` where it is known. */
    live: z.boolean(),
    at: seq.nullable(),
    selected: seq.nullable(),
  }),
  /** Of the recording on the screen; null where there is none. */
  moment: momentSchema.nullable(),
})
export type Shown = z.output<typeof shownSchema>

/** What the teacher ran last, for pupils to watch. */
export interface LastLessonRun {
  outcome: LessonOutcome | null
  comparison: QosComparison | null
}
