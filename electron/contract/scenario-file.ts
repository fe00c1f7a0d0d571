import { parseDocument, stringify } from 'yaml'
import type { z } from 'zod'
import { ApiError, type ApiErrorCode } from './errors'
import { fileFaults } from './fault-lines'
import { issueDetails } from './issues'
import { printable } from './printable'
import { scenarioSchema, type Scenario } from './scenario'

/** Longest scenario text that is read, in characters. */
export const MAX_SCENARIO_CHARS = 4_194_304

/**
 * Reads YAML or JSON text (JSON is YAML) and checks it with a schema.
 * @param name of the file, for the message
 * @throws ApiError `code` with a line and a detail for each wrong field: its path, what was found, what is allowed
 */
export function parseFile<S extends z.ZodType>(
  text: string,
  name: string,
  schema: S,
  code: ApiErrorCode,
): z.output<S> {
  const fail = (why: string): never => {
    throw new ApiError(code, `${name}: ${why}`)
  }
  // a warning of the library would put the file's own text on a terminal, as it is
  const doc = parseDocument(text, { prettyErrors: false, logLevel: 'error' })
  const bad = doc.errors[0]
  if (bad) {
    const line = text.slice(0, bad.pos[0]).split('\n').length
    // the library reads by recursion, and reports where that ends as an error of the text
    if (bad.code === 'RESOURCE_EXHAUSTION') fail(TOO_DEEP)
    fail(`line ${line}: ${printable(bad.message.split('\n')[0] ?? 'not YAML')}`)
  }
  let value: unknown
  try {
    value = plainTree(doc.toJS({ maxAliasCount: 100 }))
  } catch (thrown) {
    return fail(thrown instanceof Error ? thrown.message : 'not YAML')
  }
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  const details = issueDetails(parsed.error.issues)
  throw new ApiError(code, fileFaults(name, details).join('\n'), details)
}

/** Longest way from a file's root to a value. */
const MAX_DEPTH = 100
const TOO_DEEP = `fields lie more than ${MAX_DEPTH} levels deep, or an anchor contains itself`

/**
 * The value with 0 for -0, which is no other number here and which JSON cannot write.
 * @throws Error for a value that contains itself, as YAML's anchors allow, or lies too deep
 */
export function plainTree(value: unknown): unknown {
  const within = (at: unknown, depth: number): void => {
    if (typeof at !== 'object' || at === null) return
    if (depth > MAX_DEPTH) throw new Error(TOO_DEEP)
    for (const [key, inner] of Object.entries(at)) {
      if (Object.is(inner, -0)) Reflect.set(at, key, 0)
      else within(inner, depth + 1)
    }
  }
  within(value, 0)
  return value
}

/**
 * Reads a scenario file.
 * @throws ApiError `bad-scenario`, see `parseFile`
 */
export function parseScenario(text: string, name: string): Scenario {
  if (text.length > MAX_SCENARIO_CHARS)
    throw new ApiError('bad-scenario', `${name}: is over ${MAX_SCENARIO_CHARS} characters`)
  return parseFile(text, name, scenarioSchema, 'bad-scenario')
}

/** No text is folded: the library does not read spaces beside a fold, or lines of spaces alone, as it wrote them. */
const YAML_STYLE = {
  lineWidth: 0,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  blockQuote: 'literal',
} as const

/** The text of a scenario file; reading it back gives the same scenario. */
export function scenarioText(scenario: Scenario, format: 'yaml' | 'json'): string {
  return format === 'json' ? `${JSON.stringify(scenario, null, 2)}\n` : stringify(scenario, YAML_STYLE)
}
