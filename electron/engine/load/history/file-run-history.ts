import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runIdSchema, runInfo, type LoadRun, type LoadRunInfo } from '../../../contract/load'
import { writeAtomically, writeFailure } from '../../base/atomic-file'
import { readReport } from '../report/read'
import { MAX_RUNS, newestFirst, type RunHistory } from './run-history'

const KIND = 'fleetlab-load-run'
const fileSchema = z.object({
  kind: z.literal(KIND),
  version: z.literal(1),
  runId: runIdSchema,
  number: z.int().min(1),
  startedAtMs: z.number(),
  report: z.unknown(),
})

const NAME = /^([A-Za-z0-9-]{1,32})\.json$/
const isMissing = (e: unknown): boolean => e instanceof Error && 'code' in e && e.code === 'ENOENT'

/** @throws Error that says what is wrong with the file */
function parseRun(text: string, name: string): LoadRun {
  const { runId, number, startedAtMs, report } = fileSchema.parse(JSON.parse(text))
  return { runId, number, startedAtMs, report: readReport(JSON.stringify(report), name) }
}

/**
 * A history in a folder, one file per run. A file appears whole or not at all. One that cannot be read is put aside as
 * `.corrupt` and told of once. Several processes may share the folder: what others add and remove is seen.
 */
export class FileRunHistory implements RunHistory {
  private readonly known = new Map<string, LoadRunInfo>()
  private queue: Promise<unknown> = Promise.resolve()

  /**
   * @param folder is made when the first run is saved
   * @param onCorrupt told of each file that was put aside, with the reason
   */
  constructor(
    private readonly folder: string,
    private readonly onCorrupt: (file: string, why: string) => void,
  ) {}

  list(): Promise<LoadRunInfo[]> {
    return this.inTurn(() => this.look())
  }

  read(runId: string): Promise<LoadRun | null> {
    return this.inTurn(() => this.readFile(runId))
  }

  save(run: LoadRun): Promise<void> {
    return this.inTurn(async () => {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      const path = this.pathOf(run.runId)
      const text = `${JSON.stringify({ kind: KIND, version: 1, ...run })}\n`
      await writeAtomically(path, text).catch((thrown: unknown) => {
        throw writeFailure(`load test ${run.number}`, thrown)
      })
      this.known.set(run.runId, runInfo(run))
      for (const { runId } of (await this.look()).slice(MAX_RUNS)) await this.forget(runId)
    })
  }

  remove(runId: string): Promise<boolean> {
    return this.inTurn(() => this.forget(runId))
  }

  /** One access to the folder after another. */
  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.queue.then(run)
    this.queue = done.catch(() => undefined)
    return done
  }

  private pathOf(runId: string): string {
    return join(this.folder, `${runIdSchema.parse(runId)}.json`)
  }

  private async look(): Promise<LoadRunInfo[]> {
    const names = await readdir(this.folder).catch((e: unknown) => {
      if (isMissing(e)) return []
      throw e
    })
    const there = new Set(names.flatMap((n) => NAME.exec(n)?.[1] ?? []))
    for (const runId of this.known.keys()) if (!there.has(runId)) this.known.delete(runId)
    for (const runId of there) if (!this.known.has(runId)) await this.readFile(runId)
    return [...this.known.values()].sort(newestFirst)
  }

  private async readFile(runId: string): Promise<LoadRun | null> {
    const path = this.pathOf(runId)
    try {
      const run = parseRun(await readFile(path, 'utf8'), path)
      if (run.runId !== runId) throw new Error(`holds the run ${run.runId}`)
      this.known.set(runId, runInfo(run))
      return run
    } catch (thrown) {
      this.known.delete(runId)
      if (isMissing(thrown)) return null
      await this.putAside(path, thrown)
      return null
    }
  }

  private async putAside(path: string, thrown: unknown): Promise<void> {
    const why = thrown instanceof z.ZodError ? z.prettifyError(thrown) : String(thrown)
    await rename(path, `${path}.corrupt`)
    this.onCorrupt(`${path}.corrupt`, why.split('\n')[0] ?? 'not readable')
  }

  private async forget(runId: string): Promise<boolean> {
    const had = this.known.delete(runId)
    try {
      await rm(this.pathOf(runId))
      return true
    } catch (thrown) {
      if (isMissing(thrown)) return had
      throw thrown
    }
  }
}
