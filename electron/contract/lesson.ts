import { z } from 'zod'
import { durationSchema } from './duration'
import type { SessionMarkKind } from './model'
import type { InLanguages } from './languages'
import { linkSchema } from './link-config'
import { PACKET_TYPES } from './packet'
import { parsePacketFilter } from './packet-filter'
import { checkSteps, clientsOf, stepSchema } from './phases'
import { groupSchema, qos2Schema, scenarioSchema } from './scenario'
import { isValidFilter, isValidTopic } from './topics'

/** A text by language, `{ en, ko, ja, zh }`, any of them, or without a language; without English, that is the first there is. */
const inLanguages = <S extends z.ZodType>(schema: S) =>
  z.preprocess(
    (v) => (typeof v === 'string' || Array.isArray(v) ? { en: v } : v),
    z
      .strictObject({
        en: schema.optional(),
        ko: schema.optional(),
        ja: schema.optional(),
        zh: schema.optional(),
      })
      .transform(({ en, ko, ja, zh }, ctx): InLanguages<z.output<S>> => {
        const either = en ?? ko ?? ja ?? zh
        if (either !== undefined) return { en: either, ko: ko ?? either, ja, zh }
        ctx.addIssue({ code: 'custom', message: 'expected a text, as it is or as { en: ... }, { ko: ... }' })
        return z.NEVER
      }),
  )
const sentence = z.string().trim().min(1).max(400)
const line = inLanguages(sentence)
const paragraph = z.string().trim().min(1).max(2000)
/** Paragraphs; a single one may be written as plain text. */
const prose = inLanguages(z.union([paragraph.transform((p) => [p]), z.array(paragraph).min(1).max(12)]))
const slug = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'expected lower case letters, digits and hyphens' })
const clientName = z.string().min(1).max(256)
const groupName = z.string().min(1).max(64)
const packetFilter = z
  .string()
  .max(500)
  .refine(readable, { error: 'expected a packet filter such as type:PUBACK fate:lost' })

function readable(filter: string): boolean {
  try {
    parsePacketFilter(filter)
    return true
  } catch {
    return false
  }
}

/** A count, or the bounds of one. */
const amount = z.union([
  z.int().min(0),
  z.strictObject({ atLeast: z.int().min(0).optional(), atMost: z.int().min(0).optional() }),
])
export type Amount = z.output<typeof amount>

/** Events of a connection that a fact may ask for; see `SessionMarkKind`. */
const MARKS = [
  'resume',
  'cut',
  'disconnect',
  'broken',
  'taken-over',
  'timeout',
  'closed',
  'dead',
  'will',
  'no-will',
  'will-withdrawn',
] as const satisfies SessionMarkKind[]

/** What a run may be asked for. Every value that is named must hold. */
const lessonFactSchema = z.union([
  /** The ledger's account of a group's messages; `latencyMs` is the longest time to a first arrival. */
  z.strictObject({
    group: groupName,
    offered: amount.optional(),
    expected: amount.optional(),
    delivered: amount.optional(),
    lost: amount.optional(),
    duplicated: amount.optional(),
    latencyMs: amount.optional(),
  }),
  /** Messages a device's application was handed, copies, retained messages and wills included. */
  z.strictObject({ client: clientName, received: amount }),
  /** Packets of the capture that match a filter, and their bytes together. */
  z.strictObject({ packets: packetFilter, count: amount.optional(), bytes: amount.optional() }),
  /** Events of connections, of one device or of all. */
  z.strictObject({ mark: z.enum(MARKS), client: clientName.optional(), count: amount }),
])
export type LessonFact = z.output<typeof lessonFactSchema>

/** Loses the n-th packet of a type on a client's link, on a tcp link its segment; counted from the run's beginning. */
const dropSchema = z.strictObject({
  client: clientName,
  direction: z.enum(['uplink', 'downlink']),
  type: z.enum(PACKET_TYPES),
  nth: z.int().min(1).default(1),
})
export type LessonDrop = z.output<typeof dropSchema>

const groups = z.array(groupSchema).min(1).max(8)
const runFields = {
  link: linkSchema.optional(),
  groups: groups.optional(),
  /** Messages of each publishing device. */
  messages: z.int().min(1).max(20).optional(),
  /** When the broker passes a QoS 2 message on. @default on-publish */
  qos2: qos2Schema.unwrap().optional(),
}

/** Parts of the course, in their order. */
export const LESSON_PARTS = ['basics', 'qos', 'networks', 'sessions', 'mqtt5', 'own'] as const
export type LessonPart = (typeof LESSON_PARTS)[number]

/** Clock ms after which a run is ended whatever is still on its way. */
export const LONGEST_RUN_MS = 120_000

const variantSchema = z.strictObject({
  id: slug,
  /** What the student chooses; not needed when there is only one variant. */
  name: line.optional(),
  /** `link`, `groups`, `messages` and `qos2` stand in the place of the lesson's own. */
  ...runFields,
  steps: z.array(stepSchema).max(50).default([]),
  drop: z.array(dropSchema).max(50).default([]),
  /** The run goes on for at least so long after all devices are ready, though nothing seems to happen. */
  lasts: durationSchema.pipe(z.number().max(LONGEST_RUN_MS)).optional(),
  /** The run ends so long after all devices are ready, whatever is on its way then. */
  ends: durationSchema.pipe(z.number().max(LONGEST_RUN_MS)).optional(),
  /** Must hold of the run; if not, the verdict says so. */
  expect: z.array(lessonFactSchema).max(20).default([]),
  /** Finds the lost packet (on a tcp link: the one that lost a segment) that the verdict names; the first that matches. */
  names: packetFilter.optional(),
  /**
   * The verdict's first line. {lost}, {duplicated}, {delivered}, {offered}, {latency} and {received.CLIENT} are filled in.
   * Without it: lost and duplicated.
   */
  headline: line.optional(),
  why: prose,
})
export type LessonVariant = z.output<typeof variantSchema>

