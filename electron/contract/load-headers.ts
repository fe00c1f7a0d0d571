import { maskedUrls } from './load-url'
import { passwordVariableSchema } from './password-variable'
import { HIDDEN, isSecretName } from './secret-names'

/** A line such as `X-Tenant: plant`, taken apart. Where the colon is missing, the name is the first word. */
export const headerOf = (line: string): { name: string; value: string } => {
  const [, name = '', value = ''] = /^\s*([^\s:]*)\s*:?(.*)$/s.exec(line) ?? []
  return { name, value: value.trim() }
}

/** The environment variable that a value such as `env:FLEETLAB_TOKEN` names; undefined for any other value. */
export const variableOf = (value: string): string | undefined => /^env:(.*)$/.exec(value)?.[1]

const isVariable = (value: string): boolean => passwordVariableSchema.safeParse(variableOf(value)).success

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

/** What a flag of the load test is set to, as it is shown. */
export const shownSetting = (flag: string, text: string): string =>
  flag === 'wsHeader' ? text.split('\n').map(shownHeader).join('\n') : maskedUrls(text)

/** The configuration as reports and pages have it: without the secrets in its headers and in the query of its address. */
export const withoutSecrets = <C extends { url: string; wsHeaders?: string[] | undefined }>(c: C): C => ({
  ...c,
  url: maskedUrls(c.url),
  ...(c.wsHeaders === undefined ? {} : { wsHeaders: c.wsHeaders.map(shownHeader) }),
})

/** The header whose value a report left out, so that nobody can send it; undefined where there is none. */
export const hiddenHeader = (lines: readonly string[]): string | undefined =>
  lines.find((line) => headerOf(line).value === HIDDEN && isSecretName(headerOf(line).name))

/** What is expected in place of such a value. */
export const HIDDEN_HEADER =
  'expected its value, which reports leave out, or an environment variable such as env:FLEETLAB_TOKEN'
