import { expect, test } from 'vitest'
import { z } from 'zod'
import { delaySchema } from '../../../electron/contract/link-config'
import { stepSchema } from '../../../electron/contract/phases'
import { brokerSchema, groupSchema } from '../../../electron/contract/scenario'
import { blankVariant, newEntry } from '../../../renderer/ui/schema/blank'
import {
  fieldsOf,
  inOrder,
  isTimed,
  pairsText,
  readPairs,
  variantNow,
  type Field,
} from '../../../renderer/ui/schema/fields'

const brief = (f: Field): string => `${f.key}${f.optional ? '?' : ''}: ${kindOf(f)}`
function kindOf(f: Field): string {
  if (f.kind === 'object') return `object(${f.fields.map(brief).join(', ')})`
  if (f.kind === 'list' || f.kind === 'map') return `${f.kind}(${kindOf(f.of)})`
  if (f.kind === 'lines') return f.of === 'text' ? 'lines' : `lines of ${f.of}`
  if (f.kind !== 'union') return f.kind
  return f.variants.map((v) => `${v.id}${v.field.kind === 'object' ? ` ${kindOf(v.field)}` : ''}`).join(' | ')
}

test('a schema says what its form is made of', () => {
  const group = fieldsOf(groupSchema, ['protocol', 'clean', 'keepAlive', 'receiveMaximum', 'will', 'link'])
  // a link has an editor of its own
  expect(group.map(brief)).toEqual([
    'clean: switch',
    'keepAlive: duration',
    'protocol: choice',
    'receiveMaximum?: number',
    'will?: object(topic: text, payload: text, qos: choice, retain: switch, delay?: duration)',
  ])
  expect(group[3]).toMatchObject({ integer: true, min: 1, max: 65_535 })
  const [embedded, external] = brokerSchema.options
  expect(fieldsOf(embedded, ['tls', 'users']).map(brief)).toEqual([
    'tls?: object(port: number, certFile?: text, keyFile?: text, clientCaFile?: text)',
    'users?: list(object(username: text, passwordEnv: text, publish: lines, subscribe: lines))',
  ])
  expect(fieldsOf(external, ['certFile', 'serverName', 'insecure']).map(brief)).toEqual([
    'certFile?: text',
    'serverName?: text',
    'insecure: switch',
  ])
})

test('values of several kinds, by name, in lists: a form has them all, without their short spellings', () => {
  const [answers, state] = fieldsOf(groupSchema, ['answers', 'state'])
  expect(state && brief(state)).toBe('state?: map(number | switch | text)')
  const delay =
    'constant object(ms: duration) | uniform object(minMs: duration, maxMs: duration)' +
    ' | normal object(meanMs: duration, deviationMs: duration)' +
    ' | schedule object(steps: list(object(at: duration, ms: duration)))'
  const reply = 'topic?: text, payload: text, qos: choice, retain: switch, identity: choice'
  expect(answers && brief(answers)).toBe(
    `answers?: list(object(on: text, qos: choice, delay: ${delay}, ` +
      `set?: map(number | switch | text | add object(add: number)), reply?: object(${reply})))`,
  )
  const steps = fieldsOf(z.object({ steps: z.array(stepSchema) }))[0]
  const kinds = steps?.kind === 'list' && steps.of.kind === 'union' ? steps.of.variants : []
  expect(kinds.map((v) => v.id)).toEqual(
    'publish connect cut halfOpen roam disconnect rate count loss restart'.split(' '),
  )
  const times = fieldsOf(z.object({ times: z.union([z.int().min(1), z.literal('unlimited')]) }))[0]
  expect(times && brief(times)).toBe('times: number | unlimited')
  if (times?.kind !== 'union') throw new Error('expected a union')
  expect([variantNow(times, 3)?.id, variantNow(times, 'unlimited')?.id]).toEqual(['number', 'unlimited'])
})

test('what a form begins an entry with fits its schema', () => {
  const [answers] = fieldsOf(groupSchema, ['answers'])
  if (answers?.kind !== 'list') throw new Error('expected a list')
  const group = { name: 'a', answers: [newEntry(answers, {})] }
  expect(groupSchema.safeParse(group).success).toBe(true)
  const [steps] = fieldsOf(z.object({ steps: z.array(stepSchema) }))
  if (steps?.kind !== 'list' || steps.of.kind !== 'union') throw new Error('expected a list of kinds')
  const hints = {
    of: ['a'],
    publish: ['a'],
    connect: ['a'],
    cut: ['a'],
    halfOpen: ['a'],
    roam: ['a'],
    disconnect: ['a'],
  }
  for (const variant of steps.of.variants)
    expect([variant.id, stepSchema.safeParse(blankVariant(variant, hints)).success]).toEqual([
      variant.id,
      true,
    ])
  const delays = answers.of.kind === 'object' ? answers.of.fields.find((f) => f.key === 'delay') : undefined
  if (delays?.kind !== 'union') throw new Error('expected kinds of delay')
  for (const variant of delays.variants)
    expect([variant.id, delaySchema.safeParse(blankVariant(variant, {})).success]).toEqual([variant.id, true])
})

test('a list of timed entries is in the order of their times, those of one time as they were', () => {
  const [steps, answers] = [
    ...fieldsOf(z.object({ steps: z.array(stepSchema) })),
    ...fieldsOf(groupSchema, ['answers']),
  ]
  expect([steps && isTimed(steps), answers && isTimed(answers)]).toEqual([true, false])
  const some = [{ at: 5, cut: 'x' }, { cut: 'y' }, { at: 1, cut: 'z' }, { roam: 'y' }]
  expect(inOrder(some)).toEqual([{ cut: 'y' }, { roam: 'y' }, { at: 1, cut: 'z' }, { at: 5, cut: 'x' }])
})

test('pairs are one a line, and a line without a name is no pair', () => {
  expect(readPairs('room: 4\n\nunit:°C: x')).toEqual({ room: '4', unit: '°C: x' })
  expect(pairsText({ room: '4' })).toBe('room: 4')
  expect(readPairs('room 4')).toBeNull()
})
