import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pipeline } from 'node:stream'
import { createSecureContext } from 'node:tls'
import { parse, type CsvError } from 'csv-parse'
import { printable } from '../../../contract/printable'
import { LoadError } from './failures'

/** Who one client is; what is not said is as the run has it. PEM texts, not file names. */
export interface ClientRow {
  clientId?: string
  username?: string
  password?: string
  cert?: string
  key?: string
}

const COLUMNS = ['client_id', 'username', 'password', 'cert', 'key'] as const
type Column = (typeof COLUMNS)[number]
/** Longest line, characters. */
const LONGEST_LINE = 65_535

type Fail = (line: number, text: string) => never

/**
 * Reads a CSV file with a client on each line, the first line naming its columns: as many lines as there are clients and no
 * more, however long the file. Certificates and keys are files, found from the folder of the list.
 * @param clients of the whole run; line n is client n
 * @param needs which clients this process has
 * @throws LoadError that names file, line and what is wrong, never a password
 */
export async function readClientList(
  path: string,
  clients: number,
  needs: (client: number) => boolean,
): Promise<Map<number, ClientRow>> {
  const fail: Fail = (line, text) => {
    throw new LoadError(`--clients ${path}: ${line > 0 ? `line ${line}: ` : ''}${text}`, 'start')
  }
  const rows = new Map<number, ClientRow>()
  const reader = new RowReader(path, fail)
  let columns: Column[] | null = null
  let count = 0
  try {
    for await (const { record, info } of records(path)) {
      if (columns === null) columns = columnsOf(record, fail)
      else {
        const own = needs(count)
        const row = await reader.row(columns, record, info.lines, own)
        if (own) rows.set(count, row)
        if (++count === clients) break
      }
    }
  } catch (thrown) {
    if (thrown instanceof LoadError) throw thrown
    const { code, lines } = thrown as Partial<CsvError> & { lines?: number }
    if (!code?.startsWith('CSV_')) fail(0, 'cannot be read')
    fail(
      lines ?? 0,
      code === 'CSV_MAX_RECORD_SIZE' ? `more than ${LONGEST_LINE} characters` : 'quotes are not closed',
    )
  }
  if (count < clients)
    fail(0, `found ${count} clients; expected ${clients}, the publishers and then the subscribers`)
  return rows
}

interface Line {
  record: string[]
  info: { lines: number }
}

const records = (path: string): AsyncIterable<Line> => {
  const parser = parse({
    bom: true,
    info: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LONGEST_LINE,
  })
  // who reads the lines is told what fails
  return pipeline(createReadStream(path), parser, () => undefined)
}

function columnsOf(record: readonly string[], fail: Fail): Column[] {
  const names = record.map((name) => name.toLowerCase().replaceAll('-', '_'))
  const unknown = names.find((name) => !(COLUMNS as readonly string[]).includes(name))
  const expected = `expected some of ${COLUMNS.join(', ')}`
  if (unknown !== undefined) fail(1, `found the column ${printable(unknown).slice(0, 40)}; ${expected}`)
  if (new Set(names).size < names.length) fail(1, `found a column twice; ${expected}`)
  if (names.includes('cert') !== names.includes('key')) fail(1, 'cert and key must both be columns')
  return names as Column[]
}

/** Makes clients of lines, and remembers what two of them must not share. */
class RowReader {
  private readonly lineOf = new Map<string, number>()
  private readonly folder: string

  constructor(
    path: string,
    private readonly fail: Fail,
  ) {
    this.folder = dirname(path)
  }

  /** @param own whether the client's certificate is needed */
  async row(
    columns: readonly Column[],
    record: readonly string[],
    line: number,
    own: boolean,
  ): Promise<ClientRow> {
    if (record.length !== columns.length) {
      this.fail(line, `found ${record.length} fields; expected ${columns.length}`)
    }
    const at = (name: Column): string | undefined => record[columns.indexOf(name)]
    const [clientId, username, password] = [at('client_id'), at('username'), at('password')]
    if (clientId !== undefined) this.once(clientId, line)
    const [cert, key] = [at('cert'), at('key')]
    if ((cert === '') !== (key === '')) this.fail(line, 'cert and key must both be given, or neither')
    const secure = own && cert && key ? await this.pair(cert, key, line) : {}
    return {
      ...(clientId === undefined ? {} : { clientId }),
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      ...secure,
    }
  }

  private once(clientId: string, line: number): void {
    if (clientId === '') this.fail(line, 'client_id is empty')
    const before = this.lineOf.get(clientId)
    if (before !== undefined) this.fail(line, `client_id ${printable(clientId)} is that of line ${before}`)
    this.lineOf.set(clientId, line)
  }

  private async pair(
    certFile: string,
    keyFile: string,
    line: number,
  ): Promise<{ cert: string; key: string }> {
    const [cert, key] = [await this.pem(certFile, line), await this.pem(keyFile, line)]
    try {
      createSecureContext({ cert, key })
    } catch {
      this.fail(line, `${printable(certFile)} and ${printable(keyFile)} are no certificate with its key`)
    }
    return { cert, key }
  }

  private async pem(file: string, line: number): Promise<string> {
    const text = await readFile(resolve(this.folder, file), 'utf8').catch(() => '')
    return text.includes('-----BEGIN')
      ? text
      : this.fail(line, `${printable(file)} is no PEM file that can be read`)
  }
}
