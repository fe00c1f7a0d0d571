import { ColumnRing } from './column-ring'

/**
 * A number for each of the last so many ascending numbers: what a map would do, without a table that grows and is
 * thrown away. A number that was overwritten by a newer one is not known any more.
 */
export class NumberRing extends ColumnRing {
  private keys = this.f64()
  private values = this.f64()

  /** @param key 1 or more */
  set(key: number, value: number): void {
    if (this.rows < this.slots) {
      const old = this.keys[this.at(key)] as number
      this.makeRoom(key, old !== 0 && old !== key)
    }
    const i = this.at(key)
    this.keys[i] = key
    this.values[i] = value
  }

  /** 0 for a key that is not known. */
  get(key: number): number {
    const i = this.at(key)
    return this.keys[i] === key ? (this.values[i] as number) : 0
  }

  clear(): void {
    this.keys.fill(0)
  }

  protected override numberAt(i: number): number {
    return this.keys[i] as number
  }
}
