import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { changed, seeded } from './engine/mutate'
import type { Target } from './engine/loop'

const targets = import.meta.glob<Target>('./targets/*.ts')
const names = Object.keys(targets)
  .map((path) => path.replace(/^.*\/|\.ts$/g, ''))
  .filter((name) => name !== 'check')
const corpus = (name: string): string => join(import.meta.dirname, 'corpus', name)

/** What was found once, and a few changes of each input: `npm run fuzz` looks further. */
describe.each(names)('whatever comes as %s', (name) => {
  it('keeps the rules', async () => {
    const target = await targets[`./targets/${name}.ts`]?.()
    if (!target) throw new Error(`there is no target ${name}`)
    const folder = corpus(name)
    const inputs = existsSync(folder) ? readdirSync(folder).map((f) => readFileSync(join(folder, f))) : []
    expect(inputs.length).toBeGreaterThan(0)
    const random = seeded(Number(process.env['FAST_CHECK_SEED'] ?? 7))
    const material = { words: [], others: inputs, maxBytes: 16_384 }
    try {
      for (const input of inputs) {
        await target.fuzz(input)
        for (let i = 0; i < 2; i++) await target.fuzz(changed(input, target.form, random, material))
      }
    } finally {
      await target.end?.()
    }
  })
})

it('a change never makes a list longer than anyone can walk through, whatever words the code has', () => {
  const random = seeded(7)
  const material = { words: ['length', '4294967294', '0'], others: [], maxBytes: 16_384 }
  const lists: number[] = []
  const form = {
    read: () => ({ list: [[1], [2]], inner: { list: ['a'] } }),
    write: (value: unknown) => {
      JSON.stringify(value, (_key, v: unknown) => {
        if (Array.isArray(v)) lists.push(v.length)
        return Array.isArray(v) && v.length > 1000 ? null : v
      })
      return Buffer.alloc(1)
    },
  }
  for (let i = 0; i < 20_000; i++) changed(Buffer.from('x'), form, random, material)
  expect(lists.length).toBeGreaterThan(10_000)
  expect(lists.reduce((a, b) => Math.max(a, b))).toBeLessThan(100)
})
