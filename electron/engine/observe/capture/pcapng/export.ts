import type { PacketRow } from '../../../../contract/model'
import { Type } from '../../../mqtt/packet'
import { PcapngWriter } from './blocks'
import { Conversation } from './conversation'
import type { Endpoint } from './tcp'

/** A captured packet as the export needs it. */
export interface ExportPacket {
  row: PacketRow
  /** Number of the client, stable while it is known. */
  client: number
  level: number
  /** Kept bytes, fewer than `row.bytes` when the end was not kept. */
  bytes: Buffer
}

const BROKER: Endpoint = { address: 0x7f000001, port: 1883 }
const FIRST_PORT = 49_152
/** Zeros put in for bytes that were not kept, over the whole file. */
const PADDING = 64 * 1024 * 1024

const REASONS = {
  model: 'by the loss model of its link',
  rule: 'by a rule of its link',
  step: 'dropped manually in step mode',
  cut: 'with the connection, which was cut',
  reset: 'with the connection, which was reset',
} as const

/**
 * The packets as a pcapng file with TCP/IP framing made up around them, one connection a CONNECT: broker 127.0.0.1:1883,
 * each client an address 127.1.0.0/16 and above of its own, named in the file. Times are those of sending. A lost packet
 * stands in its place with a comment. Bytes that were not kept are zeros, with a comment.
 */
export function exportPcapng(
  packets: Iterable<ExportPacket>,
  names: Iterable<readonly [number, string]>,
  epochMs: number,
) {
  const out = new PcapngWriter('MQTT Fleet Lab')
  out.names([[BROKER.address, 'broker'], ...[...names].map(([ix, name]) => [addressOf(ix), name] as const)])
  const clients = new Map<number, { open: Conversation | null; connections: number }>()
  let padding = PADDING
  let count = 0
  for (const p of packets) {
    count++
    const unixMs = epochMs + p.row.sentMs
    let state = clients.get(p.client)
    if (!state) clients.set(p.client, (state = { open: null, connections: 0 }))
    if (state.open === null || p.row.type === 'CONNECT') {
      const port = FIRST_PORT + (state.connections++ % (65_536 - FIRST_PORT))
      state.open = new Conversation(out, { address: addressOf(p.client), port }, BROKER, unixMs)
      if (p.level === 5 && p.row.type !== 'CONNECT') state.open.send(unixMs, true, placeholder(), PLACEHOLDER)
    }
    const missing = p.row.bytes - p.bytes.length
    const fill = missing > 0 && missing <= padding ? missing : 0
    padding -= fill
    const bytes = fill > 0 ? Buffer.concat([p.bytes, Buffer.alloc(fill)]) : p.bytes
    state.open.send(unixMs, p.row.direction === 'uplink', bytes, comment(p.row, missing, fill > 0))
  }
  return { bytes: out.toBytes(), packets: count }
}

const addressOf = (client: number): number => 0x7f010000 + client

const PLACEHOLDER =
  'not captured: added because the CONNECT of this connection is not in the file and readers need its protocol version'

/** A CONNECT of MQTT 5 without anything, from which a dissector learns the protocol version. */
const placeholder = (): Buffer =>
  Buffer.from([Type.CONNECT << 4, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 0, 0, 0])

function comment(row: PacketRow, missing: number, filled: boolean): string | null {
  const parts: string[] = []
  if (row.fate === 'lost') {
    const how = row.reason === null ? '' : ` ${REASONS[row.reason]}`
    parts.push(`lost${how} after ${Math.round(row.lossPoint * 100)} % of the way: not delivered`)
  } else if (row.fate !== 'delivered') parts.push('still in transit when the file was written')
  if (missing > 0) parts.push(`${missing} bytes were not captured${filled ? ' and are zeros here' : ''}`)
  return parts.length === 0 ? null : parts.join('; ')
}
