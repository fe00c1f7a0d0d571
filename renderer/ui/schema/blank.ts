import type { Field, Variant } from './fields'

/** What a field that must be there begins with, by its name. */
const STARTS: Readonly<Record<string, unknown>> = {
  topic: 'status/{id}',
  username: 'user',
  passwordEnv: 'FLEETLAB_PASSWORD',
  answers: { on: '{id}/set', reply: { topic: '{id}/state', payload: '{payload}' } },
  listeners: { port: 1884 },
  special: { clients: '*', link: {} },
  reply: { topic: '{id}/state', payload: '{payload}' },
  for: 10_000,
  rate: 1,
  restart: 3000,
  ms: 100,
  minMs: 100,
  maxMs: 300,
  meanMs: 200,
  deviationMs: 50,
  p: 0.2,
  goodToBad: 0.05,
  badToGood: 0.25,
}

/** What an entry begins with that may be of several kinds, by the name of its list. */
const UNIONS: Readonly<Record<string, unknown>> = {
  steps: { at: 0, loss: { model: 'independent', p: 0.3 } },
}

/** Names that exist elsewhere, by the field that may name them: what is offered first is taken. */
export type Hints = Readonly<Record<string, readonly string[]>>

function startOf(field: Field, hints: Hints): unknown {
  const offered = field.kind === 'text' ? hints[field.key]?.[0] : undefined
  const start = offered ?? STARTS[field.key]
  if (start !== undefined && field.kind !== 'list' && field.kind !== 'union') return start
  switch (field.kind) {
    case 'number':
      return Math.min(Math.max(0, field.min), field.max)
    case 'duration':
      return 0
    case 'switch':
      return false
    case 'choice':
      return field.values[0]
    case 'fixed':
      return field.value
    case 'object':
      return blank(field.fields, hints)
    case 'list':
      return [newEntry(field, hints)]
    case 'lines':
      return []
    case 'map':
    case 'pairs':
      return {}
    case 'union':
      return field.variants[0] && blankVariant(field.variants[0], hints)
    case 'text':
      return ''
  }
}

/** Whatever must be there of an object. */
const blank = (fields: readonly Field[], hints: Hints): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap((f) => (f.optional || f.initial !== undefined ? [] : [[f.key, startOf(f, hints)]])),
  )

/** What an optional field begins with when it is switched on. */
export const switchedOn = (field: Field, hints: Hints): unknown => startOf(field, hints)

/** What a union has when this kind of value is chosen. */
export const blankVariant = ({ field, named }: Variant, hints: Hints): unknown =>
  field.kind === 'object' ? { ...named, ...blank(field.fields, hints) } : startOf(field, hints)

/** What a new entry of a list begins with. */
export function newEntry(list: Extract<Field, { kind: 'list' }>, hints: Hints): unknown {
  const start = STARTS[list.key] ?? (list.of.kind === 'union' ? UNIONS[list.key] : undefined)
  return start ?? startOf(list.of, hints)
}
