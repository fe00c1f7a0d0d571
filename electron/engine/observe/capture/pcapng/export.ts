import { percent } from '../../../../contract/counted'
import type { FilePart, PacketRow } from '../../../../contract/model'
import { underWayMs } from '../../../../contract/under-way'
import { Type } from '../../../mqtt/packet'
import { STEP, type Steps } from '../../../base/slices'
import { scenarioComments } from '../../../mqtt/kept-run'
import { PcapngWriter } from './blocks'
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
/**
 * Zeros put in for bytes that were not kept, over the whole file. After that, packets with bytes missing are left out: the
 * rest of one without them would be read as the beginning of the next.
 */
const PADDING = 64 * 1024 * 1024

const REASONS = {
  model: 'by the loss model of its link',
  rule: 'by a rule of its link',
  step: 'dropped manually in step mode',
  cut: 'with the connection, which was cut',
  reset: 'with the connection, which was reset',
} as const

export interface ExportOptions {
  /** Bytes of zeros in the whole file at most. @default 64 MiB */
  padding?: number | undefined
  /** The scenario as JSON: the file is a kept run, and says of each packet how long it took. */
  scenario?: string | undefined
}

/** Bytes of a part, about: few enough to be put together, encoded and sent without keeping others waiting. */
const PART = 1 << 20

/**
 * The packets as a pcapng file with TCP/IP framing made up around them, one connection a CONNECT: broker 127.0.0.1:1883,
 * each client an address 127.1.0.0/16 and above of its own, named in the file. Times are those of sending. A lost packet
 * stands in its place with a comment. Bytes that were not kept are zeros, with a comment. The file is made part by part
 * as it is read, and only the part that is being made is held.
 */
export class PcapngExport {
  private readonly packets: Iterator<ExportPacket | null>
  private readonly file: CaptureWriter

  constructor(packets: Iterable<ExportPacket | null>, epochMs: number, options: ExportOptions = {}) {
    this.packets = packets[Symbol.iterator]()
    this.file = new CaptureWriter(epochMs, options)
  }

  /** Makes the next part. */
  *next(): Steps<FilePart> {
    let looked = 0
    let done = false
    while (!done && this.file.length < PART) {
      const next = this.packets.next()
      if (next.done) done = true
      else {
        if (next.value) this.file.add(next.value)
        if (++looked % STEP === 0) yield STEP
      }
    }
    yield looked % STEP
    if (done) this.file.end()
    return { bytes: this.file.take(), packets: this.file.packets, done }
  }
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
  /** Packets left out since the last one written. */
  private leftOut = 0

  private padding: number
  private readonly timed: boolean

  constructor(
    private readonly epochMs: number,
    { padding = PADDING, scenario }: ExportOptions,
  ) {
    this.padding = padding
    this.timed = scenario !== undefined
    this.out.begin('MQTT Fleet Lab', scenario === undefined ? [] : scenarioComments(scenario))
    this.out.names([[BROKER.address, 'broker']])
  }

  get length(): number {
    return this.out.length
  }

  add(p: ExportPacket): void {
    const missing = p.row.bytes - p.bytes.length
    if (missing > this.padding) {
      this.leftOut++
      return
    }
    this.packets++
    this.padding -= missing
    const unixMs = this.epochMs + p.row.sentMs
    const conversation = this.conversation(p, unixMs)
    const bytes = missing > 0 ? Buffer.concat([p.bytes, Buffer.alloc(missing)]) : p.bytes
    conversation.send(
      unixMs,
      p.row.direction === 'uplink',
      bytes,
      comment(p, missing, this.leftOut, this.timed),
    )
    this.leftOut = 0
  }

  /** Says what is missing at the end, where no packet carries the comment. */
  end(): void {
    if (this.leftOut > 0) this.out.remark(this.epochMs, leftOutBefore(this.leftOut, 'the end'))
  }

  /** What was written since it was last taken. */
  take(): Uint8Array {
    const all = Buffer.concat(this.out.take())
    return new Uint8Array(all.buffer, all.byteOffset, all.length)
  }

  private conversation(p: ExportPacket, unixMs: number): Conversation {
    let client = this.clients.get(p.row.clientId)
    if (!client) {
      client = { address: addressOf(this.clients.size + 1), open: null, connections: 0 }
      this.clients.set(p.row.clientId, client)
      this.out.names([[client.address, p.row.clientId]])
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

const leftOutBefore = (packets: number, before: string): string =>
  `${packets} packets before ${before} are left out, because most of their bytes were not kept`

function comment(
  { row, gone }: ExportPacket,
  missing: number,
  leftOut: number,
  timed: boolean,
): string | null {
  const parts: string[] = []
  if (gone > 0) parts.push(`${gone} packets before this one left the capture while the file was written`)
  if (leftOut > 0) parts.push(leftOutBefore(leftOut, 'this one'))
  if (row.fate === 'lost') {
    const how = row.reason === null ? '' : ` ${REASONS[row.reason]}`
    parts.push(`lost${how} after ${percent(row.lossPoint)} of the way: not delivered`)
  } else if (row.fate !== 'delivered') parts.push('still in transit when the file was written')
  else if (timed) parts.push(`arrived after ${(underWayMs(row) ?? 0).toFixed(3)} ms`)
  if (missing > 0) parts.push(`${missing} bytes were not captured and are zeros here`)
  return parts.length === 0 ? null : parts.join('; ')
}
