import type { PacketTable } from './packet-table'

const STRAYS = 10_000

/**
 * Finds the capture number of a passage. Passage identifiers ascend, so the column of them is searched and mostly
 * guessed right; one that comes out of order (a stray) is remembered by itself until it settles.
 */
export class PassageIndex {
  private last = 0
  private readonly strays = new Map<number, number>()
  private readonly strayIds = new Map<number, number>()

  constructor(private readonly packets: PacketTable) {}

  /** A packet has just been taken in. */
  add(passageId: number, seq: number): void {
    const t = this.packets
    if (passageId > this.last) {
      this.last = passageId
      t.passage[t.at(seq)] = passageId
      return
    }
    // Keeps the column in order: the sign tells a stray, the value its place.
    t.passage[t.at(seq)] = -this.last
    if (this.strays.size >= STRAYS) this.clear()
    this.strays.set(passageId, seq)
    this.strayIds.set(seq, passageId)
  }

  /** Passage identifier of a packet that is kept. */
  idOf(seq: number): number | undefined {
    const t = this.packets
    if (!t.has(seq)) return undefined
    const id = t.passage[t.at(seq)] as number
    return id > 0 ? id : this.strayIds.get(seq)
  }

  /** Capture number of a passage that settles now; 0 when its packet is not kept. */
  settle(passageId: number): number {
    const t = this.packets
    const guess = t.next - 1 - (this.last - passageId)
    if (t.has(guess) && t.passage[t.at(guess)] === passageId) return guess
    if (this.strays.size === 0) return this.search(passageId)
    const stray = this.strays.get(passageId)
    if (stray === undefined) return this.search(passageId)
    this.strays.delete(passageId)
    this.strayIds.delete(stray)
    return t.has(stray) ? stray : 0
  }

  clear(): void {
    this.strays.clear()
    this.strayIds.clear()
  }

  private search(passageId: number): number {
    const t = this.packets
    let low = t.first
    let high = t.next - 1
    // The first packet whose place is not before the one looked for: strays stand behind their place's owner.
    while (low < high) {
      const mid = Math.floor((low + high) / 2)
      if (Math.abs(t.passage[t.at(mid)] as number) < passageId) low = mid + 1
      else high = mid
    }
    return t.has(low) && t.passage[t.at(low)] === passageId ? low : 0
  }
}
