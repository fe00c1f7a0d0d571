import type { Capture } from '../observe/capture/capture'
import type { ImportFacts } from './capture-import'

const bytes = (n: number): string => `${n.toLocaleString('en')} ${n === 1 ? 'byte' : 'bytes'}`
const count = (n: number, one: string): string => `${n.toLocaleString('en')} ${n === 1 ? one : `${one}s`}`

/** What a reader of the report must know of the file besides its packets, one sentence each. */
export function importNotes(f: ImportFacts, capture: Pick<Capture, 'kept' | 'seen'>): string[] {
  const notes: (string | false)[] = [
    f.damage !== null && `Read up to ${f.damage}.`,
    f.cutOffBytes > 0 && 'The file ends inside its last record, which is left out.',
    f.missingBytes > 0 && `${bytes(f.missingBytes)} of MQTT connections were sent and are not in the file.`,
    f.unreadBytes > 0 &&
      `${bytes(f.unreadBytes)} of MQTT connections are in the file and were not read: missing or malformed bytes stand before them.`,
    f.lateBytes > 0 &&
      `${bytes(f.lateBytes)} came after what follows them was acknowledged and count as missing: put the frames in order with reordercap.`,
    f.connections.withoutConnect > 0 &&
      `${count(f.connections.withoutConnect, 'connection')} at port 1883 without a CONNECT in the file: read as MQTT 3.1.1, under the client's address.`,
    f.fragments > 0 &&
      `${count(f.fragments, 'IP fragment')} with TCP were not put together and are left out.`,
    ...[...f.unknownLinks].map(
      ([type, n]) =>
        `${count(n, 'frame')} of link type ${type} were not read: it is none that this program knows.`,
    ),
    f.connections.tls > 0 &&
      `${count(f.connections.tls, 'connection')} with TLS cannot be read: ${f.encrypted.join(', ')}${f.connections.tls > f.encrypted.length ? ' and others' : ''}.`,
    f.connections.mqtt === 0 && `No MQTT was found in ${count(f.connections.total, 'TCP connection')}.`,
    capture.kept < capture.seen &&
      `Timeline and lists hold the last ${capture.kept.toLocaleString('en')} of ${capture.seen.toLocaleString('en')} packets; the counts are of all.`,
  ]
  return notes.filter((n) => n !== false)
}
