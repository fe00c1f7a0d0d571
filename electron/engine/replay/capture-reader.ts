import { CaptureImport } from '../import/capture-import'
import { CaptureFileError } from '../import/file/frames'
import { Type } from '../mqtt/packet'
import type { PacketTransit } from '../mqtt/transit'
import type { Collector } from './collector'
import { RecordingError, type RecordingReader } from './reader'

/** The PUBLISHes of a capture file. */
export class CaptureReader implements RecordingReader {
  private readonly reading: CaptureImport

  constructor(collector: Collector) {
    const entered = (p: PacketTransit): void => {
      const { packet } = p
      if (packet.type !== Type.PUBLISH) return
      const whole = packet.complete && p.wireBytes === undefined
      collector.take({
        atMs: p.sentMs,
        topic: packet.topic,
        // Copied: a view would hold the whole part of the file that was read.
        payload: whole ? Buffer.from(packet.payload) : null,
        client: p.clientId === '' ? null : p.clientId,
        downlink: p.direction === 'downlink',
        packetId: packet.packetId,
        dup: packet.dup,
      })
    }
    this.reading = new CaptureImport({ entered, settled: () => undefined, event: () => undefined })
  }

  push(chunk: Buffer): void {
    this.reading.push(chunk)
  }

  end(): void {
    try {
      const { damage } = this.reading.end()
      if (damage !== null) throw new RecordingError(damage)
    } catch (thrown) {
      throw thrown instanceof CaptureFileError ? new RecordingError(thrown.message) : thrown
    }
  }
}
