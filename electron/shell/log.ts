import type { LogLine, Note } from '../contract/model'
import { printable, printableLines } from '../contract/printable'

/** Writes warnings and errors of the engine to standard error; the page shows the rest. */
export function logLine(line: LogLine): void {
  if (line.level !== 'info') process.stderr.write(`${line.level}: ${printable(line.note.text)}\n`)
}

/** Writes what a page gets to know to standard error, too. */
export const logNote = (level: LogLine['level'], note: Note): void => logLine({ atMs: 0, level, note })

/** Writes a failure that is nobody's fault outside to standard error. */
export function logFault(where: string, thrown: unknown): void {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  process.stderr.write(`error: ${printable(where)}: ${printableLines(text)}\n`)
}
