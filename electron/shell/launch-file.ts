import { isAbsolute, resolve } from 'node:path'

const SCENARIO = /\.(fleetlab|ya?ml|json)$/i

/**
 * The scenario file a command line names, or null: the last argument that looks like one. A system that starts the
 * program by a double click gives the path; a second start gives its own working folder.
 */
export function launchFile(argv: readonly string[], cwd: string): string | null {
  const found = argv.slice(1).findLast((a) => !a.startsWith('-') && SCENARIO.test(a))
  if (found === undefined) return null
  return isAbsolute(found) ? found : resolve(cwd, found)
}
