/** Chances as percentages with commas between: [0, 0.05] is `0,5`. */
export const lossText = (loss: readonly number[]): string =>
  loss.map((p) => String(Number((p * 100).toPrecision(6)))).join(',')

/** The inverse; null for anything but percentages from 0 to 90. Each once, ascending. */
export function parseLossList(text: string): number[] | null {
  const parts = text.split(/[,;\s]+/).filter((part) => part !== '' && part !== '%')
  const values = parts.map((part) => Number(part.replace(/%$/, '')) / 100)
  if (values.length === 0 || values.length > 50) return null
  if (!values.every((v) => Number.isFinite(v) && v >= 0 && v <= 0.9)) return null
  return [...new Set(values.map((v) => Number(v.toPrecision(8))))].sort((a, b) => a - b)
}
