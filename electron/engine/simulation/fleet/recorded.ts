/** A message of a recording. */
export interface RecordedMessage {
  /** Since the first message of the recording, ms; 0 where it has no times. */
  atMs: number
  topic: string
  payload: Buffer
  /** Who published it, where the recording says so. */
  client: string | null
}

/** The messages of a recording in their order. */
export interface Recorded {
  readonly messages: readonly RecordedMessage[]
  /** It says when its messages were sent. */
  readonly timed: boolean
}

/** Where publishers find the recordings that their scenario names. */
export interface Recordings {
  /** @throws ApiError `unavailable` for one that was not read */
  get(file: string): Recorded
}
