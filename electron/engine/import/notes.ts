import { count, counted, was } from '../../contract/counted'
import type { Capture } from '../observe/capture/capture'
import type { ImportFacts } from './capture-import'

const bytes = (n: number): string => counted(n, 'byte')

/** What a reader of the report must know of the file besides its packets, one sentence each. */
export function importNotes(f: ImportFacts, capture: Pick<Capture, 'kept' | 'seen'>): string[] {
  const notes: (string | false)[] = [
    f.damage !== null && `Read up to ${f.damage}.`,
    f.cutOffBytes > 0 && 'The file ends inside its last record, which is left out.',
    f.missingBytes > 0 &&
      `${bytes(f.missingBytes)} of MQTT connections ${was(f.missingBytes)} sent and not captured.`,
    f.unreadBytes > 0 &&
      `${bytes(f.unreadBytes)} of MQTT connections in the file ${was(f.unreadBytes)} not read: missing or malformed bytes stand before them.`,
    f.lateBytes > 0 &&
      `${bytes(f.lateBytes)} came after what follows them was acknowledged, and ${was(f.lateBytes)} taken as missing: put the frames in order with reordercap.`,
    f.connections.withoutConnect > 0 &&
      `${counted(f.connections.withoutConnect, 'connection')} at port 1883 without a CONNECT in the file: read as MQTT 3.1.1, under the client's address.`,
    f.fragments > 0 &&
      `${counted(f.fragments, 'IP fragment')} with TCP ${was(f.fragments)} left out: fragments are not put together.`,
    ...[...f.unknownLinks].map(
      ([type, n]) =>
        `${counted(n, 'frame')} of link type ${type} ${was(n)} not read: it is none that this program knows.`,
    ),
    f.connections.tls > 0 &&
      `${counted(f.connections.tls, 'connection')} with TLS cannot be read: ${f.encrypted.join(', ')}${f.connections.tls > f.encrypted.length ? ' and others' : ''}.`,
    f.connections.mqtt === 0 && `No MQTT was found in ${counted(f.connections.total, 'TCP connection')}.`,
    capture.kept < capture.seen &&
      `Timeline and lists hold the last ${count(capture.kept)} of ${count(capture.seen)} packets; the counts are of all.`,
  ]
  return notes.filter((n) => n !== false)
}
