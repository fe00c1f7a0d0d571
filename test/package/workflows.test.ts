import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.github/workflows')
const files = readdirSync(folder)

interface Step {
  uses?: string
  run?: string
  with?: Record<string, unknown>
}
interface Job {
  uses?: string
  steps?: Step[]
  permissions?: Record<string, string>
  'timeout-minutes'?: number
}
interface Workflow {
  on: Record<string, unknown>
  permissions?: Record<string, string>
  jobs: Record<string, Job>
}

const sourceOf = (file: string): string => readFileSync(join(folder, file), 'utf8')
const workflow = (file: string): Workflow => parse(sourceOf(file)) as Workflow
const steps = (w: Workflow): Step[] => Object.values(w.jobs).flatMap((j) => j.steps ?? [])
const commands = (w: Workflow): string =>
  steps(w)
    .map((s) => s.run)
    .join('\n')

/** Lines that use an action of someone else without a full commit hash and the version it stands for. */
const loose = (source: string): string[] =>
  source
    .split('\n')
    .filter((line) => /^\s*(- )?uses:/.test(line))
    .filter((line) => !/uses: (\.\/\S+|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/.test(line))

it('a tag, a branch, a short hash or a hash without its version counts as loose', () => {
  const hash = 'a'.repeat(40)
  const lines = [`@v4`, `@main # v4.0.0`, `@${hash.slice(1)} # v4.0.0`, `@${hash}`, `@${hash} # v4`]
  for (const line of lines) expect(loose(`      - uses: actions/checkout${line}`)).toHaveLength(1)
  expect(loose(`      - uses: actions/checkout@${hash} # v4.0.0`)).toEqual([])
})

it('the action that others use pins what it uses itself, by the same hash', () => {
  const action = readFileSync(join(root, '.github/actions/load/action.yml'), 'utf8')
  expect(loose(action)).toEqual([])
  const used = [...action.matchAll(/uses: (\S+)/g)].map(([, name]) => name)
  const elsewhere = files.flatMap((f) => steps(workflow(f)).flatMap((s) => s.uses ?? []))
  expect(used.filter((name) => !elsewhere.includes(name ?? ''))).toEqual([])
})

describe.each(files)('%s', (file) => {
  const w = workflow(file)

  it('pins every action by its full hash, one hash an action', () => {
    expect(loose(sourceOf(file))).toEqual([])
    const used = files.flatMap((f) => steps(workflow(f)).flatMap((s) => s.uses ?? []))
    const names = new Set(used.map((u) => u.split('@')[0]))
    expect(new Set(used).size).toBe(names.size)
  })

  it('may read the repository and no more; only the job that publishes may write', () => {
    expect(w.permissions).toEqual({ contents: 'read' })
    for (const [name, job] of Object.entries(w.jobs)) {
      if (file === 'release.yml' && name === 'publish') continue
      expect(job.permissions).toBeUndefined()
    }
  })

  it('runs foreign pull requests without secrets and keeps no token on the disk', () => {
    expect(Object.keys(w.on)).not.toContain('pull_request_target')
    expect(Object.keys(w.on)).not.toContain('workflow_run')
    for (const step of steps(w).filter((s) => s.uses?.startsWith('actions/checkout@')))
      expect(step.with).toMatchObject({ 'persist-credentials': false })
  })

  it('puts nothing that others write into a shell line', () => {
    expect(commands(w)).not.toMatch(/\$\{\{/)
  })

  it('ends: every job has a limit', () => {
    for (const job of Object.values(w.jobs)) {
      if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(45)
    }
  })

  it('calls only scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const called = [...commands(w).matchAll(/npm (?:run )?([\w:]+)/g)].map((m) => m[1] ?? '')
    const own = called.filter((name) => !['ci', 'pack', 'sbom'].includes(name))
    expect(own.filter((name) => scripts[name] === undefined)).toEqual([])
    for (const [, script] of commands(w).matchAll(/node (scripts\/\S+)/g))
      expect(existsSync(join(root, script ?? ''))).toBe(true)
  })
})

it('a release is built on the three systems, tested before, with checksums and a bill of materials', () => {
  const { jobs } = workflow('release.yml')
  const needs = (name: string): unknown => (jobs[name] as { needs?: unknown } | undefined)?.needs
  expect([needs('build'), needs('publish')]).toEqual(['test', 'build'])
  const matrix = (jobs['build'] as { strategy?: { matrix: { os: string[] } } } | undefined)?.strategy?.matrix
  expect(matrix?.os.map((os) => os.replace(/-.*/, ''))).toEqual(['ubuntu', 'windows', 'macos'])
  const all = commands(workflow('release.yml'))
  for (const part of ['npm run package', 'package-sbom.mjs', 'sha256sum', 'gh release create'])
    expect(all).toContain(part)
  expect(jobs['publish']?.permissions).toEqual({
    contents: 'write',
    'id-token': 'write',
    attestations: 'write',
  })
})
