/** Seconds of history behind a sparkline. */
const SPARK_SECONDS = 30
const SLOTS = 32
/** Full seconds over which a rate is averaged. */
const RATE_SECONDS = 10
const CHUNK = 1024

interface Chunk {
  readonly messages: Uint32Array
  readonly bytes: Uint32Array
  /** Second that was counted last, per counter. */
  readonly last: Float64Array
  readonly first: Float64Array
}

/** Counters of messages and bytes per second over the last 30 s, one per topic or branch, in common arrays: counting is O(1). */
export class SecondCounters {
  private readonly chunks: Chunk[] = []
  private used = 0

  /** A new counter's number. */
  add(): number {
    const ix = this.used++
    if (ix % CHUNK === 0) {
      this.chunks.push({
        messages: new Uint32Array(CHUNK * SLOTS),
        bytes: new Uint32Array(CHUNK * SLOTS),
        last: new Float64Array(CHUNK).fill(-1),
        first: new Float64Array(CHUNK).fill(-1),
      })
    }
    return ix
  }

  count(ix: number, atMs: number, bytes: number): void {
    const second = Math.floor(atMs / 1000)
    const chunk = this.chunk(ix)
    const i = ix % CHUNK
    const base = i * SLOTS
    const last = chunk.last[i] as number
    if (second > last) {
      const from = last < 0 || second - last >= SLOTS ? second - SLOTS + 1 : last + 1
      for (let s = from; s <= second; s++) {
        const at = base + (s & (SLOTS - 1))
        chunk.messages[at] = 0
        chunk.bytes[at] = 0
      }
      chunk.last[i] = second
      if (last < 0) chunk.first[i] = second
    }
    if (second <= last - SLOTS) return
    const at = base + (second & (SLOTS - 1))
    chunk.messages[at] = (chunk.messages[at] as number) + 1
    chunk.bytes[at] = (chunk.bytes[at] as number) + bytes
  }

  /** Messages in each of the last 30 seconds, the running one included, oldest first. */
  spark(ix: number, nowMs: number): number[] {
    const now = Math.floor(nowMs / 1000)
    return Array.from({ length: SPARK_SECONDS }, (_, k) => this.messagesIn(ix, now - SPARK_SECONDS + 1 + k))
  }

  /** Average over the last 10 full seconds, or since the first message if that is less; at least one second. */
  rate(ix: number, nowMs: number): { messages: number; bytes: number } {
    const chunk = this.chunk(ix)
    const now = Math.floor(nowMs / 1000)
    const first = chunk.first[ix % CHUNK] as number
    const seconds = Math.max(1, Math.min(RATE_SECONDS, now - first))
    // Within its first second a topic is counted by that second itself.
    const to = first === now ? now : now - 1
    let messages = 0
    let bytes = 0
    for (let s = to - seconds + 1; s <= to; s++) {
      if (!this.holds(ix, s)) continue
      const at = (ix % CHUNK) * SLOTS + (s & (SLOTS - 1))
      messages += chunk.messages[at] as number
      bytes += chunk.bytes[at] as number
    }
    return { messages: messages / seconds, bytes: bytes / seconds }
  }

  clear(): void {
    this.chunks.length = 0
    this.used = 0
  }

  private messagesIn(ix: number, second: number): number {
    return this.holds(ix, second)
      ? (this.chunk(ix).messages[(ix % CHUNK) * SLOTS + (second & (SLOTS - 1))] as number)
      : 0
  }

  private holds(ix: number, second: number): boolean {
    const last = this.chunk(ix).last[ix % CHUNK] as number
    return second >= 0 && second <= last && second > last - SLOTS
  }

  private chunk(ix: number): Chunk {
    return this.chunks[Math.floor(ix / CHUNK)] as Chunk
  }
}
