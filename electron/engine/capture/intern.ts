/** Numbers for names, given back when nobody refers to them any more, so that a churn of names cannot grow. 0 stands for none. */
export class Interner {
  protected readonly names: (string | undefined)[] = [undefined]
  private readonly refs: number[] = [0]
  private readonly spare: number[] = []

  /** Names that are in use. */
  get size(): number {
    return this.names.length - 1 - this.spare.length
  }

  name(ix: number): string {
    return this.names[ix] ?? ''
  }

  retain(ix: number): void {
    this.refs[ix] = (this.refs[ix] ?? 0) + 1
  }

  /** True when that was the last reference and the number is free again. */
  release(ix: number): boolean {
    if (ix === 0) return false
    const left = (this.refs[ix] ?? 0) - 1
    this.refs[ix] = left
    if (left > 0) return false
    this.forget(ix)
    this.names[ix] = undefined
    this.spare.push(ix)
    return true
  }

  protected add(name: string): number {
    const ix = this.spare.pop() ?? this.names.length
    this.names[ix] = name
    this.refs[ix] = 0
    return ix
  }

  /** Hook for subclasses: the name at `ix` goes away. */
  protected forget(_ix: number): void {
    return
  }
}

/** Interns UTF-8 names straight from a packet's bytes: no string is made for a name already known. */
export class ByteInterner extends Interner {
  private readonly bytes: (Uint8Array | undefined)[] = [undefined]
  private readonly hashes: number[] = [0]
  /** First name of each hash; names of equal hash are chained. */
  private readonly heads = new Map<number, number>()
  private readonly chain: number[] = [0]

  /** The number of the name in `b[from, to)`. */
  intern(b: Buffer, from: number, to: number): number {
    let h = 0x811c9dc5
    for (let i = from; i < to; i++) h = Math.imul(h ^ (b[i] as number), 0x01000193)
    h |= 0
    const head = this.heads.get(h) ?? 0
    for (let ix = head; ix !== 0; ix = this.chain[ix] ?? 0) if (this.equals(ix, b, from, to)) return ix
    const ix = this.add(b.toString('utf8', from, to))
    this.bytes[ix] = Uint8Array.prototype.slice.call(b, from, to)
    this.hashes[ix] = h
    this.chain[ix] = head
    this.heads.set(h, ix)
    return ix
  }

  private equals(ix: number, b: Buffer, from: number, to: number): boolean {
    const own = this.bytes[ix]
    if (own?.length !== to - from) return false
    for (let i = 0; i < own.length; i++) if (own[i] !== b[from + i]) return false
    return true
  }

  protected override forget(ix: number): void {
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
    this.bytes[ix] = undefined
  }
}
