import type { TopicMessage } from '../../../contract/model'
import type { QoS } from '../../../contract/packet'

/** Messages kept per topic. */
export const HISTORY = 50
/** Up to so many bytes a loop copies faster than a call. */
const SHORT_BYTES = 64
/** Of a payload this much is kept. */
export const PAYLOAD_BYTES = 4096
/** What is left of the last payload of a topic when memory is short. */
const PREVIEW_BYTES = 800
/** What one message costs besides its payload, roughly. */
const ENTRY_BYTES = 160

/** Numbers for each message: when, length of its payload, of which so many bytes are kept from so far on, and flags. */
const ROW = 5
const BYTES = 1
const STORED = 2
const FROM = 3
const FLAGS = 4
/** Bytes of payloads that a new topic has room for. */
const FIRST_BYTES = 32
/** A ring so many times as long as it has to be is shortened. */
const SPARE = 4
/** Flags: the QoS, and the RETAIN flag. */
const RETAIN = 4

export interface PublishedMessage {
  topic: string
  /** Null for a message of the broker itself. */
  clientId: string | null
  qos: QoS
  retain: boolean
  payload: Buffer
  /** Clock ms. */
  atMs: number
}

/**
 * The last messages of one topic: 50 rows of numbers, and their payloads one behind the other in one ring of bytes, so
 * that a message makes no object that outlives it.
 */
export class TopicHistory {
  /** Rows by place; the place of the n-th message of all is n modulo 50. */
  private rows: number[] = []
  private clients: (string | null)[] = []
  /** Messages taken in so far, and those of them that are kept. */
  private taken = 0
  private kept = 0
  private ring = new Uint8Array(0)
  /** Bytes written into the ring so far; the place of a payload is its `FROM` modulo the ring's length. */
  private written = 0

  get length(): number {
    return this.kept
  }

  /** @returns by how many bytes the memory in use grew */
  add(m: PublishedMessage): number {
    const stored = Math.min(m.payload.length, PAYLOAD_BYTES)
    let grown = 0
    if (this.kept === HISTORY) this.kept--
    else grown += ENTRY_BYTES
    grown += this.makeRoom(stored)
    const { rows, ring } = this
    const at = this.written % ring.length
    if (stored <= SHORT_BYTES) for (let i = 0; i < stored; i++) ring[at + i] = m.payload[i] as number
    else ring.set(stored === m.payload.length ? m.payload : m.payload.subarray(0, stored), at)
    const place = this.taken % HISTORY
    const row = place * ROW
    rows[row] = m.atMs
    rows[row + BYTES] = m.payload.length
    rows[row + STORED] = stored
    rows[row + FROM] = this.written
    rows[row + FLAGS] = m.qos + (m.retain ? RETAIN : 0)
    this.clients[place] = m.clientId
    this.written += stored
    this.taken++
    this.kept++
    return grown
  }

  /** Gives up the older half, or the end of the only payload. @returns bytes freed */
  shrink(): number {
    if (this.kept === 0) return 0
    if (this.kept === 1) {
      const row = this.row(this.taken - 1)
      this.rows[row + STORED] = Math.min(this.rows[row + STORED] as number, PREVIEW_BYTES)
      return -this.resize(Math.min(this.ring.length, this.used()))
    }
    const gone = Math.floor(this.kept / 2)
    this.kept -= gone
    return gone * ENTRY_BYTES - this.resize(this.used())
  }

  /** Newest first. */
  messages(): TopicMessage[] {
    return Array.from({ length: this.kept }, (_, i) => this.message(this.taken - 1 - i))
  }

  last(): { qos: QoS; payload: Uint8Array } | undefined {
    if (this.kept === 0) return undefined
    const row = this.row(this.taken - 1)
    return { qos: this.qos(row), payload: this.payload(row) }
  }

  private message(n: number): TopicMessage {
    const row = this.row(n)
    const bytes = this.rows[row + BYTES] as number
    return {
      atMs: this.rows[row] as number,
      clientId: this.clients[n % HISTORY] ?? null,
      qos: this.qos(row),
      retain: ((this.rows[row + FLAGS] as number) & RETAIN) !== 0,
      bytes,
      payload: this.payload(row).slice(),
      truncated: (this.rows[row + STORED] as number) < bytes,
    }
  }

  private row(n: number): number {
    return (n % HISTORY) * ROW
  }

  private qos(row: number): QoS {
    return ((this.rows[row + FLAGS] as number) & 3) as QoS
  }

  private payload(row: number): Uint8Array {
    const at = (this.rows[row + FROM] as number) % Math.max(1, this.ring.length)
    return this.ring.subarray(at, at + (this.rows[row + STORED] as number))
  }

  /** Bytes of all payloads that are kept. */
  private used(): number {
    let sum = 0
    for (let n = this.taken - this.kept; n < this.taken; n++) sum += this.rows[this.row(n) + STORED] as number
    return sum
  }

  /** Moves on to where so many bytes fit in one piece. @returns by how many bytes the ring grew */
  private makeRoom(bytes: number): number {
    const size = this.ring.length
    const left = size - (this.written % Math.max(1, size))
    const lapped = left < bytes
    const from = lapped ? this.written + left : this.written
    const oldest = this.kept === 0 ? from : (this.rows[this.row(this.taken - this.kept) + FROM] as number)
    if (size > 0 && from + bytes - oldest <= size && !(lapped && size > this.roomFor(bytes) * SPARE)) {
      this.written = from
      return 0
    }
    return this.resize(this.roomFor(bytes))
  }

  /** A ring for what is kept and so many bytes more, with some air: what fits exactly would be moved for every message. */
  private roomFor(bytes: number): number {
    return Math.ceil((this.used() + bytes) * 1.5) + FIRST_BYTES
  }

  private resize(size: number): number {
    const old = this.ring
    const ring = new Uint8Array(size)
    let at = 0
    for (let n = this.taken - this.kept; n < this.taken; n++) {
      const row = this.row(n)
      ring.set(this.payload(row), at)
      this.rows[row + FROM] = at
      at += this.rows[row + STORED] as number
    }
    this.ring = ring
    this.written = at
    return size - old.length
  }
}
