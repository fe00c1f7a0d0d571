import { durationSchema } from '@contract/duration'
import { z } from 'zod'

interface Base {
  key: string
  /** It may be left out. */
  optional: boolean
  /** Counts where it is left out. */
  initial?: unknown
  /** Shown when it is unfolded. */
  folded?: boolean
}

/** One field of a form, as its schema describes it. */
export type Field =
  | (Base & { kind: 'text' | 'duration' | 'switch' | 'pairs' })
  | (Base & { kind: 'lines'; of: 'text' | 'number' | 'duration' })
  | (Base & { kind: 'number'; integer: boolean; min: number; max: number })
  | (Base & { kind: 'choice'; values: readonly (string | number)[] })
  /** One word in place of another kind of value, such as `unlimited`. */
  | (Base & { kind: 'fixed'; value: string | number })
  | (Base & { kind: 'object'; fields: readonly Field[] })
  /** Entries one after the other. */
  | (Base & { kind: 'list'; of: Field })
  /** Values by name. */
  | (Base & { kind: 'map'; of: Field })
  | (Base & { kind: 'union'; variants: readonly Variant[] })

/** One of the kinds of value that a union takes. */
export interface Variant {
  /** What tells it from the others: its kind's name, or the field that only it has. */
  id: string
  field: Field
  /** The member that names the kind, where there is one. */
  named: Readonly<Record<string, unknown>>
}
export type UnionField = Extract<Field, { kind: 'union' }>

type Schema = z.core.$ZodType

/** Without optional and default around it. */
function bare(schema: Schema): { schema: Schema; optional: boolean; initial?: unknown } {
  if (schema instanceof z.ZodOptional) return { ...bare(schema.def.innerType), optional: true }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return { ...bare(schema.def.innerType), initial: schema.def.defaultValue }
  return { schema, optional: false }
}

/** A duration, with further checks or without. */
const isDuration = (s: Schema): boolean => s instanceof z.ZodPipe && s.def.in === durationSchema.def.in

/** What a union takes; short spellings, which become another of its kinds, are left out. */
const optionsOf = (union: z.ZodUnion): Schema[] =>
  union.def.options.flatMap((option) => {
    if (option instanceof z.ZodUnion) return optionsOf(option)
    return option instanceof z.ZodPipe && !isDuration(option) ? [] : [option]
  })

