/** Entries up to which a scan is cheaper than hashing. */
const SMALL = 8

/**
 * A map with numbers for keys that mostly holds a few entries and has one added and one removed for every message: a
 * `Map` then allocates a new table every few messages. Iterates in the order of insertion, as a `Map` does.
 */
export class SmallMap<V> {
  private keys: number[] = []
  private list: V[] = []
  private large: Map<number, V> | null = null

  get size(): number {
    return this.large?.size ?? this.keys.length
  }

  get(key: number): V | undefined {
    if (this.large !== null) return this.large.get(key)
    const at = this.keys.indexOf(key)
    return at < 0 ? undefined : this.list[at]
  }

  /** A key that is there keeps its place. */
  set(key: number, value: V): void {
    if (this.large !== null) {
      this.large.set(key, value)
      return
    }
    const at = this.keys.indexOf(key)
    if (at >= 0) {
      this.list[at] = value
    } else if (this.keys.length < SMALL) {
      this.keys.push(key)
      this.list.push(value)
    } else {
      this.large = new Map(this.keys.map((k, i) => [k, this.list[i] as V]))
      this.large.set(key, value)
      this.keys = []
      this.list = []
    }
  }

  delete(key: number): boolean {
    if (this.large !== null) {
      const had = this.large.delete(key)
      if (this.large.size === 0) this.large = null
      return had
    }
    const at = this.keys.indexOf(key)
    if (at < 0) return false
    this.keys.splice(at, 1)
    this.list.splice(at, 1)
    return true
  }

  /** Gives every key the same value. */
  fill(value: V): void {
    this.list.fill(value)
    if (this.large !== null) for (const key of this.large.keys()) this.large.set(key, value)
  }

  values(): Iterable<V> {
    return this.large?.values() ?? this.list
  }

  clear(): void {
    this.keys = []
    this.list = []
    this.large = null
  }
}
