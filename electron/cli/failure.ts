import { CommanderError } from 'commander'
import { ApiError } from '../contract/errors'
import { printable, printableLines } from '../contract/printable'
import { EXIT } from './command'

/** A wrong argument or file of the user: one line for each fault, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** The faults after the first. */
  readonly more: readonly string[]

  constructor(first = '', ...more: readonly string[]) {
    super(first)
    this.more = more
  }
}

/** How a failure ends the process: its exit code and the lines to print, one for each fault; null when they were printed. */
export interface Ending {
  code: number
  line: string | null
}

const oneLine = (text: string): string => printable(text.trim().replace(/\s*\n\s*/g, ' '))

const linesOf = (faults: readonly string[]): string =>
  faults.map((fault) => `fleetlab: ${oneLine(fault)}`).join('\n')

/** Messages for the failures that a user can fix; others keep their stack, since they are ours. */
export function endingOf(thrown: unknown): Ending {
  if (thrown instanceof CommanderError) {
    // help and version arrive here too, already printed
    return { code: thrown.exitCode === 0 ? EXIT.done : EXIT.usage, line: null }
  }
  if (thrown instanceof ApiError && thrown.code === 'unconfirmed') {
    const host = thrown.details[0]?.found ?? ''
    const line = `fleetlab: ${oneLine(thrown.message)}; to allow it, add --allow-host ${printable(host)}`
    return { code: EXIT.usage, line }
  }
  if (thrown instanceof UsageError) {
    return { code: EXIT.usage, line: linesOf([thrown.message, ...thrown.more]) }
  }
  if (thrown instanceof ApiError && thrown.code !== 'internal') {
    return { code: EXIT.usage, line: linesOf(thrown.message.split('\n')) }
  }
  if (thrown instanceof Error && 'syscall' in thrown) {
    return { code: EXIT.usage, line: `fleetlab: ${oneLine(thrown.message)}` }
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return { code: EXIT.thresholds, line: `fleetlab failed: ${printableLines(text)}` }
}
