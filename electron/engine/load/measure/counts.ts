/** Counts by text, at most a number of different texts; the rest goes under `other`. */
export class TextCounts {
  private readonly counts = new Map<string, number>()
  total = 0

  constructor(private readonly maxTexts = 100) {}

  add(text: string, n = 1): void {
    const key = this.counts.has(text) || this.counts.size < this.maxTexts ? text : 'other'
    this.counts.set(key, (this.counts.get(key) ?? 0) + n)
    this.total += n
  }

  addAll(other: Readonly<Record<string, number>>): void {
    for (const [text, n] of Object.entries(other)) this.add(text, n)
  }

  /** The most frequent first. */
  toRecord(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort((a, b) => b[1] - a[1]))
  }
}
