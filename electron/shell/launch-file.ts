import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCENARIO = /\.(fleetlab|ya?ml|json)$/i

/**
 * The scenario file a command line names, or null: the last argument that looks like one. A system that starts the
 * program by a double click gives the path, or its file: URL as Linux desktops do; a second start gives its own working
 * folder.
 */
export function launchFile(argv: readonly string[], cwd: string): string | null {
  const found = argv.slice(1).findLast((a) => !a.startsWith('-') && SCENARIO.test(a))
  if (found === undefined) return null
  if (found.startsWith('file://')) return localFile(found)
  return isAbsolute(found) ? found : resolve(cwd, found)
}

/** Path of a file: URL, or null when it names another machine. */
function localFile(url: string): string | null {
  try {
    return fileURLToPath(url)
  } catch {
    return null
  }
}
