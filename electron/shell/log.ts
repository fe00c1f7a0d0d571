import type { LogLine } from '../contract/model'

/** Writes a line of the engine's log to standard error. */
export function logLine(line: LogLine): void {
  process.stderr.write(`${line.level}: ${line.note.text}\n`)
}

/** Writes a failure that is nobody's fault outside to standard error. */
export function logFault(where: string, thrown: unknown): void {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  process.stderr.write(`error: ${where}: ${text}\n`)
}
