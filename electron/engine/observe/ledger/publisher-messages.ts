/** Numbers for each message: when it was due, its deadline, subscribers it is expected at, and its state. */
const ROW = 4
const DEADLINE = 1
const EXPECTED = 2
const STATE = 3

/** State of a place that holds no message: a gap, or one forgotten. */
const NONE = -1
/** Otherwise the copies that the first subscriber got, times two, and one more once the loss has been counted. */
const WRITTEN_OFF = 1
const COPY = 2

/**
 * The messages of one publisher, by sequence number; the oldest settled ones are forgotten. Kept as numbers: an object
 * for each of 200,000 messages would be moved about by the collector.
 */
export class PublisherMessages {
  /** In the order of sequence numbers, which a publisher counts up by one. */
  private rows: number[] = []
  /** The first subscriber each message reached; most have one. */
  private firsts: (string | null)[] = []
  /** Copies at other subscribers, by sequence number. */
  private others: Map<number, Map<string, number>> | null = null
  /** Sequence number of the first place. */
  private first = 1
  /** Places at the front that were forgotten and wait to be cut off. */
  private forgotten = 0
  /** Highest sequence number each subscriber has had on each topic. */
  private readonly highest = new Map<string, number>()
  /** So many places behind the forgotten ones are settled. */
  private settled = 0

  /**
   * @param sequence above all before
   * @param atMs clock ms at which it was due
   * @param deadlineMs clock ms after which what has not arrived is lost; Infinity while something may still repeat it
   * @param expected subscribers it is expected at
   */
  add(sequence: number, atMs: number, deadlineMs: number, expected: number): void {
    if (this.firsts.length === 0) this.first = sequence
    while (this.first + this.firsts.length < sequence) this.push(0, 0, 0, NONE)
    this.push(atMs, deadlineMs, expected, 0)
  }

  /** Place of a message; -1 when it is not known. Holds until the next `add` or `sweep`. */
  find(sequence: number): number {
    const place = sequence - this.first
    return place >= 0 && place < this.firsts.length && this.state(place) !== NONE ? place : -1
  }

  atMs(place: number): number {
    return this.rows[place * ROW] as number
  }

  deadlineMs(place: number): number {
    return this.rows[place * ROW + DEADLINE] as number
  }

  /** Subscribers it is expected at and has not reached. */
  missing(place: number): number {
    const others = this.others?.get(this.first + place)?.size ?? 0
    return (this.rows[place * ROW + EXPECTED] as number) - (this.firsts[place] === null ? 0 : 1) - others
  }

  isWrittenOff(place: number): boolean {
    return (this.state(place) & WRITTEN_OFF) !== 0
  }

  writeOff(place: number): void {
    this.rows[place * ROW + STATE] = this.state(place) | WRITTEN_OFF
  }

  /** Counts one more copy at a subscriber and says how many there were before. */
  addCopy(place: number, subscriber: string): number {
    this.firsts[place] ??= subscriber
    if (this.firsts[place] === subscriber) {
      const before = this.state(place)
      this.rows[place * ROW + STATE] = before + COPY
      return before >> 1
    }
    this.others ??= new Map()
    const sequence = this.first + place
    const copies = this.others.get(sequence) ?? new Map<string, number>()
    this.others.set(sequence, copies)
    const before = copies.get(subscriber) ?? 0
    copies.set(subscriber, before + 1)
    return before
  }

  /** True when a later message of the publisher reached this subscriber on this topic before. */
  isOvertaken(subscriber: string, topic: string, sequence: number): boolean {
    const stream = `${subscriber}\n${topic}`
    const highest = this.highest.get(stream) ?? 0
    if (sequence > highest) this.highest.set(stream, sequence)
    return sequence < highest
  }

  /**
   * Walks the open messages, oldest first; `visit` says whether the one at a place is settled now.
   * @param keep settled messages kept, so that a late duplicate is still known as one
   */
  sweep(keep: number, visit: (place: number) => boolean): void {
    let leading = true
    for (let i = this.forgotten + this.settled; i < this.firsts.length; i++) {
      if (this.state(i) !== NONE && !visit(i)) leading = false
      else if (leading) this.settled++
    }
    while (this.settled > keep) {
      this.others?.delete(this.first + this.forgotten)
      this.rows[this.forgotten++ * ROW + STATE] = NONE
      this.settled--
    }
    if (this.forgotten * 2 <= this.firsts.length) return
    this.rows = this.rows.slice(this.forgotten * ROW)
    this.firsts = this.firsts.slice(this.forgotten)
    this.first += this.forgotten
    this.forgotten = 0
  }

  private state(place: number): number {
    return this.rows[place * ROW + STATE] as number
  }

  private push(atMs: number, deadlineMs: number, expected: number, state: number): void {
    this.rows.push(atMs, deadlineMs, expected, state)
    this.firsts.push(null)
  }
}
