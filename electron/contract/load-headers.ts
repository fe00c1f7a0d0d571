import { maskedUrls } from './load-url'
import { passwordVariableSchema } from './password-variable'
import { HIDDEN, isSecretName } from './secret-names'

/** A line such as `X-Tenant: plant`, taken apart. */
export const headerOf = (line: string): { name: string; value: string } => {
  const at = line.indexOf(':')
  return { name: line.slice(0, at), value: line.slice(at + 1).trim() }
}

/** The environment variable that a value such as `env:FLEETLAB_TOKEN` names; undefined for any other value. */
export const variableOf = (value: string): string | undefined => /^env:(.*)$/.exec(value)?.[1]

const isVariable = (value: string): boolean => passwordVariableSchema.safeParse(variableOf(value)).success

/** A header as it is shown: without its value where that is a secret and not the name of a variable. */
export function shownHeader(line: string): string {
  const { name, value } = headerOf(line)
  return isSecretName(name) && value !== '' && !isVariable(value) ? `${name}: ${HIDDEN}` : line
}

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
