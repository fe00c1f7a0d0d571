import type { z } from 'zod'
import type { ErrorDetail } from './errors'
import { shownLineOf, shownPair, shownPopulation } from './load-headers'
import { maskedUrls } from './load-url'
import { HIDDEN, isSecretName } from './secret-names'

type Issue = z.core.$ZodIssue

/** Characters of a name or a value that a message shows; a key of a file can be a whole tree, as YAML allows. */
const MOST_SHOWN = 80

const nameOf = (key: PropertyKey): string => {
  const name = String(key)
  return name.length > MOST_SHOWN ? `${name.slice(0, MOST_SHOWN)}…` : name
}

/** What was found at a path, without secrets. */
const shown = (input: unknown, path: readonly PropertyKey[]): string => {
  if (input === undefined) return 'nothing'
  if (typeof input === 'number') return String(input)
  const setting = path.map(String).find((part) => shownLineOf(part) !== undefined)
  const line = setting === undefined ? undefined : shownLineOf(setting)
  const own = (key: string, value: unknown): unknown => {
    const within = shownLineOf(key)
    if (within !== undefined && Array.isArray(value))
      return value.map((one: unknown) => (typeof one === 'string' ? within(one) : one))
    if (typeof value !== 'string') return value
    const isPopulation = path[0] === 'populations' && path.length <= 2 && /^\d*$/.test(key)
    return isSecretName(key)
      ? HIDDEN
      : (within ?? line ?? (isPopulation ? shownPopulation : shownPair))(value)
  }
  // undefined for a function or a symbol, which YAML's tags can make
  const text = JSON.stringify(input, own) as string | undefined
  return maskedUrls(text ?? typeof input).slice(0, MOST_SHOWN)
}

/** Kinds of values as people call them. */
const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'fields with their values',
  record: 'fields with their values',
  string: 'a text',
}
const BOUNDS: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'above',
  '<': 'below',
}

/** zod says what it received, too; that is reported as found. Kinds and bounds are said in words. */
function plain(message: string): string {
  const own = message
    .replace(/^(Invalid input|Invalid option|Invalid string|Too big|Too small): /, '')
    .replace(/, received .*$/, '')
  const [, kind = '', sign, bound = '', unit] =
    /^expected (\w+)(?: to (?:be|have) (>=|<=|>|<)(\S+)(?: (\w+?)s?)?)?$/.exec(own) ?? []
  const name = KINDS[kind]
  if (name === undefined) return own
  if (sign === undefined) return `expected ${name}`
  const what = unit === undefined ? bound : `${bound} ${unit}${bound === '1' ? '' : 's'}`
  return `expected ${name} ${sign.length === 2 ? 'of ' : ''}${BOUNDS[sign] ?? sign} ${what}`
}

/** `a, b or c`. */
export const oneOf = (values: readonly unknown[]): string => {
  const names = values.map(String)
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`
}

/** Of the kinds of value that a field may have, the one that was meant: its own type fits and something in it does not. */
function meant(branches: readonly Issue[][]): readonly Issue[] | undefined {
  const wrongType = (b: readonly Issue[]): boolean =>
    b.some((i) => i.path.length === 0 && (i.code === 'invalid_type' || i.code === 'invalid_value'))
  return branches.find((b) => !wrongType(b))
}

function detailsOf(issue: Issue, before: readonly PropertyKey[]): ErrorDetail[] {
  const path = [...before, ...issue.path]
  const detail = (expected: string, at = path, input: unknown = issue.input): ErrorDetail => ({
    path: at.map(nameOf).join('.'),
    found: shown(input, at),
    expected,
  })
  const fieldOf = (key: string): unknown => (issue.input as Record<string, unknown> | undefined)?.[key]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const value = fieldOf(key)
      return detail(
        'unknown field',
        [...path, key],
        isSecretName(key) && value !== undefined ? HIDDEN : value,
      )
    })
  }
  if (issue.code !== 'invalid_union') return [detail(plain(issue.message))]
  if (issue.errors.length === 0) {
    const key = issue.discriminator
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : []
    if (key === undefined || options.length === 0) return [detail(plain(issue.message))]
    return [detail(`expected ${oneOf(options)}`, path, fieldOf(key))]
  }
  const one = meant(issue.errors)
  if (one) return one.flatMap((i) => detailsOf(i, path))
  const allowed = issue.errors.flatMap(([i]) =>
    i?.code === 'invalid_value' ? i.values : i?.code === 'invalid_type' ? [i.expected] : [],
  )
  return [detail(allowed.length > 0 ? `expected ${oneOf(allowed)}` : plain(issue.message))]
}

/** Reasons of a failed parse, one entry per field: its path, what was found, what is allowed. */
export function issueDetails(issues: readonly Issue[]): ErrorDetail[] {
  return issues.flatMap((i) => detailsOf(i, []))
}
