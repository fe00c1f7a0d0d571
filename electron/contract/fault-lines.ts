import type { ErrorDetail } from './errors'
import { printable } from './printable'

/** Lines of one refusal at most; of the rest their number is said. */
const MOST_LINES = 10

/** What is wrong, each fault once and ten at most. */
export function faultLines(all: readonly string[]): string[] {
  const lines = [...new Set(all)]
  if (lines.length <= MOST_LINES) return lines
  return [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`]
}

/** What is wrong in a file: for each fault where it stands, what was found and what is allowed. */
export const fileFaults = (name: string, details: readonly ErrorDetail[]): string[] =>
  faultLines(details.map((d) => `${name}: ${printable(d.path || 'file')}: found ${d.found}; ${d.expected}`))
