/** One line of the table: what is measured, what must hold, and the script that measures it. */
export interface BenchRow {
  what: string
  hold: string
  /** Script in this folder; prints one JSON object `{measured, kept}` as its last line. */
  script: string
  args?: readonly string[]
}

/** What a script found: as text, and whether it is within what must hold. */
export interface BenchResult {
  measured: string
  kept: boolean
}

/** The numbers the project holds itself to, in order. */
export const ROWS: readonly BenchRow[] = [
  {
    what: '1,000 devices x 10 msg/s, QoS 1, all captured, page attached',
    hold: 'under 50 % of one core, p99 loop delay under 10 ms',
    script: 'fleet-rate.ts',
  },
  {
    what: 'the same with one subscriber of everything',
    hold: 'no promise, for comparison',
    script: 'fleet-rate.ts',
    args: ['--subscriber'],
  },
  {
    what: '10,000 devices connect in memory',
    hold: 'under 3 s, under 40 KiB each',
    script: 'connect-fleet.ts',
  },
]
