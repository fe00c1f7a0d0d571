import type { Collector } from './collector'
import { RecordingError, type RecordingReader } from './reader'
import { cellsOf, messageOf, type Cell } from './row'

const MAX_LINE = 4_194_304
const NEWLINE = 0x0a
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** One JSON object a line, such as `mosquitto_sub -F %j` prints or this program saves. */
export class JsonLinesReader implements RecordingReader {
  private rest: Buffer[] = []
  private length = 0
  private line = 0

  constructor(private readonly collector: Collector) {}

  push(chunk: Buffer): void {
    let at = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      this.read(this.whole(chunk.subarray(at, end)))
      at = end + 1
    }
    this.length += chunk.length - at
    if (this.length > MAX_LINE) this.fail(`is longer than ${MAX_LINE} bytes`)
    this.rest.push(chunk.subarray(at))
  }

  end(): void {
    this.read(this.whole(Buffer.alloc(0)))
  }

  private whole(end: Buffer): Buffer {
    const line = this.rest.length === 0 ? end : Buffer.concat([...this.rest, end])
    this.rest = []
    this.length = 0
    return line
  }

  private read(bytes: Buffer): void {
    this.line++
    let text: string
    try {
      text = utf8.decode(bytes).trim()
    } catch {
      // mosquitto_sub writes bytes that are no text as they are: what was sent cannot be told from what is left of it.
      this.collector.take({
        atMs: null,
        topic: '',
        payload: null,
        client: null,
        downlink: false,
        packetId: 0,
        dup: false,
      })
      return
    }
    if (text === '') return
    try {
      this.collector.take(messageOf(rowOf(text)))
    } catch (thrown) {
      if (!(thrown instanceof RecordingError)) throw thrown
      this.fail(thrown.message)
    }
  }

  private fail(why: string): never {
    throw new RecordingError(`line ${this.line}: ${why}`)
  }
}

function rowOf(text: string): (cell: Cell) => string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new RecordingError('is no JSON object; expected one in each line')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RecordingError('is no JSON object; expected one in each line')
  const members = new Map(Object.entries(value))
  const cells = cellsOf([...members.keys()])
  return (cell) => {
    const name = cells[cell]
    const member: unknown = name === undefined ? undefined : members.get(name)
    if (name === undefined || member === undefined || member === null) return undefined
    return typeof member === 'string' ? member : memberText(text, name)
  }
}

/**
 * A member's value as it stands in the text of an object: reading and writing it again could change its numbers.
 * @param text of a JSON object
 */
export function memberText(text: string, name: string): string {
  let depth = 0
  let from = -1
  let isKey = true
  let found = ''
  for (let at = 0; at < text.length; at++) {
    const c = text[at]
    if (c === '"') {
      const end = stringEnd(text, at)
      if (depth === 1 && isKey && JSON.parse(text.slice(at, end)) === name) from = -2
      at = end - 1
    } else if (c === '{' || c === '[') depth++
    else if (c === ':' && depth === 1) {
      isKey = false
      if (from === -2) from = at + 1
    } else if ((c === ',' && depth === 1) || ((c === '}' || c === ']') && --depth === 0)) {
      if (from >= 0) found = text.slice(from, at).trim()
      from = -1
      isKey = true
    }
  }
  return found
}

function stringEnd(text: string, at: number): number {
  let end = at + 1
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end + 1
}
