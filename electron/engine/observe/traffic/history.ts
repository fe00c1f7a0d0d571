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
/** What one entry costs besides its payload, roughly. */
const ENTRY_BYTES = 160

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

interface Entry {
  atMs: number
  clientId: string | null
  qos: QoS
  retain: boolean
  bytes: number
  payload: Uint8Array
  stored: number
}

/** The last messages of one topic, written over in place when there are 50. */
export class TopicHistory {
  private entries: Entry[] = []
  /** Place of the oldest entry once the list is full. */
  private oldest = 0

  get length(): number {
    return this.entries.length
  }

  /** @returns by how many bytes the memory in use grew */
  add(m: PublishedMessage): number {
    const stored = Math.min(m.payload.length, PAYLOAD_BYTES)
    let entry = this.entries.length < HISTORY ? undefined : this.entries[this.oldest]
    let grown = 0
    if (entry) {
      this.oldest = (this.oldest + 1) % HISTORY
    } else {
      entry = {
        atMs: 0,
        clientId: null,
        qos: 0,
        retain: false,
        bytes: 0,
        payload: new Uint8Array(stored),
        stored,
      }
      this.entries.push(entry)
      grown = ENTRY_BYTES + stored
    }
    if (entry.payload.length < stored || entry.payload.length > 4 * stored + 64) {
      grown += stored - entry.payload.length
      entry.payload = new Uint8Array(stored)
    }
    const { payload } = entry
    if (stored <= SHORT_BYTES) for (let i = 0; i < stored; i++) payload[i] = m.payload[i] as number
    else payload.set(stored === m.payload.length ? m.payload : m.payload.subarray(0, stored))
    entry.stored = stored
    entry.atMs = m.atMs
    entry.clientId = m.clientId
    entry.qos = m.qos
    entry.retain = m.retain
    entry.bytes = m.payload.length
    return grown
  }

  /** Gives up the older half, or the end of the only payload. @returns bytes freed */
  shrink(): number {
    const ordered = this.ordered()
    const last = ordered.at(-1)
    if (!last) return 0
    if (ordered.length === 1) {
      if (last.payload.length <= PREVIEW_BYTES) return 0
      const freed = last.payload.length - PREVIEW_BYTES
      last.payload = last.payload.slice(0, PREVIEW_BYTES)
      last.stored = Math.min(last.stored, PREVIEW_BYTES)
      return freed
    }
    const gone = ordered.splice(0, Math.floor(ordered.length / 2))
    this.entries = ordered
    this.oldest = 0
    return gone.reduce((n, e) => n + e.payload.length + ENTRY_BYTES, 0)
  }

  /** Newest first. */
  messages(): TopicMessage[] {
    return this.ordered()
      .reverse()
      .map((e) => ({
        atMs: e.atMs,
        clientId: e.clientId,
        qos: e.qos,
        retain: e.retain,
        bytes: e.bytes,
        payload: e.payload.slice(0, e.stored),
        truncated: e.stored < e.bytes,
      }))
  }

  last(): { qos: QoS; payload: Uint8Array } | undefined {
    const n = this.entries.length
    const entry = n < HISTORY ? this.entries[n - 1] : this.entries[(this.oldest + HISTORY - 1) % HISTORY]
    return entry && { qos: entry.qos, payload: entry.payload.subarray(0, entry.stored) }
  }

  private ordered(): Entry[] {
    return [...this.entries.slice(this.oldest), ...this.entries.slice(0, this.oldest)]
  }
}
