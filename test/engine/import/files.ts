import {
  ACK,
  ethernetFrame,
  FIN,
  PSH,
  SYN,
  type Segment,
} from '../../../electron/engine/observe/capture/pcapng/tcp'
import { Recording } from '../../../electron/engine/import/recording'
import { frameOf } from '../observe/capture/wire'
import type { PacketRow } from '../../../electron/contract/model'

/** The CONNECT of a client of MQTT 3.1.1. */
export const connect = frameOf({
  cmd: 'connect',
  clientId: 'sensor',
  clean: true,
  protocolId: 'MQTT',
  protocolVersion: 4,
})

export const CLIENT = { address: 0x0a000002, port: 50_123 }
export const BROKER = { address: 0x0a000001, port: 4242 }

/** A capture file made by hand: TCP segments of one connection between two ends, in the order they are added. */
export class FileMaker {
  readonly frames: Buffer[] = []
  private readonly next = { up: 1000, down: 9000 }

  constructor(private readonly ports = { client: CLIENT.port, broker: BROKER.port }) {}

  open(): this {
    this.segment(true, Buffer.alloc(0), { flags: SYN, seq: this.next.up++ })
    this.segment(false, Buffer.alloc(0), { flags: SYN | ACK, seq: this.next.down++ })
    return this
  }

  /** Sends bytes in one segment. */
  send(up: boolean, bytes: Buffer): this {
    this.frames.push(this.take(up, bytes))
    return this
  }

  /** A segment that takes its place in the stream and is not in the file, for the caller to put somewhere. */
  take(up: boolean, bytes: Buffer): Buffer {
    const way = up ? 'up' : 'down'
    const frame = this.frame(up, bytes, { seq: this.next[way] })
    this.next[way] = (this.next[way] + bytes.length) >>> 0
    return frame
  }

  /** Says that the end has everything that the other one sent. */
  acknowledge(up: boolean): this {
    return this.segment(up, Buffer.alloc(0), {})
  }

  close(up: boolean): this {
    return this.segment(up, Buffer.alloc(0), { flags: FIN | ACK })
  }

  segment(up: boolean, payload: Buffer, more: Partial<Segment>): this {
    this.frames.push(this.frame(up, payload, more))
    return this
  }

  frame(up: boolean, payload: Buffer, more: Partial<Segment>): Buffer {
    const client = { ...CLIENT, port: this.ports.client }
    const broker = { ...BROKER, port: this.ports.broker }
    const [from, to] = up ? [client, broker] : [broker, client]
    const { up: mine, down: theirs } = up ? this.next : { up: this.next.down, down: this.next.up }
    return ethernetFrame({ from, to, seq: mine, ack: theirs, flags: PSH | ACK, payload, ...more })
  }

  /** Starts counting near the end of the 32 bits. */
  startAt(seq: number): this {
    this.next.up = seq
    return this
  }

  pcap(): Buffer {
    return pcapFile(this.frames)
  }
}

/** A classic pcap file, a millisecond between frames. */
export function pcapFile(
  frames: readonly Buffer[],
  { linkType = 1, big = false, nanos = false, cutTo = 65_535 } = {},
): Buffer {
  const u32 = (n: number): Buffer => {
    const b = Buffer.alloc(4)
    if (big) b.writeUInt32BE(n)
    else b.writeUInt32LE(n)
    return b
  }
  const u16 = (n: number): Buffer => (big ? Buffer.from([n >> 8, n & 255]) : Buffer.from([n & 255, n >> 8]))
  const parts = [
    u32(nanos ? 0xa1b23c4d : 0xa1b2c3d4),
    u16(2),
    u16(4),
    u32(0),
    u32(0),
    u32(cutTo),
    u32(linkType),
  ]
  frames.forEach((f, i) => {
    const kept = f.subarray(0, cutTo)
    parts.push(u32(1_700_000_000), u32(i * (nanos ? 1_000_000 : 1000)), u32(kept.length), u32(f.length), kept)
  })
  return Buffer.concat(parts)
}

/** Reads a file as it comes: in chunks of so many bytes. */
export function read(file: Uint8Array, chunk = file.length): Recording {
  const recording = new Recording('test.pcap')
  const bytes = Buffer.from(file)
  for (let at = 0; at < bytes.length; at += chunk) recording.push(bytes.subarray(at, at + chunk))
  recording.end()
  return recording
}

export const rowsOf = (r: Recording): PacketRow[] => r.capture.latest('', 100_000).packets

/** Its packets, as `> PUBLISH #1` with the size in bytes. */
export const storyOf = (r: Recording): string[] =>
  rowsOf(r).map(
    (p) =>
      `${p.direction === 'uplink' ? '>' : '<'} ${p.type}${p.packetId === null ? '' : ` #${p.packetId}`} ${p.bytes}`,
  )
