import { MalformedPacketError } from '../../mqtt/errors'
import { FrameSplitter } from '../../mqtt/splitter'
import type { ByteSink } from './half'
import { readsAsPackets } from './plausible'

/** Of a packet that is longer, only the beginning is kept. */
const LONG_BYTES = 1024 * 1024
const KEPT_BYTES = 64 * 1024

/** What is read out of one direction of an MQTT connection. */
export interface PacketSink {
  /** @param size bytes on the wire, more than the frame has where its end is not in the file */
  packet(frame: Buffer, size: number): void
  /** Bytes from which no packet can begin: the remaining length is longer than four bytes. */
  malformed(): void
  /** Bytes that are there and cannot be read, since it is not known where a packet begins. */
  unread(bytes: number): void
  /** Bytes that are not in the file. */
  missing(bytes: number): void
  /** Protocol level of the connection. */
  readonly level: number
}

/**
 * Cuts one direction into packets, over bytes that are missing too: a packet whose length is known is passed over; where
 * none is, reading goes on with the next segment that reads as whole packets, and what lies between is said to be unread.
 */
export class PacketStream implements ByteSink {
  private splitter = new FrameSplitter()
  /** Bytes to come of a packet that has been told already. */
  private rest = 0

  /** @param inStep whether the first byte begins a packet */
  constructor(
    private readonly out: PacketSink,
    private inStep: boolean,
  ) {}

  data(bytes: Buffer, atSegment: boolean): void {
    const passed = Math.min(this.rest, bytes.length)
    this.rest -= passed
    if (passed === bytes.length) return
    if (!this.inStep) {
      if (!atSegment || !readsAsPackets(bytes, this.out.level)) {
        this.out.unread(bytes.length)
        return
      }
      this.inStep = true
    }
    try {
      this.splitter.push(passed > 0 ? bytes.subarray(passed) : bytes, (frame) =>
        this.out.packet(frame, frame.length),
      )
    } catch (thrown) {
      if (!(thrown instanceof MalformedPacketError)) throw thrown
      this.out.malformed()
      this.splitter = new FrameSplitter()
      this.inStep = false
    }
    if (this.splitter.pendingBytes > LONG_BYTES) this.cutOff()
  }

  gap(bytes: number): void {
    this.out.missing(bytes)
    if (this.rest === 0) this.cutOff()
    if (this.rest > bytes) this.rest -= bytes
    else if (this.rest < bytes) this.lost()
    else this.rest = 0
  }

  /** Nothing more comes. @returns bytes of a packet that has no end */
  end(): number {
    return this.splitter.abandon()?.begun.length ?? 0
  }

  private lost(): void {
    this.rest = 0
    this.inStep = false
  }

  /** Tells the packet under way by its beginning; the rest of it is passed over. */
  private cutOff(): void {
    const cut = this.splitter.abandon()
    if (cut === null) return
    if (cut.size === 0) {
      this.out.unread(cut.begun.length)
      return
    }
    this.rest = cut.size - cut.begun.length
    this.out.packet(cut.begun.subarray(0, KEPT_BYTES), cut.size)
  }
}
