import type { Duplex } from 'node:stream'
import type { Clock } from '../clock/clock'
import type { Frame } from '../../mqtt/frame'

/** Real ms a closed stream gets to hand over its last bytes before it is cut. */
const LINGER_MS = 200

/** The broker's end of a client's stream: writes packets and closes without losing the last. */
export class StreamEnd {
  private corked = false

  /**
   * @param batch a socket takes the packets of one turn in one write; a device's link wants each by itself
   * @param realClock times the linger
   */
  constructor(
    private readonly stream: Duplex,
    private readonly batch: boolean,
    private readonly realClock: Clock,
  ) {}

  get bufferedBytes(): number {
    return this.stream.writableLength
  }

  get gone(): boolean {
    return this.stream.destroyed
  }

  write(frame: Frame): void {
    if (this.batch && !this.corked) {
      this.corked = true
      this.stream.cork()
      process.nextTick(uncork, this)
    }
    this.stream.write(frame)
  }

  uncork(): void {
    this.corked = false
    this.stream.uncork()
  }

  pause(): void {
    this.stream.pause()
  }

  resume(): void {
    this.stream.resume()
  }

  close(): void {
    const { stream } = this
    // A half-read stream would answer the peer with a reset and take the last packet with it.
    stream.resume()
    if (stream.destroyed) return
    stream.end(() => stream.destroy())
    const timer = this.realClock.schedule(LINGER_MS, () => stream.destroy())
    stream.once('close', () => this.realClock.cancel(timer))
  }
}

function uncork(end: StreamEnd): void {
  end.uncork()
}
