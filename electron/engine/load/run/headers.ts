import { headerOf, variableOf } from '../../../contract/load-headers'

/**
 * Headers of WebSocket handshakes by name, from lines such as `X-Tenant: plant`. A value `env:NAME` is that of the environment
 * variable, so that a token is in no file and in no report.
 * @returns the name of a variable that is not set, instead
 */
export function headersOf(
  lines: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> | string {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const { name, value: written } = headerOf(line)
    const variable = variableOf(written)
    const value = variable === undefined ? written : env[variable]
    if (value === undefined) return variable ?? ''
    headers[name] = value
  }
  return headers
}
