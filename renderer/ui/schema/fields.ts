import { durationSchema } from '@contract/duration'
import { z } from 'zod'

interface Base {
  key: string
  /** It may be left out. */
  optional: boolean
  /** Counts where it is left out. */
  initial?: unknown
}

/** One field of a form, as its schema describes it. */
export type Field =
  | (Base & { kind: 'text' | 'duration' | 'switch' | 'lines' | 'pairs' })
  | (Base & { kind: 'number'; integer: boolean; min: number; max: number })
  | (Base & { kind: 'choice'; values: readonly (string | number)[] })
  | (Base & { kind: 'object' | 'list'; fields: readonly Field[] })

/** Without optional and default around it. */
function bare(schema: z.core.$ZodType): { schema: z.core.$ZodType; optional: boolean; initial?: unknown } {
  if (schema instanceof z.ZodOptional) return { ...bare(schema.def.innerType), optional: true }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return { ...bare(schema.def.innerType), initial: schema.def.defaultValue }
  return { schema, optional: false }
}

/** The values of a union of literals; null for any other union. */
function literals(union: z.ZodUnion): (string | number)[] | null {
  const values = union.def.options.flatMap((o) => (o instanceof z.ZodLiteral ? [...o.def.values] : [null]))
  return values.every((v) => typeof v === 'string' || typeof v === 'number') ? values : null
}

function fieldOf(key: string, around: z.core.$ZodType): Field | null {
  const { schema, optional, initial } = bare(around)
  const base = { key, optional, ...(initial !== undefined && { initial }) }
  if (schema === durationSchema) return { ...base, kind: 'duration' }
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
  if (schema instanceof z.ZodUnion) {
    const values = literals(schema)
    return values && { ...base, kind: 'choice', values }
  }
  if (schema instanceof z.ZodObject) return { ...base, kind: 'object', fields: fieldsOf(schema) }
  if (schema instanceof z.ZodRecord) return { ...base, kind: 'pairs' }
  if (!(schema instanceof z.ZodArray)) return null
  const { schema: element } = bare(schema.def.element)
  if (element instanceof z.ZodString) return { ...base, kind: 'lines' }
  return element instanceof z.ZodObject ? { ...base, kind: 'list', fields: fieldsOf(element) } : null
}

/**
 * The fields of an object's schema, in its order; what a form has no kind for (a link, a payload) is left out.
 * @param only those, if given
 */
export function fieldsOf(schema: z.ZodObject, only?: readonly string[]): Field[] {
  return Object.entries(schema.shape).flatMap(([key, s]) => {
    const field = only === undefined || only.includes(key) ? fieldOf(key, s as z.core.$ZodType) : null
    return field ?? []
  })
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

/** What texts that must be there begin with. */
const STARTS: Readonly<Record<string, string>> = {
  topic: 'status/{id}',
  username: 'user',
  passwordEnv: 'FLEETLAB_PASSWORD',
}

/** What a new entry of a list, or an optional object that is switched on, begins with. */
export const blank = (fields: readonly Field[]): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap(({ key, optional }) => (optional || !STARTS[key] ? [] : [[key, STARTS[key]]])),
  )
