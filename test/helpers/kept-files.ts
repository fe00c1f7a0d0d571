import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { versionedText } from '../../electron/store/json-file'
import { KINDS } from '../../electron/store/kinds'

/** Every file below a folder, as paths within it; none before the folder is made. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    // a file that is being replaced may have gone meanwhile
    (n) => statSync(join(folder, n), { throwIfNoEntry: false })?.isFile() === true,
  )
}

/** True once the scenario of a running program is kept with changes that are in no file; one half written is not kept yet. */
export const keepsChanges = (folder: string): boolean =>
  filesBelow(folder).some(
    (name) =>
      name.startsWith('sessions') &&
      name.endsWith('.json') &&
      readFileSync(join(folder, name), 'utf8').includes('"changed":true'),
  )

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

/** Makes the folder that of a user who has seen what a first start shows: the next start shows the small home. */
export function welcomed(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'welcome.json'), versionedText(KINDS.welcome, { seen: true }))
}
