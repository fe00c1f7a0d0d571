import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Every file below a folder, as paths within it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((n) =>
    statSync(join(folder, n)).isFile(),
  )
}

/** Names of kept files that are not whole, or were put aside. What a cut-off write left beside them does not count. */
export function brokenFiles(folder: string): string[] {
  return filesBelow(folder).filter((name) => {
    if (name.endsWith('.part') || name.startsWith('recent')) return false
    if (!name.endsWith('.json')) return true
    try {
      const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { version?: unknown }
      return typeof file.version !== 'number'
    } catch {
      return true
    }
  })
}
