import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...guides.filter((f) => f.endsWith('.md')).map((f) => join('docs', f)),
]

/** Targets of `[text](target)` and `![text](target)`, without the addresses of the web. */
function links(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((m) => (m[1] ?? '').replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}

describe('documentation', () => {
  it.each(pages)('%s links to files that are there', (page) => {
    const here = dirname(join(root, page))
    const missing = links(readFileSync(join(root, page), 'utf8')).filter(
      (target) => !existsSync(normalize(join(here, target))),
    )
    expect(missing).toEqual([])
  })

  it.each(['guide', 'teaching'])('the %s is there in English and Korean', (name) => {
    const headings = (file: string): number =>
      [...readFileSync(join(root, 'docs', file), 'utf8').matchAll(/^## /gm)].length
    expect(headings(`${name}.ko.md`)).toBe(headings(`${name}.md`))
  })
})
