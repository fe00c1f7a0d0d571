/** Entries up to which a scan is cheaper than hashing. */
const SMALL = 8

/** Shared until the first entry: most of ten thousand devices never need a list of their own. */
const EMPTY: unknown[] = []

/**
 * A map with numbers for keys that mostly holds a few entries and has one added and one removed for every message: a
 * `Map` then allocates a new table every few messages. Iterates in the order of insertion, as a `Map` does.
 */
export class SmallMap<V> {
  /** Keys and values in turn; what stands behind the last entry is kept as room for the next. */
  private slots: (number | V | undefined)[] = EMPTY as (number | V | undefined)[]
  private count = 0
  private large: Map<number, V> | null = null

  get size(): number {
    return this.large?.size ?? this.count
  }

  get(key: number): V | undefined {
    if (this.large !== null) return this.large.get(key)
    const at = this.find(key)
    return at < 0 ? undefined : (this.slots[at + 1] as V)
  }

  /** A key that is there keeps its place. */
  set(key: number, value: V): void {
    if (this.large !== null) {
      this.large.set(key, value)
      return
    }
    const at = this.find(key)
    if (at >= 0) this.slots[at + 1] = value
    else if (this.count < SMALL) this.append(key, value)
    else {
      this.large = new Map(this.entries())
      this.large.set(key, value)
      this.empty()
    }
  }

  delete(key: number): boolean {
    if (this.large !== null) {
      const had = this.large.delete(key)
      if (this.large.size === 0) this.large = null
      return had
    }
    const at = this.find(key)
    if (at < 0) return false
    const { slots } = this
    const end = 2 * --this.count
    for (let i = at; i < end; i++) slots[i] = slots[i + 2]
    slots[end + 1] = undefined
    return true
  }

  /** Gives every key the same value. */
  fill(value: V): void {
    for (let i = 0; i < this.count; i++) this.slots[2 * i + 1] = value
    if (this.large !== null) for (const key of this.large.keys()) this.large.set(key, value)
  }

  values(): Iterable<V> {
    return this.large?.values() ?? this.entries().map(([, value]) => value)
  }

  clear(): void {
    this.empty()
    this.large = null
  }

  private find(key: number): number {
    const { slots } = this
    const end = 2 * this.count
    for (let i = 0; i < end; i += 2) if (slots[i] === key) return i
    return -1
  }

  private append(key: number, value: V): void {
    const end = 2 * this.count++
    if (this.slots.length === 0) this.slots = [key, value]
    else {
      this.slots[end] = key
      this.slots[end + 1] = value
    }
  }

  private empty(): void {
    this.slots = EMPTY as (number | V | undefined)[]
    this.count = 0
  }

  private entries(): [number, V][] {
    return Array.from({ length: this.count }, (_, i) => [
      this.slots[2 * i] as number,
      this.slots[2 * i + 1] as V,
    ])
  }
}
