import { mkdir, open, readdir, readFile, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runIdSchema, type LoadNow, type LoadRun } from '../../../contract/load'
import { keptLoadSchema } from '../../../contract/load-config'
import type { LoadProgress, SeriesPoint } from '../../../contract/load-report'
import { isAlive } from '../../base/process-alive'
import { pointSchema, progressSchema } from '../report/read'
import { cutShortReport } from './cut-short'

/** What a running test tells, one line of the journal each. */
export type JournalEntry = { point: SeriesPoint } | { progress: LoadProgress }

/** Keeps what a running load test measured, so that a crash loses the last second of it at most. */
export interface RunJournal {
  begin(run: LoadNow): void
  add(entry: JournalEntry): void
  /** The run is in the history, or gave nothing: its journal goes. */
  end(): Promise<void>
  /** Hands over the runs of programs that ended in the middle of them; each is let go once it was kept. */
  leftovers(keep: (run: LoadRun) => Promise<void>): Promise<void>
}

const NAME = /^[A-Za-z0-9-]{1,32}\.(\d+)\.journal$/
const headSchema = z.object({
  runId: runIdSchema,
  number: z.int().min(1),
  startedAtMs: z.number(),
  config: keptLoadSchema,
})

/** One line per second beside the history, each on disk before the next. A full disk costs the journal, not the run. */
export class FileJournal implements RunJournal {
  private queue: Promise<void> = Promise.resolve()
  private file: { handle: FileHandle; path: string } | null = null

  constructor(
    private readonly folder: string,
    private readonly onFault: (thrown: unknown) => void,
  ) {}

  begin({ runId, number, startedAtMs, config }: LoadNow): void {
    this.then(async () => {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      const path = join(this.folder, `${runId}.${process.pid}.journal`)
      this.file = { handle: await open(path, 'w', 0o600), path }
      await this.line({ runId, number, startedAtMs, config })
    })
  }

  add(entry: JournalEntry): void {
    this.then(() => this.line(entry))
  }

  async end(): Promise<void> {
    this.then(async () => {
      const { file } = this
      this.file = null
      await file?.handle.close()
      if (file) await rm(file.path, { force: true })
    })
    await this.queue
  }

  async leftovers(keep: (run: LoadRun) => Promise<void>): Promise<void> {
    for (const name of await readdir(this.folder).catch(() => [])) {
      const pid = NAME.exec(name)?.[1]
      if (pid === undefined || isAlive(Number(pid)) || this.file?.path.endsWith(name)) continue
      const path = join(this.folder, name)
      const run = readJournal(await readFile(path, 'utf8'))
      if (run) await keep(run)
      await rm(path, { force: true })
    }
  }

  private then(act: () => Promise<void>): void {
    this.queue = this.queue.then(act).catch((thrown: unknown) => {
      this.file = null
      this.onFault(thrown)
    })
  }

  private async line(value: unknown): Promise<void> {
    if (!this.file) return
    await this.file.handle.appendFile(`${JSON.stringify(value)}\n`)
    await this.file.handle.datasync()
  }
}

const entrySchema = z.object({ point: pointSchema.optional(), progress: progressSchema.optional() })

/** The run a journal tells of; null when it tells of none. Lines that are cut off or say something else are left out. */
export function readJournal(text: string): LoadRun | null {
  const [first = '', ...rest] = text.split('\n')
  const head = headSchema.safeParse(parsed(first))
  if (!head.success) return null
  const points: SeriesPoint[] = []
  let progress: LoadProgress | null = null
  for (const line of rest) {
    const { data: entry } = entrySchema.safeParse(parsed(line))
    if (entry?.point) points.push(entry.point)
    if (entry?.progress) progress = entry.progress
  }
  const { runId, number, startedAtMs, config } = head.data
  const report = cutShortReport({ runId, config, startedAtMs, points, progress })
  return progress === null ? null : { runId, number, startedAtMs, report }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
