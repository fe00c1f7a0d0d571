import { randomBytes } from 'node:crypto'
import { readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../engine/base/process-alive'
import { JsonFile, type StoreDeps } from './json-file'
import { sessionKind, type SessionData } from './kinds'

/** A change is on the disk this long after it was made, plus the time of writing; later changes do not put it off. */
const AUTOSAVE_MS = 400
/** A process that lives tells so this often; one that was not heard of for `DEAD_MS` is another with its number. */
const ALIVE_MS = 15_000
const DEAD_MS = 60_000

const SESSION = /^(session-[0-9a-f]+)\.json$/

/** A run of the program that did not end properly. */
export interface Crashed {
  data: SessionData
  forget(): Promise<void>
}

const names = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

/** Sessions in the folder whose process is gone, the latest first. */
export async function findCrashed(folder: string, deps: StoreDeps): Promise<Crashed[]> {
  const found: Crashed[] = []
  for (const name of await names(folder)) {
    const id = SESSION.exec(name)?.[1]
    if (id === undefined) continue
    const file = new JsonFile(folder, sessionKind(id), deps)
    const data = await file.read()
    if (!data || (isAlive(data.pid) && (await heardOf(file.path, deps.now())))) continue
    found.push({ data, forget: () => file.remove() })
  }
  return found.sort((a, b) => b.data.savedAtMs - a.data.savedAtMs)
}

async function heardOf(path: string, nowMs: number): Promise<boolean> {
  const { mtimeMs } = await stat(path)
  return Math.abs(nowMs - mtimeMs) < DEAD_MS
}

const PART = /^\..+\.(\d+)\.\d+\.part$/

/** Removes what writes that were cut off left behind. */
export async function sweepParts(folder: string): Promise<void> {
  for (const name of await names(folder)) {
    const pid = PART.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true })
  }
}

/** Keeps the open scenario on the disk while the program runs, so that a crash loses at most the last second. */
export class Autosave {
  private readonly file: JsonFile<SessionData | null>
  private timer: NodeJS.Timeout | undefined
  private alive: NodeJS.Timeout | undefined
  private ended = false

  /**
   * @param snapshot of what is open, taken when it is written; null while nothing is
   * @param onFault told when writing failed, e.g. on a full disk; the next change tries again
   */
  constructor(
    folder: string,
    private readonly deps: StoreDeps,
    private readonly snapshot: () => SessionData | null,
    private readonly onFault: (thrown: unknown) => void,
  ) {
    this.file = new JsonFile(folder, sessionKind(`session-${randomBytes(6).toString('hex')}`), deps)
  }

  /** Something changed. */
  touch(): void {
    if (this.ended) return
    this.timer ??= setTimeout(() => void this.flush(), AUTOSAVE_MS)
    this.alive ??= setInterval(() => void this.heartbeat(), ALIVE_MS).unref()
  }

  /** Writes now what waits to be written. Never throws. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    const data = this.snapshot()
    if (!data || this.ended) return
    await this.file.write(data).catch(this.onFault)
  }

  /**
   * The program ends.
   * @param keep leaves what is open to be offered at the next start
   */
  async end(keep: boolean): Promise<void> {
    if (keep) await this.flush()
    this.ended = true
    clearTimeout(this.timer)
    clearInterval(this.alive)
    if (!keep) await this.file.remove().catch(this.onFault)
  }

  private async heartbeat(): Promise<void> {
    const now = this.deps.now() / 1000
    await utimes(this.file.path, now, now).catch(() => undefined /* nothing was written yet */)
  }
}
