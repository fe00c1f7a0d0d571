/** What the ledger keeps of one offered message. */
export interface Entry {
  readonly sequence: number
  readonly atMs: number
  /** Clock ms after which what has not arrived is lost; Infinity while something may still repeat it. */
  readonly deadlineMs: number
  /** Subscribers it is expected at. */
  readonly expected: number
  /** The first subscriber it reached; most messages have one. */
  first: string | null
  firstCopies: number
  /** The other subscribers it reached, with the copies each got. */
  others: Map<string, number> | null
  /** Its loss has been counted. */
  writtenOff: boolean
}

/** Counts one more copy at a subscriber and says how many there were before. */
export function addCopy(entry: Entry, subscriber: string): number {
  entry.first ??= subscriber
  if (entry.first === subscriber) return entry.firstCopies++
  entry.others ??= new Map()
  const before = entry.others.get(subscriber) ?? 0
  entry.others.set(subscriber, before + 1)
  return before
}

/** Subscribers a message has reached. */
export const reached = (entry: Entry): number => (entry.first === null ? 0 : 1) + (entry.others?.size ?? 0)

/** The messages of one publisher, by sequence number; the oldest settled ones are forgotten. */
export class Book {
  /** Messages in the order of their sequence numbers, which a publisher counts up by one; gaps are null. */
  private entries: (Entry | null)[] = []
  /** Sequence number of the first place. */
  private first = 1
  /** Places at the front that were forgotten and wait to be cut off. */
  private forgotten = 0
  /** Highest sequence number each subscriber has had on each topic. */
  private readonly highest = new Map<string, number>()
  /** So many places behind the forgotten ones are settled. */
  private settled = 0

  /** @param entry with a sequence number above all before */
  add(entry: Entry): void {
    if (this.entries.length === 0) this.first = entry.sequence
    while (this.first + this.entries.length < entry.sequence) this.entries.push(null)
    this.entries.push(entry)
  }

  get(sequence: number): Entry | undefined {
    return this.entries[sequence - this.first] ?? undefined
  }

  /** True when a later message of the publisher reached this subscriber on this topic before. */
  isOvertaken(subscriber: string, topic: string, sequence: number): boolean {
    const stream = `${subscriber}\n${topic}`
    const highest = this.highest.get(stream) ?? 0
    if (sequence > highest) this.highest.set(stream, sequence)
    return sequence < highest
  }

  /**
   * Walks the open entries, oldest first; `visit` says whether the entry is settled now.
   * @param keep settled entries kept, so that a late duplicate is still known as one
   */
  sweep(keep: number, visit: (entry: Entry) => boolean): void {
    let leading = true
    for (let i = this.forgotten + this.settled; i < this.entries.length; i++) {
      const entry = this.entries[i] ?? null
      if (entry !== null && !visit(entry)) leading = false
      else if (leading) this.settled++
    }
    while (this.settled > keep) {
      this.entries[this.forgotten++] = null
      this.settled--
    }
    if (this.forgotten * 2 <= this.entries.length) return
    this.entries = this.entries.slice(this.forgotten)
    this.first += this.forgotten
    this.forgotten = 0
  }
}
