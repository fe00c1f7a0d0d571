import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const config = join(root, '.dependency-cruiser.cjs')
const fixture = join(import.meta.dirname, 'fixtures/forbidden-imports')
const require = createRequire(import.meta.url)
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
const rules = (require(config) as { forbidden: { name: string }[] }).forbidden.map((r) => r.name)

interface Cruise {
  modules: { source: string }[]
  summary: { violations: { from: string; rule: { name: string } }[] }
}

async function cruise(cwd: string, folders: string[]): Promise<Cruise> {
  const args = [cruiser, ...folders, '--config', config, '--output-type', 'json']
  const run = promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 100_000_000 })
  // It exits with the number of violations, and prints them all the same.
  const { stdout } = await run.catch((failed: unknown) => failed as { stdout: string })
  return JSON.parse(stdout) as Cruise
}

describe('import rules on a tree that breaks them all', () => {
  let broken: string[]
  beforeAll(async () => {
    const { summary } = await cruise(fixture, ['electron', 'renderer', 'test'])
    broken = summary.violations.map((v) => `${v.rule.name}: ${v.from}`)
  }, 60_000)

  it.each(rules)('%s is reported', (rule) => {
    expect(broken.filter((b) => b.startsWith(`${rule}: `) && b.includes(`/${rule}`))).not.toEqual([])
  })

  it('reads Vue files, plain files and aliases of the page', () => {
    for (const file of ['.vue', '.ts', '-by-alias.ts']) {
      expect(broken).toContain(`renderer-sees-only-contract: renderer/renderer-sees-only-contract${file}`)
    }
  })

  it('reports nothing about the files that keep the rules', () => {
    expect(broken.filter((b) => b.endsWith('/good.ts'))).toEqual([])
  })
})

describe('import rules on the project', () => {
  it('hold, and every kind of file was read', async () => {
    const { modules, summary } = await cruise(root, ['electron', 'renderer'])
    expect(summary.violations.map((v) => `${v.rule.name}: ${v.from}`)).toEqual([])
    const own = modules.map((m) => m.source).filter((s) => /^(electron|renderer)\//.test(s))
    expect(own.filter((s) => s.endsWith('.ts')).length).toBeGreaterThan(100)
    expect(own.filter((s) => s.endsWith('.vue')).length).toBeGreaterThan(10)
  }, 60_000)
})

describe('composition roots', () => {
  it.each(['electron/main.ts', 'electron/preload.ts', 'electron/cli/main.ts'])(
    '%s is wiring only',
    (path) => {
      expect(readFileSync(join(root, path), 'utf8').split('\n').length).toBeLessThan(60)
    },
  )
})

describe('the clock of the wall', () => {
  it('is read only where a date is meant: a time span is measured by a clock that nobody sets', () => {
    const files = readdirSync(join(root, 'electron'), { recursive: true, encoding: 'utf8' })
    const readers = files.filter(
      (f) =>
        f.endsWith('.ts') &&
        /\bDate\.now\b|new Date\(\)/.test(readFileSync(join(root, 'electron', f), 'utf8')),
    )
    expect(readers.sort()).toEqual([
      'cli/load.ts',
      'cli/metrics-output.ts',
      'cli/serve-workspace.ts',
      'engine/load/history/create.ts',
      'engine/simulation/broker/listener/tls.ts',
      'engine/simulation/clock/paced-clock.ts',
      'main.ts',
      'shell/updates.ts',
      'store/window-file.ts',
    ])
  })
})
