import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const doc = (name: string): string => read(`docs/${name}.md`)

/** What a document names as `file: words`: the words are in the test file of the broker. */
const testsOf = (text: string): (readonly [whole: string, file: string, words: string])[] =>
  [...text.matchAll(/`([a-z0-9-]+): ([^`]+)`/g)].flatMap(([whole, file = '', words = '']) =>
    file === 'file' ? [] : [[whole, file, words] as const],
  )

describe.each([
  ['conformance', 150],
  ['security', 25],
])('docs/%s.md', (name, atLeast) => {
  it('names only tests of the broker that exist', () => {
    const [, broker = ''] = doc(name).split(/^## (?:Defects|What the network)/m)
    const named = testsOf(broker)
    const missing = named.filter(([, file, words]) => {
      const path = `test/engine/simulation/broker/${file}.test.ts`
      return !existsSync(join(root, path)) || !read(path).includes(words)
    })
    expect(missing.map(([whole]) => whole)).toEqual([])
    expect(named.length).toBeGreaterThan(atLeast)
  })
})

describe('docs/security.md', () => {
  const text = doc('security')

  it('names only files that exist', () => {
    const named = [...text.matchAll(/`((?:electron|test|docs)\/[^` ]+)`/g)].map(([, path = '']) => path)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(named.length).toBeGreaterThan(30)
  })

  it('names only tests of the desktop that exist', () => {
    const double = read('test/e2e/electron-double.spec.ts')
    const named = [...text.matchAll(/double: ((?:"[^"]+"(?:, )?)+)/g)]
      .flatMap(([, quoted = '']) => [...quoted.matchAll(/"([^"]+)"/g)])
      .map(([, words = '']) => words.replace(/^\.\.\. /, ''))
    expect(named.filter((words) => !double.includes(words))).toEqual([])
    expect(named.length).toBeGreaterThanOrEqual(5)
  })
})
