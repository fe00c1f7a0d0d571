import { groupSchema, publishSchema, subscribeSchema } from '@contract/scenario'
import { fieldsOf, type Field } from '../../ui/schema/fields'

/** What of a group, a publish or a subscription is set in forms made from its schema; the rest has controls of its own. */
export const GROUP_FORMS = {
  group: fieldsOf(groupSchema, ['sessionExpiry', 'receiveMaximum', 'topicAliasMaximum', 'will']),
  publish: fieldsOf(publishSchema, ['identity', 'properties']),
  subscribe: fieldsOf(subscribeSchema, ['noLocal', 'retainAsPublished', 'retainHandling', 'identifier']),
  answering: [...fieldsOf(groupSchema, ['state']), ...fieldsOf(groupSchema, ['answers'])],
} as const satisfies Readonly<Record<string, readonly Field[]>>
export type GroupForm = keyof typeof GROUP_FORMS

/** What MQTT 3.1.1 has. */
const OLD = ['will', 'identity', 'state', 'answers']
const withoutDelay = (f: Field): Field =>
  f.key === 'will' && f.kind === 'object' ? { ...f, fields: f.fields.filter((g) => g.key !== 'delay') } : f

/** The fields of a form, by the version of MQTT. */
export const groupForm = (of: GroupForm, protocol: 4 | 5): readonly Field[] =>
  protocol === 5 ? GROUP_FORMS[of] : GROUP_FORMS[of].filter((f) => OLD.includes(f.key)).map(withoutDelay)
