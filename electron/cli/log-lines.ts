import { counted, was } from '../contract/counted'
import type { LogLine } from '../contract/model'
import { printable } from '../contract/printable'

/** Lines that are written in one second at most. */
const MOST_LINES = 50
const SECOND_MS = 1000

export interface LogLinesParts {
  write(text: string): void
  /** ms of a clock that never jumps. */
  nowMs?(): number
  /** Does a step after so many ms, unless the program ends before. */
  later?(step: () => void, ms: number): void
}

/**
 * Log lines for standard error, a limited number in each second: what a client does over and over must neither fill a disk nor
 * keep the broker busy writing about it. How many were left out is said when the second is over.
 */
export class LogLines {
  private beganMs = -Infinity
  private written = 0
  private leftOut = 0
  private readonly parts: Required<LogLinesParts>

  constructor(parts: LogLinesParts) {
    this.parts = {
      nowMs: () => performance.now(),
      later: (step, ms) => void setTimeout(step, ms).unref(),
      ...parts,
    }
  }

  /** @param line without its end */
  add(line: string): void {
    const { write, nowMs, later } = this.parts
    const now = nowMs()
    if (now - this.beganMs >= SECOND_MS && this.leftOut === 0) {
      this.beganMs = now
      this.written = 0
    }
    if (this.written < MOST_LINES) {
      this.written++
      write(`${line}\n`)
      return
    }
    if (this.leftOut++ === 0) later(() => this.tell(), Math.max(0, this.beganMs + SECOND_MS - now))
  }

  private tell(): void {
    const lines = this.leftOut
    this.leftOut = 0
    this.parts.write(
      `warn: ${counted(lines, 'more line')} ${was(lines)} left out: at most ${MOST_LINES} are written in a second\n`,
    )
  }
}

/** A log for standard error. However many warnings there are, errors are written: each kind has lines of its own. */
export function limitedLog(write: (text: string) => void): (level: LogLine['level'], text: string) => void {
  const [lines, errors] = [new LogLines({ write }), new LogLines({ write })]
  return (level, text) => (level === 'error' ? errors : lines).add(`${level}: ${printable(text)}`)
}
