/**
 * Sets of sequence numbers as flat, ascending, half-open ranges that do not touch: [from, to, from, to].
 * All functions are pure and take linear time.
 */
export type Ranges = readonly number[]

/** Ranges of ascending numbers; equal neighbours are allowed. */
export function rangesOf(numbers: Iterable<number>): number[] {
  const out: number[] = []
  for (const n of numbers) addRange(out, n, n + 1)
  return out
}

/** Appends a range that begins at or after the last one's beginning. */
export function addRange(out: number[], from: number, to: number): void {
  if (to <= from) return
  const last = out.length - 1
  if (last > 0 && from <= (out[last] as number)) out[last] = Math.max(out[last] as number, to)
  else out.push(from, to)
}

export function countOf(r: Ranges): number {
  let n = 0
  for (let i = 0; i < r.length; i += 2) n += (r[i + 1] as number) - (r[i] as number)
  return n
}

export function union(a: Ranges, b: Ranges): number[] {
  const out: number[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const first = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number))
    if (first) {
      addRange(out, a[i] as number, a[i + 1] as number)
      i += 2
    } else {
      addRange(out, b[j] as number, b[j + 1] as number)
      j += 2
    }
  }
  return out
}

/** What is in `a` and not in `b`. */
export function subtract(a: Ranges, b: Ranges): number[] {
  const out: number[] = []
  let j = 0
  for (let i = 0; i < a.length; i += 2) {
    let from = a[i] as number
    const to = a[i + 1] as number
    while (j < b.length && (b[j + 1] as number) <= from) j += 2
    for (let k = j; k < b.length && (b[k] as number) < to; k += 2) {
      addRange(out, from, Math.min(to, b[k] as number))
      from = Math.max(from, b[k + 1] as number)
    }
    addRange(out, from, to)
  }
  return out
}

/** Flat ranges from a foreign file are well formed: integers, ascending, not touching. */
export function areRanges(r: readonly number[]): boolean {
  if (r.length % 2 !== 0) return false
  return r.every((n, i) => Number.isSafeInteger(n) && n >= 0 && (i === 0 || n > (r[i - 1] as number)))
}
