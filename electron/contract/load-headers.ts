import { z } from 'zod'
import { maskedUrls } from './load-url'
import { passwordVariableSchema } from './password-variable'
import { HIDDEN, isSecretName } from './secret-names'

/** A line such as `X-Tenant: plant`, taken apart. Where the colon is missing, the name is the first word, or what stands before `=`. */
export const headerOf = (line: string): { name: string; value: string } => {
  const [, name = '', value = ''] = /^\s*([^\s:=]*)\s*[:=]?(.*)$/s.exec(line) ?? []
  return { name, value: value.trim() }
}

/** The environment variable that a value such as `env:FLEETLAB_TOKEN` names; undefined for any other value. */
export const variableOf = (value: string): string | undefined => /^env:(.*)$/.exec(value)?.[1]

const isVariable = (value: string): boolean => passwordVariableSchema.safeParse(variableOf(value)).success

/** A header of a WebSocket handshake. */
export const headerSchema = z.string().superRefine((line, ctx) => {
  const [, value] = /^[\w!#$%&'*+.^`|~-]+:\s*([\x20-\x7e]{0,8192})$/.exec(line) ?? []
  if (value !== undefined && (variableOf(value.trim()) === undefined || isVariable(value.trim()))) return
  const message = "expected a header such as 'X-Tenant: plant' or 'Authorization: env:FLEETLAB_TOKEN'"
  ctx.addIssue({ code: 'custom', input: line, message })
})

/**
 * A header as it is shown: without its value where that is a secret and not the name of a variable, and without all that follows
 * the first word where no name with a colon stands there.
 */
export function shownHeader(line: string): string {
  const { name, value } = headerOf(line)
  if (value === '') return line
  if (!/^[^\s:]+:/.test(line.trim())) return `${name} ${HIDDEN}`.trim()
  return isSecretName(name) && !isVariable(value) ? `${name}: ${HIDDEN}` : line
}

/** The header whose value a report left out, so that nobody can send it; undefined where there is none. */
export const hiddenHeader = (lines: readonly string[]): string | undefined =>
  lines.find((line) => headerOf(line).value === HIDDEN && isSecretName(headerOf(line).name))

/** A property such as `site=plant-2`, taken apart. Where the `=` is missing, the name is the first word. */
const propertyOf = (line: string): { name: string; value: string } => {
  const [, name = '', value = ''] =
    /^([^=]*)=(.*)$/s.exec(line) ?? /^\s*([^\s:]*)[\s:]*(.*)$/s.exec(line) ?? []
  return { name, value }
}

/** A user property as it is shown: without its value where the name is that of a secret. */
export function shownProperty(line: string): string {
  const { name, value } = propertyOf(line)
  return value !== '' && isSecretName(name) ? `${name}=${HIDDEN}` : line
}

/** A text that is `name=value`, as it is shown; any other as it is. */
export const shownPair = (text: string): string => (/^[^=\s/?#&;:]+=/.test(text) ? shownProperty(text) : text)

/** The user property whose value a report left out; undefined where there is none. */
export const hiddenProperty = (lines: readonly string[]): string | undefined =>
  lines.find((line) => propertyOf(line).value === HIDDEN && isSecretName(propertyOf(line).name))

/** Settings whose lines have a name and a value each, and how a line is shown. By field, and by flag. */
const NAMED_VALUES: Readonly<Record<string, (line: string) => string>> = {
  wsHeaders: shownHeader,
  wsHeader: shownHeader,
  userProperties: shownProperty,
  userProperty: shownProperty,
}

/** How a line of this setting is shown; undefined for a setting without names and values. */
export const shownLineOf = (setting: string): ((line: string) => string) | undefined =>
  Object.hasOwn(NAMED_VALUES, setting) ? NAMED_VALUES[setting] : undefined

/** What a flag of the load test is set to, as it is shown. */
export function shownSetting(flag: string, text: string): string {
  const shown = shownLineOf(flag)
  if (shown !== undefined) return text.split('\n').map(shown).join('\n')
  return maskedUrls(flag === 'population' ? text.split('\n').map(shownPopulation).join('\n') : text)
}

/** A name in JSON with its colon, a text, any other value, or where an object begins and ends. */
const JSON_PARTS = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}]|[^\s{}[\],:"]+/g

/**
 * A population as it is shown, a line of the command line. Of one that is no JSON, what is a value cannot be told: nothing is
 * shown after the first name of a secret.
 */
export function shownPopulation(line: string): string {
  try {
    JSON.parse(line)
  } catch {
    const secret = [...line.matchAll(/[\w.-]+/g)].find(([name]) => isSecretName(name))
    return secret === undefined ? line : `${line.slice(0, secret.index + secret[0].length)} ${HIDDEN}`
  }
  const names: string[] = []
  return line.replace(JSON_PARTS, (part: string, text?: string, colon?: string) => {
    if (part === '{') names.push('')
    else if (part === '}') names.pop()
    else if (colon !== undefined) names[names.length - 1] = JSON.parse(text ?? '') as string
    else return shownValue(part, names)
    return part
  })
}

/** A value of a population, as JSON. @param names of what it belongs to, the innermost last */
function shownValue(json: string, names: readonly string[]): string {
  const settings = names.map((name) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()))
  if (settings.some(isSecretName)) return JSON.stringify(HIDDEN)
  const value: unknown = JSON.parse(json)
  if (typeof value !== 'string') return json
  const otherwise = names.length === 0 ? shownProperty : shownPair
  const shownLine = settings.map(shownLineOf).find((shown) => shown !== undefined) ?? otherwise
  const shown = value.split('\n').map(shownLine).join('\n')
  return shown === value ? json : JSON.stringify(shown)
}

interface WithSecrets {
  url: string
  wsHeaders?: string[] | undefined
  userProperties?: string[] | undefined
  populations?: { userProperties?: string[] | undefined }[] | undefined
}

const withoutPropertySecrets = <P extends { userProperties?: string[] | undefined }>(p: P): P =>
  p.userProperties === undefined ? p : { ...p, userProperties: p.userProperties.map(shownProperty) }

/** The configuration as reports and pages have it: without the secrets in its headers, its user properties and the query of its address. */
export const withoutSecrets = <C extends WithSecrets>(c: C): C => ({
  ...withoutPropertySecrets(c),
  url: maskedUrls(c.url),
  ...(c.wsHeaders === undefined ? {} : { wsHeaders: c.wsHeaders.map(shownHeader) }),
  ...(c.populations === undefined ? {} : { populations: c.populations.map(withoutPropertySecrets) }),
})

/** What is expected in place of such a value. */
export const HIDDEN_HEADER =
  'expected its value, which reports leave out, or an environment variable such as env:FLEETLAB_TOKEN'
export const HIDDEN_PROPERTY = 'expected its value, which reports leave out'
