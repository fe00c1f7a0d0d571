const isDigit = (c: number): boolean => c >= 48 && c <= 57

function digitsEnd(s: string, at: number): number {
  while (at < s.length && isDigit(s.charCodeAt(at))) at++
  return at
}

/** Compares two runs of digits by value, however long they are. */
function compareDigits(a: string, b: string): number {
  const x = a.replace(/^0+/, '')
  const y = b.replace(/^0+/, '')
  if (x.length !== y.length) return x.length - y.length
  return x < y ? -1 : x > y ? 1 : 0
}

/** Order of names as people read them: numbers by value, so that sensor-2 comes before sensor-10. */
export function naturalOrder(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(j)
    if (isDigit(x) && isDigit(y)) {
      const [endA, endB] = [digitsEnd(a, i), digitsEnd(b, j)]
      const difference = compareDigits(a.slice(i, endA), b.slice(j, endB))
      if (difference !== 0) return difference
      i = endA
      j = endB
    } else if (x !== y) return x - y
    else {
      i++
      j++
    }
  }
  return a.length - i - (b.length - j) || (a < b ? -1 : a > b ? 1 : 0)
}
