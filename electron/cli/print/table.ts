import { printable } from '../../contract/printable'

/** A table of text: the first column to the left, all others to the right, two spaces between. */
export function textTable(head: readonly string[], content: readonly (readonly string[])[]): string {
  const rows = content.map((cells) => cells.map(printable))
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((c, i) => (i === 0 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].map((l) => `${l}\n`).join('')
}
