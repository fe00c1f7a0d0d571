/** Why a file cannot be played, in one line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
}

/** Reads a file from its bytes as they come. */
export interface RecordingReader {
  /** @throws RecordingError where the rest cannot be read; so does `end` */
  push(chunk: Buffer): void | Promise<void>
  end(): void | Promise<void>
}
