import { linkSchema, realLinkSchema } from '@contract/link-config'
import { replaySchema } from '@contract/replay'
import { brokerSchema, groupSchema, publishSchema, runSchema, subscribeSchema } from '@contract/scenario'
import { fieldsOf, type Field } from '../../ui/schema/fields'

/** What of a group, a publish or a subscription is set in forms made from its schema; the rest has controls of its own. */
export const GROUP_FORMS = {
  group: fieldsOf(groupSchema, ['sessionExpiry', 'receiveMaximum', 'topicAliasMaximum', 'will']),
  publish: fieldsOf(publishSchema, ['identity', 'properties']),
  subscribe: fieldsOf(subscribeSchema, ['noLocal', 'retainAsPublished', 'retainHandling', 'identifier']),
  answering: [...fieldsOf(groupSchema, ['state']), ...fieldsOf(groupSchema, ['answers'])],
} as const satisfies Readonly<Record<string, readonly Field[]>>
export type GroupForm = keyof typeof GROUP_FORMS

export const REPLAY_FORM = fieldsOf(replaySchema, ['topics', 'client', 'share', 'speed', 'loop'])

/** What MQTT 3.1.1 has. */
const OLD = ['will', 'identity', 'state', 'answers']
const withoutDelay = (f: Field): Field =>
  f.key === 'will' && f.kind === 'object' ? { ...f, fields: f.fields.filter((g) => g.key !== 'delay') } : f

/** The fields of a form, by the version of MQTT. */
export const groupForm = (of: GroupForm, protocol: 4 | 5): readonly Field[] =>
  protocol === 5 ? GROUP_FORMS[of] : GROUP_FORMS[of].filter((f) => OLD.includes(f.key)).map(withoutDelay)

/** A link has loss and delay each way, whether its file says so or not. */
function eachWay(f: Field): Field {
  if ((f.key !== 'uplink' && f.key !== 'downlink') || f.kind !== 'object') return f
  const always = f.fields.map((g) => (g.key === 'bandwidth' ? g : { ...g, optional: false }))
  return { ...f, optional: false, fields: always }
}
const linkForm = (schema: typeof linkSchema | typeof realLinkSchema, only: readonly string[]): Field[] =>
  fieldsOf(schema.in, only).map(eachWay)

/** What the editor of a link has no controls of its own for. */
export const LINK_FORM = linkForm(linkSchema, [
  'uplink',
  'downlink',
  'lossScope',
  'tcp',
  'faults',
  'cut',
  'script',
])
const REAL_LINK: Field = {
  key: 'link',
  optional: false,
  folded: true,
  kind: 'object',
  fields: linkForm(realLinkSchema, [...LINK_FORM.map((f) => f.key), 'kind', 'recovery']),
}

/** With the links of further ports, and of some of their clients. */
function withLinks(f: Field): Field {
  if (f.kind !== 'list' || f.of.kind !== 'object' || !['listeners', 'special'].includes(f.key)) return f
  return { ...f, of: { ...f.of, fields: [...f.of.fields.map(withLinks), REAL_LINK] } }
}

export const RUN_FORM = fieldsOf(runSchema, ['name', 'description', 'seed', 'duration', 'messages'])
const [embedded, external] = brokerSchema.options
const brokerForm = (schema: typeof embedded | typeof external): Field[] =>
  fieldsOf(schema)
    .filter((f) => f.key !== 'kind')
    .map(withLinks)
export const BROKER_FORMS: Readonly<Record<'embedded' | 'external', readonly Field[]>> = {
  embedded: brokerForm(embedded),
  external: brokerForm(external),
}
