/**
 * Numbers for UTF-8 names, read straight from a packet's bytes: no string is made for a name already known. A number
 * is given back when nobody refers to it any more, so that a churn of names cannot grow. 0 stands for no name.
 */
export class ByteInterner {
  private readonly names: (string | undefined)[] = [undefined]
  private readonly bytes: (Uint8Array | undefined)[] = [undefined]
  private readonly refs: number[] = [0]
  private readonly hashes: number[] = [0]
  private readonly spare: number[] = []
  /** First name of each hash; names of equal hash are chained. */
  private readonly heads = new Map<number, number>()
  private readonly chain: number[] = [0]

  /** Names that are in use. */
  get size(): number {
    return this.names.length - 1 - this.spare.length
  }

  name(ix: number): string {
    return this.names[ix] ?? ''
  }

  /** The number of the name in `b[from, to)`; it must be retained before the next release. */
  intern(b: Buffer, from: number, to: number): number {
    let h = 0x811c9dc5
    for (let i = from; i < to; i++) h = Math.imul(h ^ (b[i] as number), 0x01000193)
    h |= 0
    const head = this.heads.get(h) ?? 0
    for (let ix = head; ix !== 0; ix = this.chain[ix] ?? 0) if (this.equals(ix, b, from, to)) return ix
    const ix = this.spare.pop() ?? this.names.length
    this.names[ix] = b.toString('utf8', from, to)
    this.refs[ix] = 0
    this.bytes[ix] = Uint8Array.prototype.slice.call(b, from, to)
    this.hashes[ix] = h
    this.chain[ix] = head
    this.heads.set(h, ix)
    return ix
  }

  retain(ix: number): void {
    this.refs[ix] = (this.refs[ix] ?? 0) + 1
  }

  release(ix: number): void {
    if (ix === 0) return
    const left = (this.refs[ix] ?? 0) - 1
    this.refs[ix] = left
    if (left <= 0) this.forget(ix)
  }

  private forget(ix: number): void {
    const h = this.hashes[ix] as number
    const next = this.chain[ix] ?? 0
    let before = this.heads.get(h) ?? 0
    if (before === ix) {
      if (next === 0) this.heads.delete(h)
      else this.heads.set(h, next)
    } else {
      while (this.chain[before] !== ix) before = this.chain[before] ?? 0
      this.chain[before] = next
    }
    this.names[ix] = this.bytes[ix] = undefined
    this.spare.push(ix)
  }

  private equals(ix: number, b: Buffer, from: number, to: number): boolean {
    const own = this.bytes[ix]
    if (own?.length !== to - from) return false
    for (let i = 0; i < own.length; i++) if (own[i] !== b[from + i]) return false
    return true
  }
}
