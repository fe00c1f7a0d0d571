import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { codeOf } from '../engine/base/atomic-file'

/** Text that is put together before it is written. */
const BATCH_CHARS = 65_536
/** Bytes that may wait for whoever reads a pipe. */
const MAX_WAITING_BYTES = 67_108_864

/** Writes all of it, and gives how many bytes were taken; throws what the file system throws. */
export type WriteBytes = (file: number, bytes: Uint8Array) => number

/**
 * Lines that are written to a file while they come. Writing to a disk is waited for, so that no line is kept in memory and
 * whoever sends the packets is slowed down to what the disk takes. A pipe that nobody empties has lines wait up to 64 MiB.
 */
export class RecordFile {
  private readonly file: number
  private batch = ''
  private waiting: Buffer | null = null
  private failure: string | null = null

  /**
   * Opens the file, and empties it.
   * @param path of a file or a pipe
   * @param onFailure called once when no more can be written, with the reason; the lines after that are left out
   * @throws what the file system throws
   */
  constructor(
    path: string,
    private readonly onFailure: (why: string) => void,
    private readonly writeBytes: WriteBytes = writeSync,
  ) {
    // Windows has no O_NONBLOCK; undefined adds no bit.
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants
    this.file = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK)
  }

  /** Why the file ends before its time; null as long as it is whole. */
  get failed(): string | null {
    return this.failure
  }

  line(text: string): void {
    if (this.failure !== null) return
    this.batch += `${text}\n`
    if (this.batch.length >= BATCH_CHARS) this.flush()
  }

  /** Writes what waits to be written. */
  flush(): void {
    if (this.failure !== null || (this.batch === '' && this.waiting === null)) return
    const more = Buffer.from(this.batch)
    this.batch = ''
    let rest = this.waiting === null ? more : Buffer.concat([this.waiting, more])
    try {
      while (rest.length > 0) rest = rest.subarray(this.writeBytes(this.file, rest))
    } catch (thrown) {
      if (codeOf(thrown) !== 'EAGAIN') {
        this.fail(codeOf(thrown) === 'ENOSPC' ? 'the disk is full' : messageOf(thrown))
        return
      }
      if (rest.length > MAX_WAITING_BYTES) {
        this.fail('whoever reads it is too slow')
        return
      }
    }
    this.waiting = rest.length > 0 ? rest : null
  }

  /** Writes the rest and closes the file. */
  close(): void {
    this.flush()
    if (this.waiting !== null) this.fail('whoever reads it did not take the rest')
    closeSync(this.file)
  }

  private fail(why: string): void {
    this.waiting = null
    this.batch = ''
    if (this.failure !== null) return
    this.failure = why
    this.onFailure(why)
  }
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
