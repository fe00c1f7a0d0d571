import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { codeOf, writeAtomically, type FileSystem } from '../engine/base/atomic-file'

/** One kind of file the program keeps for itself. */
export interface FileKind<T> {
  /** Name without `.json`. */
  name: string
  /** Version that is written, from 1. */
  version: number
  schema: z.ZodType<T>
  fallback: T
  /** `upgrades[i]` makes data of version i + 1 into data of version i + 2. */
  upgrades?: readonly ((data: unknown) => unknown)[]
}

/** Told of a file that could not be read and was put aside. */
export type OnCorrupt = (file: string, keptAs: string, why: string) => void

export interface StoreDeps {
  /** Unix ms. */
  now(): number
  onCorrupt: OnCorrupt
  /** @default the real one */
  io?: FileSystem & Pick<typeof fs, 'readFile'>
}

const envelope = z.object({ kind: z.string(), version: z.int().min(1), data: z.unknown() })

/** No such file, or a file where its folder should be, which writing then tells of. */
const isMissing = (e: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(e))

const firstLine = (thrown: unknown): string => {
  const text =
    thrown instanceof z.ZodError
      ? z.prettifyError(thrown)
      : thrown instanceof Error
        ? thrown.message
        : String(thrown)
  return text.split('\n')[0] ?? 'not readable'
}

/** The text of a file as its latest version's data. @throws Error that says what is wrong */
function readVersioned<T>(kind: FileKind<T>, text: string): T {
  const file = envelope.parse(JSON.parse(text))
  if (file.kind !== `fleetlab-${kind.name}`) throw new Error(`holds ${file.kind}`)
  if (file.version > kind.version)
    throw new Error(`has version ${file.version}, written by a newer MQTT Fleet Lab`)
  let data = file.data
  for (let v = file.version; v < kind.version; v++) {
    const upgrade = kind.upgrades?.[v - 1]
    if (!upgrade) throw new Error(`has version ${v}, which is no longer supported`)
    data = upgrade(data)
  }
  return kind.schema.parse(data)
}

/** The text that `readVersioned` reads. */
export const versionedText = <T>(kind: FileKind<T>, data: T): string =>
  `${JSON.stringify({ kind: `fleetlab-${kind.name}`, version: kind.version, data })}\n`

/**
 * One file of the user's data folder: written whole or not at all, one access after another, and never lost to a
 * mistake of its own: what cannot be read is put aside as `<name>.json.corrupt-<time>` and told of.
 */
export class JsonFile<T> {
  readonly path: string
  private queue: Promise<unknown> = Promise.resolve()
  private readonly io: FileSystem & Pick<typeof fs, 'readFile'>

  constructor(
    private readonly folder: string,
    private readonly kind: FileKind<T>,
    private readonly deps: StoreDeps,
  ) {
    this.path = join(folder, `${kind.name}.json`)
    this.io = deps.io ?? fs
  }

  /** Null when there is no such file, or none that can be read. */
  read(): Promise<T | null> {
    return this.inTurn(() =>
      this.look().catch((thrown: unknown) => {
        const why = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
        this.deps.onCorrupt(this.path, this.path, firstLine(why))
        return null
      }),
    )
  }

  /**
   * Changes what is in the file now, so that a second program's change is not undone; resolves to what was written.
   * @throws what the file system throws; the file is then as it was
   */
  update(change: (now: T) => T): Promise<T> {
    return this.inTurn(async () => {
      const next = change((await this.look()) ?? this.kind.fallback)
      await this.put(next)
      return next
    })
  }

  write(data: T): Promise<void> {
    return this.inTurn(() => this.put(data))
  }

  remove(): Promise<void> {
    return this.inTurn(() => this.io.rm(this.path, { force: true }))
  }

  /** Resolves when everything asked for so far is done. */
  async idle(): Promise<void> {
    await this.queue
  }

  private inTurn<R>(run: () => Promise<R>): Promise<R> {
    const done = this.queue.then(run)
    this.queue = done.catch(() => undefined /* told to the caller, who holds `done` */)
    return done
  }

  private async put(data: T): Promise<void> {
    await this.io.mkdir(this.folder, { recursive: true, mode: 0o700 })
    await writeAtomically(this.path, versionedText(this.kind, data), this.io)
  }

  /** @throws what the file system throws, also where a broken file cannot be put aside; the cause is then what is wrong with it */
  private async look(): Promise<T | null> {
    let text: string
    try {
      text = await this.io.readFile(this.path, 'utf8')
    } catch (thrown) {
      if (isMissing(thrown)) return null
      throw thrown
    }
    try {
      return readVersioned(this.kind, text)
    } catch (thrown) {
      const aside = `${this.path}.corrupt-${this.deps.now()}`
      await this.io.rename(this.path, aside).catch((failed: unknown) => {
        if (failed instanceof Error) failed.cause = thrown
        throw failed
      })
      this.deps.onCorrupt(this.path, aside, firstLine(thrown))
      return null
    }
  }
}
