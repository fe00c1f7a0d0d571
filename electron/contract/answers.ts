import { z } from 'zod'
import { delaySchema } from './link-config'
import { identitySchema, qosSchema, topicFilter, topicTemplate } from './scenario-fields'
import { sharedFilter } from './topics'

/** Longest text that a device keeps under one name, in characters. */
export const MAX_STATE_TEXT = 1024

const stateName = z
  .string()
  .regex(/^[A-Za-z_][\w-]{0,31}$/, { error: 'expected a name of letters, digits, _ and -' })
const stateValue = z.union([z.number(), z.boolean(), z.string().max(MAX_STATE_TEXT)])
export type StateValue = z.output<typeof stateValue>

/** What a device keeps, by name. */
export const stateSchema = z
  .record(stateName, stateValue)
  .refine((s) => Object.keys(s).length <= 50, { error: 'expected at most 50 names' })

const replySchema = z.strictObject({
  /**
   * Where to, with the same placeholders as the payload; absent: only to the response topic of an MQTT 5 request. A request
   * that carries a response topic is always answered there, with its correlation data.
   */
  topic: topicTemplate.optional(),
  /**
   * Text with {payload} (of the request), {payload.NAME} (a member of its JSON object), {topic} (of the request) and
   * {state.NAME} filled in, besides what a template payload has. It is put in as it is, without quotes.
   */
  payload: z.string().max(65_536).default(''),
  qos: qosSchema.default(0),
  retain: z.boolean().default(false),
  identity: identitySchema.default('payload'),
})

/**
 * What a device does about a message: so long after it came, the state changes and the reply is published. Every answer whose
 * filter matches is given.
 */
export const answerSchema = z
  .strictObject({
    /** The device subscribes to it; with `protocol: 5` also as a member of a group, `$share/GROUP/FILTER`. */
    on: topicFilter,
    /** Of that subscription. */
    qos: qosSchema.default(1),
    /** On the clock of the simulation. */
    delay: delaySchema.prefault(0),
    /** New values by name: a value, a text with placeholders as in the reply, or `{add: 1}`. Done before the reply is written. */
    set: z.record(stateName, z.union([stateValue, z.strictObject({ add: z.number() })])).optional(),
    reply: replySchema.optional(),
  })
  .refine((a) => a.reply !== undefined || a.set !== undefined, { error: 'expected reply, set or both' })
export type AnswerConfig = z.output<typeof answerSchema>

/** What the checks need of a group. */
interface Answering {
  name: string
  protocol: 4 | 5
  answers?: readonly AnswerConfig[] | undefined
  state?: z.output<typeof stateSchema> | undefined
}

type Issue = (path: (string | number)[], found: unknown, message: string) => void

/** State must be declared, replies must have somewhere to go, and no answer may lead back to itself. */
export function checkAnswers(groups: readonly Answering[], issue: Issue): void {
  const all = groups.flatMap((group, g) =>
    (group.answers ?? []).map((answer, a) => ({ group, g, answer, a })),
  )
  for (const { group, g, answer, a } of all) {
    const path = ['groups', g, 'answers', a]
    const names = Object.keys(group.state ?? {})
    const known = (name: string, where: string[], found: unknown): void => {
      if (!names.includes(name))
        issue(
          [...path, ...where],
          found,
          `expected a name in the group's state: ${names.join(', ') || 'it has none'}`,
        )
    }
    for (const [name, value] of Object.entries(answer.set ?? {})) {
      known(name, ['set', name], name)
      if (typeof value === 'string') for (const read of stateNames(value)) known(read, ['set', name], value)
    }
    const { reply } = answer
    for (const read of stateNames(reply?.topic ?? '')) known(read, ['reply', 'topic'], reply?.topic)
    for (const read of stateNames(reply?.payload ?? '')) known(read, ['reply', 'payload'], reply?.payload)
    if (reply && reply.topic === undefined && group.protocol === 4)
      issue(
        [...path, 'reply', 'topic'],
        undefined,
        'expected a topic: only MQTT 5 requests carry a response topic',
      )
  }
  const loop = findLoop(
    all.map(({ group, answer }) => ({
      hears: pattern(sharedFilter(answer.on)?.filter ?? answer.on, group),
      sends: sendsTo(answer, group),
    })),
  )
  const first = loop?.[0]
  const at = first === undefined ? undefined : all[first]
  if (!loop || !at) return
  const way = loop.map((i) => `groups.${all[i]?.g}.answers.${all[i]?.a}`)
  const found = at.answer.reply?.topic
  const message =
    way.length === 1
      ? 'expected a topic that its own filter does not match: it would answer itself without end'
      : `expected answers that end: ${way.join(', ')} would answer each other without end`
  issue(['groups', at.g, 'answers', at.a, 'reply', 'topic'], found, message)
}

const stateNames = (text: string): string[] =>
  [...text.matchAll(/\{state\.([\w-]+)\}/g)].map((m) => m[1] ?? '')

/** A filter with + for each level that differs from device to device. */
const pattern = (text: string, group: Answering): string[] =>
  text
    .replaceAll('{group}', group.name)
    .split('/')
    .map((level) => (/\{[\w.-]+\}/.test(level) ? '+' : level))

function sendsTo({ on, reply }: AnswerConfig, group: Answering): string[] | null {
  if (reply?.topic === undefined) return null
  const levels = pattern(reply.topic.replaceAll('{topic}', sharedFilter(on)?.filter ?? on), group)
  const rest = levels.indexOf('#')
  return rest < 0 ? levels : levels.slice(0, rest + 1)
}

/** Whether some topic matches both. */
function overlap(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; ; i++) {
    if (a[i] === '#' || b[i] === '#') return true
    if (a[i] === undefined || b[i] === undefined) return a[i] === b[i]
    if (a[i] !== '+' && b[i] !== '+' && a[i] !== b[i]) return false
  }
}

interface Step {
  hears: string[]
  sends: string[] | null
}

/** The places of answers of which each leads to the next and the last to the first. */
function findLoop(steps: readonly Step[]): number[] | null {
  const ended = new Set<number>()
  const way: number[] = []
  const walk = (at: number): number[] | null => {
    const back = way.indexOf(at)
    if (back >= 0) return way.slice(back)
    const { sends } = steps[at] ?? {}
    if (!sends || ended.has(at)) return null
    way.push(at)
    for (let next = 0; next < steps.length; next++) {
      const hears = steps[next]?.hears
      const loop = hears && overlap(sends, hears) ? walk(next) : null
      if (loop) return loop
    }
    way.pop()
    ended.add(at)
    return null
  }
  for (let at = 0; at < steps.length; at++) {
    const loop = walk(at)
    if (loop) return loop
  }
  return null
}

interface Subscribing {
  filter: string
  qos: 0 | 1 | 2
}

/** What a group subscribes to, also in order to answer. */
export const subscriptionsOf = <S extends Subscribing>(g: {
  subscribes: readonly S[]
  answers?: readonly AnswerConfig[] | undefined
}): readonly (S | Subscribing)[] =>
  g.answers ? [...g.subscribes, ...g.answers.map(({ on, qos }) => ({ filter: on, qos }))] : g.subscribes

interface Publishing {
  /** Absent for an answer that goes to a response topic only. */
  topic?: string | undefined
  qos: 0 | 1 | 2
}

/** What a group publishes, answers included. */
export const publicationsOf = (g: {
  publishes: readonly Publishing[]
  answers?: readonly AnswerConfig[] | undefined
}): readonly Publishing[] =>
  g.answers ? [...g.publishes, ...g.answers.flatMap(({ reply }) => reply ?? [])] : g.publishes
