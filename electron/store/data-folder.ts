import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

type Env = Readonly<Record<string, string | undefined>>

const NAME = 'mqtt-fleet-lab'

/**
 * Folder of the user's data, the same for the desktop window and for the page in a browser: by the XDG Base Directory
 * Specification, which says that a relative XDG_DATA_HOME is to be ignored, with the customs of Windows (`%APPDATA%`)
 * and macOS (`Application Support`) in its absence.
 */
export function dataFolder(env: Env, platform: NodeJS.Platform = process.platform): string {
  const base = env['XDG_DATA_HOME'] ?? ''
  if (isAbsolute(base)) return join(base, NAME)
  if (platform === 'win32') return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), NAME)
  const home = env['HOME'] ?? homedir()
  return join(home, platform === 'darwin' ? 'Library/Application Support' : '.local/share', NAME)
}
