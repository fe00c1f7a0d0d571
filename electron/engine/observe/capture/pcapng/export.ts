import type { PacketRow } from '../../../../contract/model'
import { Type } from '../../../mqtt/packet'
import { STEP, type Steps } from '../../../base/slices'
import { joined, PcapngWriter } from './blocks'
import { Conversation } from './conversation'
import type { Endpoint } from './tcp'

/** A captured packet as the export needs it. */
export interface ExportPacket {
  row: PacketRow
  level: number
  /** Kept bytes, fewer than `row.bytes` when the end was not kept. */
  bytes: Buffer
  /** Packets before it that left the ring before they could be written. */
  gone: number
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
export function* exportPcapng(
  packets: Iterable<ExportPacket | null>,
  epochMs: number,
): Steps<{ bytes: Uint8Array; packets: number }> {
  const file = new CaptureWriter(epochMs)
  let looked = 0
  for (const p of packets) {
    if (p) file.add(p)
    if (++looked % STEP === 0) yield STEP
  }
  yield looked % STEP
  return { bytes: file.bytes(), packets: file.packets }
}

interface Client {
  address: number
  open: Conversation | null
  connections: number
}

/** Writes packets and the connections made up around them. */
class CaptureWriter {
  packets = 0
  private readonly out = new PcapngWriter()
  private readonly clients = new Map<string, Client>()
  private padding = PADDING

  constructor(private readonly epochMs: number) {}

  add(p: ExportPacket): void {
    this.packets++
    const unixMs = this.epochMs + p.row.sentMs
    const conversation = this.conversation(p, unixMs)
    const missing = p.row.bytes - p.bytes.length
    const fill = missing > 0 && missing <= this.padding ? missing : 0
    this.padding -= fill
    const bytes = fill > 0 ? Buffer.concat([p.bytes, Buffer.alloc(fill)]) : p.bytes
    conversation.send(unixMs, p.row.direction === 'uplink', bytes, comment(p, missing, fill > 0))
  }

  bytes(): Uint8Array {
    const head = new PcapngWriter()
    head.begin('MQTT Fleet Lab')
    const names = [...this.clients].map(([name, { address }]) => [address, name] as const)
    head.names([[BROKER.address, 'broker'], ...names])
    return joined([head, this.out])
  }

  private conversation(p: ExportPacket, unixMs: number): Conversation {
    let client = this.clients.get(p.row.clientId)
    if (!client) {
      client = { address: addressOf(this.clients.size + 1), open: null, connections: 0 }
      this.clients.set(p.row.clientId, client)
    }
    if (client.open && p.row.type !== 'CONNECT') return client.open
    const port = FIRST_PORT + (client.connections++ % (65_536 - FIRST_PORT))
    client.open = new Conversation(this.out, { address: client.address, port }, BROKER, unixMs)
    if (p.level === 5 && p.row.type !== 'CONNECT') client.open.send(unixMs, true, placeholder(), PLACEHOLDER)
    return client.open
  }
}

const addressOf = (client: number): number => 0x7f010000 + client

const PLACEHOLDER =
  'not captured: added because the CONNECT of this connection is not in the file and readers need its protocol version'

/** A CONNECT of MQTT 5 without anything, from which a dissector learns the protocol version. */
const placeholder = (): Buffer =>
  Buffer.from([Type.CONNECT << 4, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 0, 0, 0])

function comment({ row, gone }: ExportPacket, missing: number, filled: boolean): string | null {
  const parts: string[] = []
  if (gone > 0) parts.push(`${gone} packets before this one left the capture while the file was written`)
  if (row.fate === 'lost') {
    const how = row.reason === null ? '' : ` ${REASONS[row.reason]}`
    parts.push(`lost${how} after ${Math.round(row.lossPoint * 100)} % of the way: not delivered`)
  } else if (row.fate !== 'delivered') parts.push('still in transit when the file was written')
  if (missing > 0) parts.push(`${missing} bytes were not captured${filled ? ' and are zeros here' : ''}`)
  return parts.length === 0 ? null : parts.join('; ')
}
