/** A captured message of one topic, and whom it has reached. Times are clock ms since the run began. */
export interface SentMessage {
  /** Number of its journey. */
  journey: number
  /** Capture number of its first PUBLISH. */
  seq: number
  publishedMs: number
  /** Null for a message of the broker itself. */
  publisher: string | null
  /** Its first 8 KiB; null where they were not asked for. */
  payload: Uint8Array | null
  /** The payload is longer than what is given, or than what is kept. */
  truncated: boolean
  /** Whether it has come to the broker; null while it may still come. */
  atBroker: boolean | null
  /** Subscribers the broker has sent it to. */
  sentTo: number
  /** Those of them that have it, and when the first and the last of these got it; null where there is none. */
  received: number
  firstMs: number | null
  lastMs: number | null
  /** Those that will not get it any more, and the names of the first few. */
  missed: number
  missedBy: string[]
}

/** The newest captured messages of a topic, by time of publishing. */
export interface TopicMessages {
  messages: SentMessage[]
  /** The capture has earlier ones. */
  more: boolean
}

/** Messages of one answer at most. */
export const MOST_MESSAGES = 400
