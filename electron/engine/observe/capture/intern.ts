const FIRST_NAMES = 64
/** Names up to this many bytes lie side by side in one block, since each is compared with every packet that bears it. */
const SHORT = 32

function grown(old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const more = new Int32Array(old.length * 2)
  more.set(old)
  return more
}

/**
 * Numbers for UTF-8 names, read straight from a packet's bytes: no string is made for a name already known. A number
 * is given back when nobody refers to it any more, so that a churn of names cannot grow. 0 stands for no name.
 */
export class ByteInterner {
  private readonly names: (string | undefined)[] = [undefined]
  private readonly spare: number[] = []
  private refs = new Int32Array(FIRST_NAMES)
  private hashes = new Int32Array(FIRST_NAMES)
  /** Names of the same bucket are chained. */
  private chain = new Int32Array(FIRST_NAMES)
  private lengths = new Int32Array(FIRST_NAMES)
  private short = new Uint8Array(FIRST_NAMES * SHORT)
  private readonly long = new Map<number, Uint8Array>()
  /** First name of each bucket, by the last bits of the hash. */
  private buckets = new Int32Array(FIRST_NAMES)

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
    let ix = this.buckets[h & (this.buckets.length - 1)] as number
    while (ix !== 0 && !(this.hashes[ix] === h && this.equals(ix, b, from, to))) ix = this.chain[ix] as number
    return ix === 0 ? this.add(h, b, from, to) : ix
  }

  retain(ix: number): void {
    this.refs[ix] = (this.refs[ix] as number) + 1
  }

  release(ix: number): void {
    if (ix === 0) return
    const left = (this.refs[ix] as number) - 1
    this.refs[ix] = left
    if (left <= 0) this.forget(ix)
  }

  private add(h: number, b: Buffer, from: number, to: number): number {
    const ix = this.spare.pop() ?? this.names.length
    if (ix >= this.refs.length) this.grow()
    this.names[ix] = b.toString('utf8', from, to)
    this.refs[ix] = 0
    this.hashes[ix] = h
    this.lengths[ix] = to - from
    if (to - from > SHORT) this.long.set(ix, Uint8Array.prototype.slice.call(b, from, to))
    else for (let i = from; i < to; i++) this.short[ix * SHORT + i - from] = b[i] as number
    this.enter(ix)
    return ix
  }

  private enter(ix: number): void {
    const bucket = (this.hashes[ix] as number) & (this.buckets.length - 1)
    this.chain[ix] = this.buckets[bucket] as number
    this.buckets[bucket] = ix
  }

  private grow(): void {
    this.refs = grown(this.refs)
    this.hashes = grown(this.hashes)
    this.chain = grown(this.chain)
    this.lengths = grown(this.lengths)
    const short = new Uint8Array(this.short.length * 2)
    short.set(this.short)
    this.short = short
    this.buckets = new Int32Array(this.buckets.length * 2)
    for (let ix = 1; ix < this.names.length; ix++) if (this.names[ix] !== undefined) this.enter(ix)
  }

  private forget(ix: number): void {
    const bucket = (this.hashes[ix] as number) & (this.buckets.length - 1)
    const next = this.chain[ix] as number
    let before = this.buckets[bucket] as number
    if (before === ix) this.buckets[bucket] = next
    else {
      while (this.chain[before] !== ix) before = this.chain[before] as number
      this.chain[before] = next
    }
    this.names[ix] = undefined
    this.long.delete(ix)
    this.spare.push(ix)
  }

  private equals(ix: number, b: Buffer, from: number, to: number): boolean {
    if (this.lengths[ix] !== to - from) return false
    const long = to - from > SHORT ? this.long.get(ix) : undefined
    const own = long ?? this.short
    const at = long === undefined ? ix * SHORT : 0
    for (let i = 0; i < to - from; i++) if (own[at + i] !== b[from + i]) return false
    return true
  }
}
