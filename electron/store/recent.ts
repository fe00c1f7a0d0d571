import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ApiError } from '../contract/errors'
import { printable } from '../contract/printable'
import { MAX_SCENARIO_CHARS } from '../contract/scenario-file'
import type { RecentFile } from '../contract/workspace'
import { codeOf, writeAtomically } from '../engine/base/atomic-file'
import { note } from '../engine/base/notes'
import { JsonFile, type StoreDeps } from './json-file'
import { KINDS, type RecentEntry } from './kinds'

/** Files kept in the list. */
const MAX_RECENT = 10

const WHY: Record<string, string> = {
  ENOENT: 'it no longer exists',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
}

/**
 * Text of a scenario file.
 * @throws ApiError `not-found` that says why it cannot be read
 */
export async function readScenarioText(path: string): Promise<string> {
  const name = basename(path)
  try {
    const { size } = await stat(path)
    if (size > MAX_SCENARIO_CHARS) throw new ApiError('bad-scenario', `${name}: is over 4 MB`)
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (thrown instanceof ApiError) throw thrown
    const code = codeOf(thrown) || 'unreadable'
    const values = { name, why: WHY[code] ?? code, whyCode: `read-${code}` }
    const about = note('file-unreadable', '{name} cannot be read: {why}', values)
    throw new ApiError('not-found', about.text, [], about)
  }
}

/** A scenario that was opened: its file, or the text a browser handed over. */
export type Opened = { path: string; name?: never } | { name: string; text: string; path?: never }

/** Scenario files that were open not long ago. Of one without a path, which a browser does not tell, a copy is kept. */
export class RecentFiles {
  private entries: RecentEntry[] = []
  private readonly file: JsonFile<RecentEntry[]>
  private readonly copies: string

  constructor(
    folder: string,
    private readonly deps: StoreDeps,
  ) {
    this.file = new JsonFile<RecentEntry[]>(folder, KINDS.recent, deps)
    this.copies = join(folder, 'recent')
  }

  async load(): Promise<void> {
    this.entries = (await this.file.read()) ?? []
  }

  list(): RecentFile[] {
    return this.entries.map(({ id, name, path, atMs }) => ({
      id,
      name: printable(name),
      folder: path === null ? null : dirname(path),
      atMs,
    }))
  }

  async add(opened: Opened): Promise<void> {
    const path = opened.path ?? null
    const name = opened.name ?? basename(opened.path)
    const id = randomBytes(8).toString('hex')
    if (opened.path === undefined) {
      await mkdir(this.copies, { recursive: true, mode: 0o700 })
      await writeAtomically(this.copyOf(id), opened.text)
    }
    const same = (e: RecentEntry): boolean =>
      path === null ? e.path === null && e.name === name : e.path === path
    await this.change((now) => [{ id, name, path, atMs: this.deps.now() }, ...now.filter((e) => !same(e))])
  }

  /** @throws ApiError `not-found` when it is gone; it then leaves the list */
  async open(id: string): Promise<{ name: string; path: string | null; text: string }> {
    const entry = this.entries.find((e) => e.id === id)
    if (!entry) throw new ApiError('not-found', 'that file is no longer in the list')
    const { name, path } = entry
    try {
      return { name, path, text: await readScenarioText(path ?? this.copyOf(id)) }
    } catch (thrown) {
      await this.change((now) => now.filter((e) => e.id !== id))
      throw thrown
    }
  }

  clear(): Promise<void> {
    return this.change(() => [])
  }

  private async change(edit: (now: RecentEntry[]) => RecentEntry[]): Promise<void> {
    let dropped: RecentEntry[] = []
    this.entries = await this.file.update((now) => {
      const next = edit(now).slice(0, MAX_RECENT)
      dropped = now.filter((e) => !next.some((n) => n.id === e.id))
      return next
    })
    for (const e of dropped) if (e.path === null) await rm(this.copyOf(e.id), { force: true })
  }

  private copyOf(id: string): string {
    return join(this.copies, `${id}.txt`)
  }
}
