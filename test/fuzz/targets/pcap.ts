/**
 * A capture file of pcap or pcapng: it is read or refused in one line, and what is found does not depend on how the file
 * comes in. Input: one byte for the length of the chunks, then the file.
 */
import { CaptureFileError } from '../../../electron/engine/import/file/frames'
import { Recording } from '../../../electron/engine/import/recording'
import { attempt, check, same } from './check'

export function fuzz(data: Buffer): void {
  const file = data.subarray(1)
  const whole = attempt(() => read(file, file.length + 1), [CaptureFileError])
  const pieces = attempt(() => read(file, 1 + ((data[0] ?? 0) % 61)), [CaptureFileError])
  same(pieces, whole, 'a file in pieces is the same file')
  if (whole?.some((p) => p.bytes < 2)) check(false, 'a packet has at least a header')
}

function read(file: Buffer, chunk: number): { type: string; bytes: number; clientId: string }[] {
  const recording = new Recording('a.pcap')
  for (let at = 0; at < file.length; at += chunk) recording.push(file.subarray(at, at + chunk))
  recording.end()
  recording.capture.pcapng('')
  return recording.capture
    .latest('', 500)
    .packets.map(({ type, bytes, clientId, topic }) => ({ type, bytes, clientId, topic }))
}
