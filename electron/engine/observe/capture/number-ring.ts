/**
 * A number for each of the last so many ascending numbers: what a map would do, without a table that grows and is
 * thrown away. A number that was overwritten by a newer one is not known any more.
 */
export class NumberRing {
  private readonly keys: Float64Array
  private readonly values: Float64Array
  private readonly mask: number

  /** @param capacity numbers remembered at least */
  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)))
    this.mask = slots - 1
    this.keys = new Float64Array(slots)
    this.values = new Float64Array(slots)
  }

  /** @param key 1 or more */
  set(key: number, value: number): void {
    this.keys[key & this.mask] = key
    this.values[key & this.mask] = value
  }

  /** 0 for a key that is not known. */
  get(key: number): number {
    return this.keys[key & this.mask] === key ? (this.values[key & this.mask] as number) : 0
  }

  clear(): void {
    this.keys.fill(0)
  }
}