const literalOf = (s: Schema): string | number | null => {
  const value = s instanceof z.ZodLiteral ? s.def.values[0] : null
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

function variantOf(option: Schema): Variant | null {
  const literal = literalOf(option)
  if (literal !== null) {
    const field = { key: '', optional: false, kind: 'fixed' as const, value: literal }
    return { id: String(literal), field, named: {} }
  }
  if (!(option instanceof z.ZodObject)) {
    const field = fieldOf('', option)
    return field && { id: field.kind, field, named: {} }
  }
  const members = Object.entries<Schema>(option.shape)
  const named = members.flatMap(([key, s]) => {
    const value = literalOf(s)
    return value === null ? [] : [[key, value] as const]
  })
  const fields = fieldsOf(option).filter((f) => !named.some(([key]) => key === f.key))
  const own = members.find(([, s]) => !bare(s).optional && bare(s).initial === undefined)?.[0] ?? ''
  return {
    id: String(named[0]?.[1] ?? own),
    field: { key: '', optional: false, kind: 'object', fields },
    named: Object.fromEntries(named),
  }
}

function unionOf(base: Base, union: z.ZodUnion): Field | null {
  const variants = optionsOf(union).map(variantOf)
  const fixed = variants.flatMap((v) => (v?.field.kind === 'fixed' ? [v.field.value] : []))
  if (fixed.length === variants.length) return { ...base, kind: 'choice', values: fixed }
  const known = variants.filter((v) => v !== null)
  return known.length === variants.length ? { ...base, kind: 'union', variants: known } : null
}

function listOf(base: Base, array: z.ZodArray): Field | null {
  const of = fieldOf('', array.def.element)
  if (of?.kind === 'text' || of?.kind === 'number' || of?.kind === 'duration')
    return { ...base, kind: 'lines', of: of.kind }
  return of?.kind === 'object' || of?.kind === 'union' ? { ...base, kind: 'list', of } : null
}

function recordOf(base: Base, record: z.ZodRecord): Field | null {
  const of = fieldOf('', record.def.valueType)
  return of && (of.kind === 'text' ? { ...base, kind: 'pairs' } : { ...base, kind: 'map', of })
}

function fieldOf(key: string, around: Schema): Field | null {
  const { schema, optional, initial } = bare(around)
  const base = { key, optional, ...(initial !== undefined && { initial }) }
  if (isDuration(schema)) return { ...base, kind: 'duration' }
  if (schema instanceof z.ZodString) return { ...base, kind: 'text' }
  if (schema instanceof z.ZodBoolean) return { ...base, kind: 'switch' }
  if (schema instanceof z.ZodNumber) {
    const { minValue, maxValue, format } = schema
    return {
      ...base,
      kind: 'number',
      integer: format === 'safeint',
      min: minValue ?? -Infinity,
      max: maxValue ?? Infinity,
    }
  }
  if (schema instanceof z.ZodEnum) return { ...base, kind: 'choice', values: schema.options }
  if (schema instanceof z.ZodUnion) return unionOf(base, schema)
  if (schema instanceof z.ZodObject) return { ...base, kind: 'object', fields: fieldsOf(schema) }
  if (schema instanceof z.ZodRecord) return recordOf(base, schema)
  return schema instanceof z.ZodArray ? listOf(base, schema) : null
}

/**
 * The fields of an object's schema, in its order; what a form has no kind for (a link) is left out.
 * @param only those, if given
 */
export function fieldsOf(schema: z.ZodObject, only?: readonly string[]): Field[] {
  return Object.entries(schema.shape).flatMap(([key, s]) => {
    const field = only === undefined || only.includes(key) ? fieldOf(key, s as Schema) : null
    return field ?? []
  })
}

const hasTime = (of: Field): boolean =>
  of.kind === 'object'
    ? of.fields.some((f) => f.key === 'at')
    : of.kind === 'union' && of.variants.every((v) => hasTime(v.field))

/** Whether each entry of a list says at what time it counts: such a list is in the order of the times. */
export const isTimed = (list: Field): boolean => list.kind === 'list' && hasTime(list.of)

const timeOf = (entry: unknown): number => Number(membersOf(entry)['at'] ?? 0)

/** Entries in the order of their times; those of one time as they were. */
export const inOrder = (entries: readonly unknown[]): unknown[] =>
  [...entries].sort((a, b) => timeOf(a) - timeOf(b))

/** An object's members, where it is one. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

function takes({ id, field, named }: Variant, value: unknown): boolean {
  switch (field.kind) {
    case 'number':
    case 'duration':
      return typeof value === 'number'
    case 'switch':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string'
    case 'fixed':
      return value === field.value
    case 'object': {
      const members = membersOf(value)
      const names = Object.entries(named)
      return names.length > 0 ? names.every(([key, v]) => members[key] === v) : id in members
    }
    default:
      return false
  }
}

/** The kind of value that a union has now; undefined where it has none. */
export const variantNow = ({ variants }: UnionField, value: unknown): Variant | undefined =>
  variants.find((v) => v.field.kind === 'fixed' && takes(v, value)) ?? variants.find((v) => takes(v, value))

const ONE_VALUE = ['text', 'duration', 'switch', 'number', 'choice']

/**
 * What stands beside the kind of a union's value: the value itself, or the only member of its object.
 * @returns null where the kind has several members, or none
 */
export function besideKind({ field }: Variant): { field: Field; member: string | null } | null {
  if (ONE_VALUE.includes(field.kind)) return { field, member: null }
  const [only, second] = field.kind === 'object' ? field.fields : []
  return only && !second && ONE_VALUE.includes(only.kind) ? { field: only, member: only.key } : null
}

/** `name: value` lines of a record. */
export const pairsText = (pairs: Readonly<Record<string, unknown>>): string =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n')

/** The record of such lines; null when one has no name. */
export function readPairs(text: string): Record<string, string> | null {
  const lines = text.split('\n').filter((l) => l.trim() !== '')
  if (lines.some((l) => l.indexOf(':') < 1)) return null
  return Object.fromEntries(
    lines.map((l) => [l.slice(0, l.indexOf(':')).trim(), l.slice(l.indexOf(':') + 1).trim()]),
  )
}
