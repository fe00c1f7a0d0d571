import { readFile, stat } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse/sync'
import { populationsOf, type LoadConfig, type Population } from '../../../contract/load-config'
import { namesEachTopic, oneTopicName, parsePayload, type PayloadPart } from '../../../contract/load-payload'
import { printable } from '../../../contract/printable'
import { identityPlace, placeBesidePayload, type IdentityPlace } from '../wire/short-identity'
import { LoadError } from './failures'
import { bytesOf, inJson, payloadsOf, type PayloadData } from './payload-template'

/** What the messages of one population carry, where it is not filler. */
export interface PayloadMaterial {
  parts: readonly PayloadPart[]
  data: PayloadData
  /** Each is a JSON object. */
  json: boolean
  /** Where a message says what it is: in a member of the JSON object that the payload is, else beside the payload, if anywhere. */
  place: Extract<IdentityPlace, 'member' | 'topic' | 'property' | 'none'>
}

/** Largest data file, bytes. */
const MOST_DATA_BYTES = 64 * 2 ** 20
/** Longest payload that is a file, bytes. */
const MOST_PAYLOAD_BYTES = 16_777_216

async function textOf(flag: string, path: string, mostBytes: number): Promise<string> {
  const fail = (why: string): never => {
    throw new LoadError(`${flag} ${path}: ${why}`, 'start')
  }
  const size = await stat(path).then(
    (s) => (s.isFile() ? s.size : fail('is no file')),
    () => fail('cannot be read'),
  )
  if (size > mostBytes) fail(`found ${size} bytes; expected at most ${mostBytes}`)
  const bytes = await readFile(path).catch(() => fail('cannot be read'))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return fail('is not UTF-8 text')
  }
}

function partsOf(flag: string, text: string): PayloadPart[] {
  const parts = parsePayload(text)
  if (Array.isArray(parts)) return parts
  throw new LoadError(`${flag}: found ${printable(parts.found).slice(0, 80)}; ${parts.expected}`, 'start')
}

/** Columns of a data file by their names, which its first line has. */
async function columnsOf(path: string): Promise<Map<string, string[]>> {
  const fail = (why: string): never => {
    throw new LoadError(`--data-file ${path}: ${why}`, 'start')
  }
  const text = await textOf('--data-file', path, MOST_DATA_BYTES)
  let records: string[][]
  try {
    records = parse(text, { bom: true, trim: true, skip_empty_lines: true })
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown
    return fail(printable(thrown.message).slice(0, 200))
  }
  const [head = [], ...rows] = records
  if (rows.length === 0) fail('found no line of data below the names of the columns')
  return new Map(head.map((name, at) => [name, rows.map((row) => row[at] ?? '')]))
}

/** The columns of the data file that a payload uses. */
async function usedColumns(c: LoadConfig, parts: readonly PayloadPart[]): Promise<Map<string, string[]>> {
  const names = parts.flatMap((p) => (p.kind === 'csv' ? [p.column] : []))
  if (c.dataFile === undefined || names.length === 0) return new Map()
  const columns = await columnsOf(c.dataFile)
  return new Map(
    names.map((name) => {
      const found = columns.get(name)
      if (found !== undefined) return [name, found]
      const known = [...columns.keys()].join(', ')
      throw new LoadError(
        `--data-file ${c.dataFile}: found no column ${printable(name)}; its columns are ${printable(known).slice(0, 200)}`,
        'start',
      )
    }),
  )
}

/** Columns as they are written into a payload. */
const dataOf = (columns: ReadonlyMap<string, string[]>, json: boolean): PayloadData =>
  new Map(
    Array.from(columns, ([name, found]) => {
      const values = json ? found.map(inJson) : found
      return [name, { values, longest: bytesOf(values) }]
    }),
  )

/** Whether a payload is a JSON object, by its first message. */
function isJsonObject(parts: readonly PayloadPart[], data: PayloadData): boolean {
  const owner = { number: 0, clientId: 'c', username: 'u', seed: 1 }
  try {
    const value: unknown = JSON.parse(payloadsOf({ parts, data, json: true }, owner).text(0, 0))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/**
 * A text that is no JSON has a topic name for each message at 3.1.1, which has no user properties.
 * @throws LoadError where a name must be the same for several
 */
function refuseOwnNames(c: LoadConfig): void {
  const one = oneTopicName(c)
  if (one === null) return
  const line = `--${one.flag}: expected, ${one.where}, a payload that is a JSON object, or --protocol 5.0`
  throw new LoadError(`${line}: at 3.1.1 another has a topic name for each message`, 'start')
}

async function materialOf(c: LoadConfig): Promise<PayloadMaterial | null> {
  if (c.payload === undefined && c.payloadFile === undefined) return null
  const text = c.payload ?? (await textOf('--payload-file', c.payloadFile ?? '', MOST_PAYLOAD_BYTES))
  const parts = partsOf(c.payload === undefined ? `--payload-file ${c.payloadFile}` : '--payload', text)
  if (parts.some((p) => p.kind === 'csv') && c.dataFile === undefined)
    throw new LoadError('--payload: found %{csv:...}; expected --data-file with that column', 'start')
  const columns = await usedColumns(c, parts)
  const escaped = dataOf(columns, true)
  const json = isJsonObject(parts, escaped)
  const beside = placeBesidePayload(c)
  const place = json && beside !== 'none' ? 'member' : beside
  if (place === 'topic') refuseOwnNames(c)
  return { parts, data: json ? escaped : dataOf(columns, false), json, place }
}

/**
 * Reads what the messages of each population are made from; null for one whose payloads are filler.
 * @throws LoadError that names the flag or file and what is wrong
 */
export async function readPayloads(config: LoadConfig): Promise<(PayloadMaterial | null)[]> {
  const payloads = await Promise.all(populationsOf(config).map((p) => materialOf(p.config)))
  const isRead = payloads.some((m) => m?.parts.some((p) => p.kind === 'csv'))
  if (config.dataFile !== undefined && !isRead)
    throw new LoadError(
      `--data-file ${config.dataFile}: expected a payload with %{csv:COLUMN} that uses it`,
      'start',
    )
  return payloads
}

/** What a report says of topics and payloads: whose the names are, and where messages carry what they are, unless it is in the first bytes. */
export function payloadNotes(
  populations: readonly Population[],
  payloads: readonly (PayloadMaterial | null)[],
): string[] {
  return populations.flatMap(({ name, config }, i) => {
    const material = payloads[i] ?? null
    const place = material?.place ?? identityPlace(config)
    const of = name === null ? '' : `${name}: `
    const topics = namesEachTopic(config.topic)
      ? [`${of}topic names are from ${config.topic}; what others publish there is received and not counted`]
      : []
    if (place === 'member')
      return [...topics, `${of}payloads are JSON from a template; the member fleetlab names the message`]
    if (place !== 'topic' && place !== 'property') return topics
    const carrier =
      place === 'topic' ? 'its topic name carries it, 25' : 'its user property fl carries it, 31'
    return [
      ...topics,
      material === null
        ? `${of}the payload is too small for the identity of a message: ${carrier} bytes`
        : `${of}payloads are text from a template without room for the identity of a message: ${carrier} bytes`,
    ]
  })
}
