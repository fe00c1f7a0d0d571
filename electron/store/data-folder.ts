import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Where the user's data lie by the XDG Base Directory Specification; a relative XDG_DATA_HOME is to be ignored. */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env['XDG_DATA_HOME'] ?? ''
  return join(isAbsolute(base) ? base : join(env['HOME'] ?? homedir(), '.local/share'), 'mqtt-fleet-lab')
}
