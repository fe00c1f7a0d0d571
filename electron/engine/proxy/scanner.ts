import { qosOf, typeOf } from '../mqtt/first-byte'
import { Type } from '../mqtt/packet'
import { readVarint, varintValue } from '../mqtt/varint'

/** Fixed header of a packet at most: type and flags, and four bytes of remaining length. */
const HEAD_BYTES = 5

/** What stands in the two bytes that are read next of the packet under way. */
type Field = 'none' | 'topic length' | 'identifier'

/** Where a packet has its identifier, if it is part of a handshake of messages: behind its topic name, or first. */
function firstField(first: number): Field {
  const type = typeOf(first)
  if (type === Type.PUBLISH) return qosOf(first) === 0 ? 'none' : 'topic length'
  return type >= Type.PUBACK && type <= Type.PUBCOMP ? 'identifier' : 'none'
}

/** What a scanner tells of. */
export interface ScannerEvents {
  /** The header of a packet has passed. @param first its type and flags */
  packet(first: number): void
  /** All of a PUBLISH of QoS 1 or 2, PUBACK, PUBREC, PUBREL or PUBCOMP has passed. @param packetId its identifier */
  handshake(first: number, packetId: number): void
}

/**
 * Reads type, flags and identifier of every packet in a stream of bytes without keeping any of them, whatever their pieces.
 * Where the bytes cannot be MQTT it falls silent: they pass all the same.
 */
export class HeaderScanner {
  /** Fixed header of the packet under way, as far as it is here. */
  private readonly head = Buffer.alloc(HEAD_BYTES)
  private have = 0
  /** Bytes of the packet under way that are still to come. */
  private rest = 0
  private lost = false
  private field: Field = 'none'
  /** Bytes before that field. */
  private before = 0
  /** The field as far as it is here, and how many of its two bytes these are. */
  private value = 0
  private bytes = 0
  /** Identifier of the packet under way; 0 while it is not known. */
  private packetId = 0

  constructor(private readonly events: ScannerEvents) {}

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && !this.lost) {
      if (this.rest === 0) this.readHead(chunk[at++] as number)
      else if (this.field !== 'none' && this.before === 0) this.readField(chunk[at++] as number)
      else {
        const wanted = this.field === 'none' ? this.rest : this.before
        const skip = Math.min(wanted, chunk.length - at)
        if (this.field !== 'none') this.before -= skip
        at += skip
        this.passed(skip)
      }
    }
  }

  private readHead(byte: number): void {
    this.head[this.have++] = byte
    if (this.have === 1 || (byte >= 0x80 && this.have < HEAD_BYTES)) return
    if (byte >= 0x80) {
      this.lost = true
      return
    }
    const first = this.head[0] as number
    this.events.packet(first)
    this.rest = varintValue(readVarint(this.head, 1, this.have))
    this.have = 0
    this.packetId = 0
    this.seek(firstField(first), 0)
  }

  /** Two bytes are wanted behind so many others; none where the packet ends before. */
  private seek(field: Field, before: number): void {
    this.field = before + 2 <= this.rest ? field : 'none'
    this.before = before
    this.value = this.bytes = 0
  }

  private readField(byte: number): void {
    this.value = (this.value << 8) | byte
    this.rest--
    if (++this.bytes < 2) return
    if (this.field === 'topic length') this.seek('identifier', this.value)
    else {
      this.packetId = this.value
      this.field = 'none'
      this.passed(0)
    }
  }

  /** So many bytes of the packet are behind. */
  private passed(bytes: number): void {
    this.rest -= bytes
    if (this.rest === 0 && this.packetId > 0) this.events.handshake(this.head[0] as number, this.packetId)
  }
}
