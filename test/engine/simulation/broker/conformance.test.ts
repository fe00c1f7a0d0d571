import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../../..')
const doc = readFileSync(join(root, 'docs/conformance.md'), 'utf8')

describe('docs/conformance.md', () => {
  it('names only tests that exist', () => {
    const named = [...doc.matchAll(/`([a-z0-9]+): ([^`]+)`/g)].filter(([, file]) => file !== 'file')
    const sources = new Map<string, string>()
    const missing = named.filter(([, file = '', words = '']) => {
      if (!sources.has(file))
        sources.set(file, readFileSync(join(root, `test/engine/simulation/broker/${file}.test.ts`), 'utf8'))
      return sources.get(file)?.includes(words) !== true
    })
    expect(missing.map(([whole]) => whole)).toEqual([])
    expect(named.length).toBeGreaterThan(100)
  })
})
