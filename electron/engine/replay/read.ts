import { CaptureReader } from './capture-reader'
import { Collector, type Collected, type Room } from './collector'
import { CsvReader } from './csv-reader'
import { JsonLinesReader } from './json-lines'
import { RecordingError, type RecordingReader } from './reader'

/** First bytes of pcap and pcapng files of either byte order, and with times in ns. */
const CAPTURES = ['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', '0a0d0d0a']

function readerOf(first: Buffer, collector: Collector): RecordingReader {
  if (CAPTURES.includes(first.toString('hex', 0, 4))) return new CaptureReader(collector)
  if (first[0] === 0x1f && first[1] === 0x8b)
    throw new RecordingError('is packed with gzip; unpack it with gunzip first')
  if (first.includes(0)) throw new RecordingError('is no text; expected a capture, JSON lines or CSV')
  return /^[\uFEFF\s]*\{/.test(first.toString('utf8', 0, 1024))
    ? new JsonLinesReader(collector)
    : new CsvReader(collector)
}

/**
 * The messages of a recording. Never more of the file is held than a part of it, and what fits into the room.
 * @throws RecordingError for a file that is no recording
 */
export async function readRecording(parts: AsyncIterable<Buffer>, room: Readonly<Room>): Promise<Collected> {
  const collector = new Collector(room)
  let reader: RecordingReader | null = null
  for await (const part of parts) {
    reader ??= readerOf(part, collector)
    await reader.push(part)
  }
  if (reader === null) throw new RecordingError('is empty')
  await reader.end()
  return collector.end()
}
