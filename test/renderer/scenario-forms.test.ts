import { expect, test } from 'vitest'
import { z } from 'zod'
import { scenarioSchema } from '../../electron/contract/scenario'
import { phasesSchema } from '../../electron/contract/phases'
import {
  BROKER_FORMS,
  GROUP_FORMS,
  LINK_FORM,
  REPLAY_FORM,
  RUN_FORM,
} from '../../renderer/features/lab/scenario-forms'
import type { Field } from '../../renderer/ui/schema/fields'
import { fieldsOf } from '../../renderer/ui/schema/fields'

/** A number or a duration in place of the kind of value it becomes. */
const isShort = (option: z.core.$ZodType): boolean =>
  option instanceof z.ZodPipe && !(option.def.in instanceof z.ZodUnion)

/** Everything that a file can say, as ways of names; entries of lists and kinds of value have no name of their own. */
function* ways(schema: z.core.$ZodType, way: string): IterableIterator<string> {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    yield* ways(schema.def.innerType, way)
  else if (schema instanceof z.ZodPipe) yield* ways(schema.def.in, way)
  else if (schema instanceof z.ZodObject)
    for (const [key, member] of Object.entries<z.core.$ZodType>(schema.shape))
      yield* ways(member, way === '' ? key : `${way}.${key}`)
  else if (schema instanceof z.ZodArray) yield* ways(schema.def.element, way)
  else if (schema instanceof z.ZodUnion)
    for (const option of schema.def.options.filter((o) => !isShort(o))) yield* ways(option, way)
  else yield way
}

/** The same of a form. */
function* shown(fields: readonly Field[], way: string): IterableIterator<string> {
  for (const f of fields) yield* shownOf(f, `${way}${f.key}`)
}
function* shownOf(f: Field, way: string): IterableIterator<string> {
  if (f.kind === 'object') yield* shown(f.fields, `${way}.`)
  else if (f.kind === 'list') yield* shownOf(f.of, way)
  else if (f.kind === 'union')
    for (const v of f.variants) {
      for (const key of Object.keys(v.named)) yield `${way}.${key}`
      yield* shownOf(v.field, way)
    }
  else yield way
}

/** What has controls of its own, by their place. */
const OWN = {
  // The drawer of a group (GroupEditor.vue).
  groups: 'name count id protocol clean keepAlive',
  'groups.publishes': 'topic rate schedule qos retain',
  // PayloadFields.vue
  'groups.publishes.payload': 'kind field start step min max mean amplitude period noise text size',
  'groups.publishes.from': 'file',
  'groups.subscribes': 'filter qos',
  // The editor of a link (LinkEditor.vue, LinkRecovery.vue).
  'groups.link': 'kind recovery.mode recovery.timeout recovery.backoff recovery.maxRetries',
  // The choice above the broker's fields (RunSettings.vue).
  broker: 'kind',
  // PhaseItems.vue
  'phases.phases': 'name for',
}
/** What is not set on the page, and why. */
const NOT_SET = [
  // There is one version of the format.
  /^version$/,
  // A link of every group is set at its devices; this one is for groups that come later, and its loss is in the bar.
  /^link\./,
  // Short for uplink and downlink, which the page sets one by one.
  /\.link\.(loss|delay|bandwidth)(\.|$)/,
  // The Step button of Handshakes.
  /\.link\.gate$/,
]

test('everything that a scenario file can say is set on the page', () => {
  const phases = fieldsOf(z.object({ phases: phasesSchema }))
  const set = new Set([
    ...shown(RUN_FORM, ''),
    ...shown(BROKER_FORMS.embedded, 'broker.'),
    ...shown(BROKER_FORMS.external, 'broker.'),
    ...shown(GROUP_FORMS.group, 'groups.'),
    ...shown(GROUP_FORMS.answering, 'groups.'),
    ...shown(GROUP_FORMS.publish, 'groups.publishes.'),
    ...shown(GROUP_FORMS.subscribe, 'groups.subscribes.'),
    ...shown(REPLAY_FORM, 'groups.publishes.from.'),
    ...shown(LINK_FORM, 'groups.link.'),
    ...shown(phases, ''),
    ...Object.entries(OWN).flatMap(([way, names]) => names.split(' ').map((n) => `${way}.${n}`)),
  ])
  const all = [...new Set(ways(scenarioSchema, ''))]
  expect(all.length).toBeGreaterThan(200)
  expect(all.filter((w) => !set.has(w) && !NOT_SET.some((r) => r.test(w)))).toEqual([])
  // and nothing is listed that no file can say
  expect([...set].filter((w) => !all.includes(w))).toEqual([])
  for (const reason of NOT_SET) expect(all.some((w) => reason.test(w))).toBe(true)
})
