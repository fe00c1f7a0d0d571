import { subtract, type Ranges } from './ranges'

/** What one receiver got of one publisher. Sequence numbers begin at 0. */
export interface Flow {
  duplicated: number
  outOfOrder: number
  /** Missing numbers that are no longer known one by one. */
  forgotten: number
  /** @returns true when this message came for the first time */
  add(sequence: number): boolean
  /** Distinct numbers received. */
  got(): Ranges
}

/** Gaps one flow remembers before it gives up the oldest. */
const MAX_GAPS = 65_536

/**
 * Remembers the gaps rather than the messages: nothing at all for a flow in order, however long, and two numbers
 * for each run of losses.
 */
export class GapFlow implements Flow {
  duplicated = 0
  outOfOrder = 0
  forgotten = 0
  private next = 0
  /** Ranges below `next` that have not come. */
  private gaps: number[] = []

  constructor(private readonly maxGaps = MAX_GAPS) {}

  add(sequence: number): boolean {
    if (sequence === this.next) {
      this.next++
      return true
    }
    if (sequence > this.next) {
      this.gaps.push(this.next, sequence)
      this.next = sequence + 1
      if (this.gaps.length > this.maxGaps * 2) this.forget()
      return true
    }
    return this.late(sequence)
  }

  private late(sequence: number): boolean {
    let low = 0
    let high = this.gaps.length / 2
    while (low < high) {
      const mid = (low + high) >> 1
      if ((this.gaps[mid * 2 + 1] as number) <= sequence) low = mid + 1
      else high = mid
    }
    const from = this.gaps[low * 2]
    if (from === undefined || sequence < from) {
      this.duplicated++
      return false
    }
    this.outOfOrder++
    const to = this.gaps[low * 2 + 1] as number
    const rest = [from, sequence, sequence + 1, to].filter((_, i, r) => r[i & ~1] !== r[i | 1])
    this.gaps.splice(low * 2, 2, ...rest)
    return true
  }

  /** Gives up the oldest half of the gaps; their messages stay counted as missing. */
  private forget(): void {
    const old = this.gaps.splice(0, this.maxGaps & ~1)
    for (let i = 0; i < old.length; i += 2) this.forgotten += (old[i + 1] as number) - (old[i] as number)
  }

  got(): Ranges {
    return this.next === 0 ? [] : subtract([0, this.next], this.gaps)
  }
}

/**
 * One bit per message. For shared subscriptions, where each member gets a scattered part and several threads or
 * machines hold parts of one flow.
 */
export class BitFlow implements Flow {
  duplicated = 0
  outOfOrder = 0
  readonly forgotten = 0
  private bits = new Uint8Array(64)
  private end = 0
  private readonly lastOf = new Map<number, number>()

  add(sequence: number, member = 0): boolean {
    const at = sequence >>> 3
    if (at >= this.bits.length) {
      const larger = new Uint8Array(Math.max(this.bits.length * 2, at + 1))
      larger.set(this.bits)
      this.bits = larger
    }
    const bit = 1 << (sequence & 7)
    const byte = this.bits[at] as number
    if ((byte & bit) !== 0) {
      this.duplicated++
      return false
    }
    this.bits[at] = byte | bit
    if (sequence >= this.end) this.end = sequence + 1
    const last = this.lastOf.get(member) ?? -1
    if (sequence < last) this.outOfOrder++
    else this.lastOf.set(member, sequence)
    return true
  }

  got(): Ranges {
    const out: number[] = []
    let from = -1
    for (let n = 0; n <= this.end; n++) {
      const has = n < this.end && ((this.bits[n >>> 3] as number) & (1 << (n & 7))) !== 0
      if (has && from < 0) from = n
      else if (!has && from >= 0) {
        out.push(from, n)
        from = -1
      }
    }
    return out
  }
}
