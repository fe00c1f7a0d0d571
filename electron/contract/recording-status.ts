import type { ExchangeCounts } from './inspect-report'

/** A capture file that is open. */
export interface RecordingStatus {
  /** Of the file, without its folder. */
  name: string
  /** Another number for every file that was opened. */
  revision: number
  frames: number
  clients: number
  exchanges: Pick<ExchangeCounts, 'complete' | 'unfinished' | 'repeated'>
  /** Bytes that were sent and are not in the file, and those that could not be read. */
  missingBytes: number
  unreadBytes: number
  malformed: number
  /** Of a run that was kept: what its scenario is called, and its seed; null of any other capture. */
  run: { name: string; seed: number } | null
}
