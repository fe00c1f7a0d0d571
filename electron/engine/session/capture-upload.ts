import { ApiError } from '../../contract/errors'
import { CaptureFileError } from '../import/file/frames'
import { Recording } from '../import/recording'

/** A capture file that a page sends part by part. It is read as it comes, and never held as a whole. */
export class CaptureUpload {
  private coming: { recording: Recording; bytes: number } | null = null

  /** @param opened told of each file that has come to its end */
  constructor(private readonly opened: (recording: Recording) => void) {}

  /** @throws ApiError `bad-request` for a file that is no capture, `conflict` for a part out of turn */
  take(part: { name: string; at: number; bytes: Uint8Array; done: boolean }): {
    frames: number
    packets: number
  } {
    if (part.at === 0) this.coming = { recording: new Recording(part.name), bytes: 0 }
    const { coming } = this
    if (!coming || part.at !== coming.bytes)
      throw new ApiError(
        'conflict',
        `part of ${part.name} at byte ${part.at}: expected ${coming?.bytes ?? 0}`,
      )
    const { recording } = coming
    coming.bytes += part.bytes.length
    // Copied, since the capture keeps what it is given until it is read.
    recording.push(Buffer.from(part.bytes))
    if (part.done) {
      this.coming = null
      end(recording)
      this.opened(recording)
    }
    return { frames: recording.frames, packets: recording.capture.seen }
  }
}

function end(recording: Recording): void {
  try {
    recording.end()
  } catch (thrown) {
    if (thrown instanceof CaptureFileError)
      throw new ApiError('bad-request', `${recording.name}: ${thrown.message}`)
    throw thrown
  }
}
