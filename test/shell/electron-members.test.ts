import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const shell = join(root, 'electron/shell')
const files = [
  ...readdirSync(shell).map((name) => join(shell, name)),
  join(root, 'electron/preload.ts'),
  join(root, 'electron/main.ts'),
]

/** What a file takes from Electron and calls by that name, and the names of a window and of a page in it. */
function membersIn(source: string): string[] {
  const imported = /import \{([^}]*)\} from 'electron'/.exec(source)?.[1] ?? ''
  const own = imported.split(',').flatMap((n) => (n.trim() === '' || n.includes('type ') ? [] : [n.trim()]))
  const names = [...own, ...(imported === '' ? [] : ['window', 'contents', 'session'])]
  return [...source.matchAll(/\b(\w+)\.(\w+)/g)].flatMap(([all, of = '']) =>
    names.includes(of) ? [all] : [],
  )
}

it('every member of Electron that is used is in the table of what changed between the versions', () => {
  const page = readFileSync(join(root, 'docs/electron.md'), 'utf8')
  const members = new Set(files.flatMap((f) => membersIn(readFileSync(f, 'utf8'))))
  expect(members.size).toBeGreaterThan(40)
  // The page's own window, in the preload script.
  members.delete('window.postMessage')
  expect([...members].filter((m) => !page.includes(`\`${m}`))).toEqual([])
})
