import { isValidTopic } from '../../contract/topics'
import type { Recorded, RecordedMessage } from '../simulation/fleet/recorded'

/** A PUBLISH as a file tells it. */
export interface Seen {
  /** Unix time, or since any moment, ms; null where the file has no times. */
  atMs: number | null
  topic: string
  /** Null when not all of it is in the file. */
  payload: Buffer | null
  client: string | null
  /** The broker sent it to the client. */
  downlink: boolean
  /** 0 at QoS 0, and where the file does not say. */
  packetId: number
  dup: boolean
}

/** What may be kept of recordings. */
export interface Room {
  messages: number
  bytes: number
}

/** What a file gave, and what of it cannot be played. */
export interface Collected extends Recorded {
  /** Messages whose payload or topic is not, or not whole, in the file. */
  notKept: number
  /** Messages for which there was no room. */
  beyond: number
}

/** Longest topic name that is played, in characters. */
const MAX_TOPIC = 16_384

/**
 * Takes each message once: as its publisher sent it, without repetitions. Where a file has nothing that clients sent, what
 * the broker sent to the first client that got anything.
 */
export class Collector {
  private messages: RecordedMessage[] = []
  private downlink = false
  private receiver: string | null = null
  private timed = true
  private firstMs: number | null = null
  private lastMs = 0
  private notKept = 0
  private beyond = 0
  private readonly room: Room
  /** By client and packet identifier: what a repetition is compared with. */
  private readonly latest = new Map<string, Pick<RecordedMessage, 'topic' | 'payload'>>()

  constructor(private readonly all: Readonly<Room>) {
    this.room = { ...all }
  }

  take(s: Seen): void {
    if (!this.isWanted(s)) return
    if (s.payload === null || s.topic.length > MAX_TOPIC || !isValidTopic(s.topic)) this.notKept++
    else if (!this.isRepeated(s, s.payload)) this.keep(s, s.payload)
  }

  end(): Collected {
    const { timed, notKept, beyond } = this
    return { messages: this.messages, timed: timed && this.firstMs !== null, notKept, beyond }
  }

  private isWanted(s: Seen): boolean {
    if (!s.downlink) {
      if (this.downlink) this.beginAgain()
      return true
    }
    if (!this.downlink && this.messages.length + this.notKept + this.beyond > 0) return false
    if (!this.downlink) this.receiver = s.client
    this.downlink = true
    return s.client === this.receiver
  }

  private beginAgain(): void {
    this.downlink = false
    this.messages = []
    this.notKept = this.beyond = this.lastMs = 0
    this.firstMs = null
    this.latest.clear()
    Object.assign(this.room, this.all)
  }

  private isRepeated(s: Seen, payload: Buffer): boolean {
    if (s.packetId === 0) return false
    const key = `${s.packetId} ${s.client ?? ''}`
    const before = this.latest.get(key)
    if (s.dup && before?.topic === s.topic && before.payload.equals(payload)) return true
    if (this.latest.size < this.all.messages) this.latest.set(key, { topic: s.topic, payload })
    return false
  }

  private keep(s: Seen, payload: Buffer): void {
    if (this.room.messages < 1 || this.room.bytes < payload.length) {
      this.beyond++
      return
    }
    this.room.messages--
    this.room.bytes -= payload.length
    if (s.atMs === null) this.timed = false
    else this.firstMs ??= s.atMs
    // A clock that was set back stands still for as long.
    this.lastMs = Math.max(this.lastMs, (s.atMs ?? 0) - (this.firstMs ?? 0))
    this.messages.push({ atMs: this.lastMs, topic: s.topic, payload, client: s.client })
  }
}
