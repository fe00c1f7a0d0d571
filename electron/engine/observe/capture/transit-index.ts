import type { PacketTable } from './packet-table'

const STRAYS = 10_000

/**
 * Finds the capture number of a transit. PacketTransit identifiers ascend, so the column of them is searched and mostly
 * guessed right; one that comes out of order (a stray) is remembered by itself until it settles.
 */
export class TransitIndex {
  private last = 0
  private readonly strays = new Map<number, number>()
  private readonly strayIds = new Map<number, number>()

  constructor(private readonly packets: PacketTable) {}

  /** A packet has just been taken in. */
  add(transitId: number, seq: number): void {
    const t = this.packets
    if (transitId > this.last) {
      this.last = transitId
      t.transit[t.at(seq)] = transitId
      return
    }
    // Keeps the column in order: the sign tells a stray, the value its place.
    t.transit[t.at(seq)] = -this.last
    if (this.strays.size >= STRAYS) this.clear()
    this.strays.set(transitId, seq)
    this.strayIds.set(seq, transitId)
  }

  /** PacketTransit identifier of a packet that is kept. */
  idOf(seq: number): number | undefined {
    const t = this.packets
    if (!t.has(seq)) return undefined
    const id = t.transit[t.at(seq)] as number
    return id > 0 ? id : this.strayIds.get(seq)
  }

  /** Capture number of a transit that settles now; 0 when its packet is not kept. */
  settle(transitId: number): number {
    const t = this.packets
    const guess = t.next - 1 - (this.last - transitId)
    if (t.has(guess) && t.transit[t.at(guess)] === transitId) return guess
    if (this.strays.size === 0) return this.search(transitId)
    const stray = this.strays.get(transitId)
    if (stray === undefined) return this.search(transitId)
    this.strays.delete(transitId)
    this.strayIds.delete(stray)
    return t.has(stray) ? stray : 0
  }

  clear(): void {
    this.strays.clear()
    this.strayIds.clear()
  }

  private search(transitId: number): number {
    const t = this.packets
    let low = t.first
    let high = t.next - 1
    // The first packet whose place is not before the one looked for: strays stand behind their place's owner.
    while (low < high) {
      const mid = Math.floor((low + high) / 2)
      if (Math.abs(t.transit[t.at(mid)] as number) < transitId) low = mid + 1
      else high = mid
    }
    return t.has(low) && t.transit[t.at(low)] === transitId ? low : 0
  }
}
