import type { LogLine } from '../contract/model'

/** Writes warnings and errors of the engine to standard error; the page shows the rest. */
export function logLine(line: LogLine): void {
  if (line.level !== 'info') process.stderr.write(`${line.level}: ${line.note.text}\n`)
}

/** Writes a failure that is nobody's fault outside to standard error. */
export function logFault(where: string, thrown: unknown): void {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  process.stderr.write(`error: ${where}: ${text}\n`)
}
