const SIZE = 65_536

/** The last changed packets and exchanges, for any number of readers, each with its own place; recording costs no more with many. */
export class ChangeLog {
  private readonly entries = new Float64Array(SIZE)
  /** Changes recorded so far. */
  count = 0

  add(id: number): void {
    this.entries[this.count++ & (SIZE - 1)] = id
  }

  /**
   * Calls `visit` for every change since `from`, oldest first, repeats included.
   * @returns false when some of them are overwritten already; the reader must look at everything again
   */
  since(from: number, visit: (id: number) => void): boolean {
    const start = Math.max(from, this.count - SIZE)
    for (let i = start; i < this.count; i++) visit(this.entries[i & (SIZE - 1)] as number)
    return start === from
  }
}