const optionText = { id: slug, text: line }
const lessonFields = {
  version: z.literal(1),
  id: slug,
  /** Under which heading the lesson is listed; one from a file without it is listed with those. */
  part: z.enum(LESSON_PARTS).optional(),
  title: line,
  /** A word beside the title, e.g. "at least once". */
  tag: line.optional(),
  text: prose,
  question: line,
}

const scriptedSchema = z.strictObject({
  kind: z.literal('script'),
  ...lessonFields,
  /** What the student chooses among, when there are several variants. */
  choose: line.optional(),
  seed: z.int().min(0).max(4_294_967_295).default(1),
  ...runFields,
  /** Answers to the question. The right one is the first whose facts hold of the run. */
  options: z
    .array(z.strictObject({ ...optionText, when: z.array(lessonFactSchema).min(1).max(10) }))
    .min(2)
    .max(6),
  /** Packets of the timeline. */
  show: packetFilter.default('type:handshake'),
  variants: z.array(variantSchema).min(1).max(8),
})

const topic = z.string().min(1).max(256).refine(isValidTopic, { error: 'expected a topic name' })

const liveSchema = z.strictObject({
  kind: z.literal('live'),
  ...lessonFields,
  /** Watched at the broker of the open scenario. */
  topic: topic.refine(isValidFilter),
  /** The right one is the first whose counts hold of the client that came. */
  options: z
    .array(
      z.strictObject({
        ...optionText,
        /** Copies of its own messages that the client got back. */
        own: amount,
      }),
    )
    .min(2)
    .max(6),
  why: prose,
})

type Script = z.output<typeof scriptedSchema>
type Issue = (path: (string | number)[], found: unknown, message: string) => void

function unique(ids: readonly string[], path: string, issue: Issue): void {
  ids.forEach((id, i) => {
    if (ids.indexOf(id) < i) issue([path, i, 'id'], id, 'expected a unique identifier')
  })
}

/** Groups must be named where they are needed, and steps and drops must speak of groups and devices there are. */
function checkVariant(lesson: Script, at: number, issue: Issue): void {
  const variant = lesson.variants[at]
  const there = variant?.groups ?? lesson.groups
  const path = ['variants', at]
  if (!variant) return
  if (!there) {
    issue([...path, 'groups'], undefined, 'expected groups, here or in the lesson')
    return
  }
  if (there.some((g) => g.count > 1 && !g.id.includes('{n}')))
    issue(
      [...path, 'groups'],
      there.map((g) => g.id).join(),
      'expected {n} in the id of every group with more than one device',
    )
  if (there.reduce((n, g) => n + g.count, 0) > MAX_LESSON_DEVICES) {
    issue([...path, 'groups'], undefined, `expected ${MAX_LESSON_DEVICES} devices at most`)
    return
  }
  // what the run's own scenario would refuse, such as two groups of one name
  const run = scenarioSchema.safeParse({ version: 1, name: lesson.id, groups: there }, { reportInput: true })
  for (const { path: of, message, input } of run.error?.issues ?? [])
    issue([...(variant.groups ? path : []), ...(of as (string | number)[])], input, message)
  const names = new Set(there.map((g) => g.name))
  const clients = new Set(there.flatMap(clientsOf))
  const known = (set: Set<string>, name: string, where: (string | number)[]): void => {
    if (!set.has(name)) issue([...path, ...where], name, `expected one of ${[...set].join(', ')}`)
  }
  checkSteps(variant.steps, there, [...path, 'steps'], issue)
  variant.drop.forEach((d, i) => known(clients, d.client, ['drop', i, 'client']))
  variant.expect.forEach((f, i) => {
    if ('group' in f) known(names, f.group, ['expect', i, 'group'])
    if ('client' in f && f.client !== undefined) known(clients, f.client, ['expect', i, 'client'])
  })
}

/** Devices of one variant, at most. */
const MAX_LESSON_DEVICES = 20

/** A lesson file, version 1: text, question, scripted run and verdict, in one language or more. */
export const lessonSchema = z
  .discriminatedUnion('kind', [scriptedSchema, liveSchema])
  .superRefine((l, ctx) => {
    const issue: Issue = (path, input, message) => ctx.addIssue({ code: 'custom', path, input, message })
    unique(
      l.options.map((o) => o.id),
      'options',
      issue,
    )
    if (l.kind !== 'script') return
    unique(
      l.variants.map((v) => v.id),
      'variants',
      issue,
    )
    l.variants.forEach((v, i) => {
      checkVariant(l, i, issue)
      if (l.variants.length > 1 && !v.name)
        issue(['variants', i, 'name'], undefined, 'expected a name, because there is more than one variant')
    })
  })
export type Lesson = z.output<typeof lessonSchema>
export type ScriptedLesson = Extract<Lesson, { kind: 'script' }>
export type LiveLesson = Extract<Lesson, { kind: 'live' }>
