import { CsvError, parse, type Parser } from 'csv-parse'
import { unguarded } from '../base/csv'
import type { Collector } from './collector'
import { RecordingError, type RecordingReader } from './reader'
import { cellsOf, messageOf, type Cell } from './row'

const MAX_RECORD = 4_194_304

/** A table with the names of its columns in the first row, such as this program saves. */
export class CsvReader implements RecordingReader {
  private readonly parser: Parser
  private columns: { names: string[]; cells: Partial<Record<Cell, string>>; guarded: boolean } | null = null
  private failed: Error | null = null
  private ended: Promise<void>

  constructor(private readonly collector: Collector) {
    this.parser = parse({
      bom: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
      max_record_size: MAX_RECORD,
    })
    this.ended = new Promise((done) => {
      const fail = (thrown: unknown): void => {
        this.failed ??= thrown instanceof Error ? thrown : new Error(String(thrown))
        done()
      }
      this.parser.on('error', fail)
      this.parser.on('end', done)
      this.parser.on('data', (row: string[]) => {
        try {
          if (this.failed === null) this.row(row)
        } catch (thrown) {
          fail(thrown)
        }
      })
    })
  }

  async push(chunk: Buffer): Promise<void> {
    this.check()
    if (this.parser.write(chunk)) return
    await Promise.race([new Promise((done) => this.parser.once('drain', done)), this.ended])
  }

  async end(): Promise<void> {
    this.check()
    this.parser.end()
    await this.ended
    this.check()
  }

  private row(values: string[]): void {
    if (this.columns === null) {
      const cells = cellsOf(values)
      if (cells.topic === undefined)
        throw new RecordingError(
          `line 1: found the columns ${values.join(', ').slice(0, 200)}; expected topic and payload among them`,
        )
      this.columns = { names: values, cells, guarded: cells.missing !== undefined }
      return
    }
    const { names, cells, guarded } = this.columns
    this.collector.take(
      messageOf((cell) => {
        const name = cells[cell]
        const value = name === undefined ? undefined : values[names.indexOf(name)]
        return guarded && value !== undefined ? unguarded(value) : value
      }),
    )
  }

  /** @throws RecordingError */
  private check(): void {
    const { failed } = this
    if (failed === null) return
    if (failed instanceof CsvError) throw new RecordingError(failed.message)
    const line = `line ${this.parser.info.lines}: `
    throw failed instanceof RecordingError && this.columns !== null
      ? new RecordingError(line + failed.message)
      : failed
  }
}
