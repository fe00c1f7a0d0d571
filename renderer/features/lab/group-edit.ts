import { ApiError } from '@contract/errors'
import type { QoS } from '@contract/packet'
import type { GroupConfig, GroupInput, PayloadConfig, PublishConfig } from '@contract/scenario'

/** Kinds of payload in the order the lists show them. */
export const PAYLOAD_KINDS = [
  'counter',
  'random-walk',
  'sine',
  'template',
  'bytes',
] as const satisfies PayloadConfig['kind'][]

/** Topic of a publish that is added. */
export const NEW_TOPIC = 'lab/{id}/value'

/** A publish that plays a recording, on its topics where no topic was chosen; or one that plays none any more. */
export const withRecording = (
  { topic }: Pick<PublishConfig, 'topic'>,
  from: PublishConfig['from'],
): Partial<PublishConfig> => ({
  from,
  ...(from && topic === NEW_TOPIC && { topic: '{topic}' }),
  ...(!from && topic === '{topic}' && { topic: NEW_TOPIC }),
})

/** The first publish of a group changed; the others stay. */
export const withPublish = (g: GroupConfig, part: Partial<PublishConfig>): Partial<GroupInput> => ({
  publishes: g.publishes.map((p, i) => (i === 0 ? { ...p, ...part } : p)),
})

/** Sets the QoS of everything a group publishes and subscribes. */
export const withQos = (g: GroupConfig, qos: QoS): Partial<GroupInput> => ({
  ...(g.publishes.length === 0 ? {} : { publishes: g.publishes.map((p) => ({ ...p, qos })) }),
  ...(g.subscribes.length === 0 ? {} : { subscribes: g.subscribes.map((s) => ({ ...s, qos })) }),
  ...(g.answers && {
    answers: g.answers.map((a) => ({ ...a, qos, ...(a.reply && { reply: { ...a.reply, qos } }) })),
  }),
})

/** Multiplies the rates of a group, kept within what a scenario allows. */
export const withRateTimes = (g: GroupConfig, factor: number): Partial<GroupInput> => ({
  publishes: g.publishes.map((p) => ({
    ...p,
    rate: Number(Math.min(10_000, Math.max(1e-6, p.rate * factor)).toPrecision(6)),
  })),
})

/** A payload of another kind with that kind's own defaults. */
export function payloadOf(
  kind: PayloadConfig['kind'],
): NonNullable<GroupInput['publishes']>[number]['payload'] {
  switch (kind) {
    case 'counter':
    case 'random-walk':
    case 'sine':
      return { kind }
    case 'template':
      return { kind, text: '{"id":"{id}","n":{seq}}' }
    case 'bytes':
      return { kind, size: 64 }
  }
}

/** A name nobody has: the wanted one, or with the first free number behind it. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted
  for (let i = 2; ; i++) {
    const name = `${wanted.slice(0, 58)} ${i}`
    if (!taken.includes(name)) return name
  }
}

/** A group like this one under a free name, whose devices have identifiers of their own. */
export function duplicateOf(g: GroupConfig, taken: readonly string[]): GroupInput {
  const id = g.id.includes('{group}') ? g.id : '{group}-{n}'
  return { ...g, name: freeName(g.name, taken), id }
}

/** What "Add group" starts with. */
export const newGroup = (name: string, taken: readonly string[]): GroupInput => ({
  name: freeName(name, taken),
  count: 3,
  publishes: [{ topic: NEW_TOPIC, qos: 1, rate: 1, payload: { kind: 'random-walk' } }],
})

/** The field a refused command speaks of, without the way to the group: `publishes.0.rate` of `groups.2.publishes.0.rate`. */
export const fieldOf = (path: string): string =>
  path.replace(/^groups\.\d+\./, '').replace(/^(patch|group|run)\./, '')

/** One line on why a command was refused. */
export function refusal(thrown: unknown, found: (found: string, expected: string) => string): string {
  if (!(thrown instanceof ApiError)) return thrown instanceof Error ? thrown.message : String(thrown)
  const first = thrown.details[0]
  if (!first) return thrown.message
  const field = fieldOf(first.path)
  return `${field === '' ? '' : `${field}: `}${found(first.found, first.expected)}`
}

/** What is wrong with each field of a refused command, by the way to it within the group. */
export const fieldRefusals = (
  thrown: unknown,
  found: (found: string, expected: string) => string,
): Record<string, string> =>
  thrown instanceof ApiError
    ? Object.fromEntries(thrown.details.map((d) => [fieldOf(d.path), found(d.found, d.expected)]))
    : {}
