import type { Duplex } from 'node:stream'
import { Packet, type Frame } from '../../mqtt/packet'
import type { PacketPort, PortReceiver } from '../../mqtt/port'
import { FrameSplitter } from '../../mqtt/splitter'
import type { Clock } from '../clock/clock'
import { logMessages } from './log-messages'

/** Real ms a closed stream gets to hand over its last bytes before it is cut. */
const LINGER_MS = 200

/** How an HTTP request begins, which no CONNECT does. */
const HTTP_REQUEST = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) /
const LONGEST_METHOD = 'OPTIONS '.length
/** What a browser shows; the line in the log is for whoever runs the broker. */
const HTTP_ANSWER = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${logMessages.browser().text}\n`

/** A browser came to a port that speaks MQTT. */
export class HttpRequestError extends Error {
  override readonly name = 'HttpRequestError'
}

/** The broker's end of a socket: cuts its bytes into packets, writes packets, and closes without losing the last. */
export class SocketPort implements PacketPort {
  receiver: PortReceiver | null = null
  level = 4
  private corked = false
  /** Nothing has been read yet. */
  private fresh = true
  private readonly splitter: FrameSplitter

  /**
   * @param maxBytes longer packets are malformed
   * @param realClock times the linger
   */
  constructor(
    private readonly stream: Duplex,
    maxBytes: number,
    private readonly realClock: Clock,
  ) {
    this.splitter = new FrameSplitter(maxBytes)
    const ended = (): void => this.receiver?.ended()
    stream.on('data', (chunk: Buffer) => this.read(chunk))
    stream.on('drain', () => this.receiver?.drained())
    stream.on('error', (e: Error) => this.receiver?.failed(e))
    stream.on('end', ended)
    stream.on('close', ended)
  }

  get bufferedBytes(): number {
    return this.stream.writableLength
  }

  get gone(): boolean {
    return this.stream.destroyed
  }

  /** The packets of one turn leave in one write. */
  send(frame: Frame): void {
    if (!this.corked) {
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

  private read(chunk: Buffer): void {
    const first = this.fresh
    this.fresh = false
    if (first && HTTP_REQUEST.test(chunk.toString('latin1', 0, LONGEST_METHOD))) {
      this.stream.write(HTTP_ANSWER)
      this.receiver?.failed(new HttpRequestError())
      return
    }
    try {
      this.splitter.push(chunk, this.take)
    } catch (thrown) {
      this.receiver?.failed(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  }

  private readonly take = (frame: Frame): void => {
    this.receiver?.packet(new Packet(frame, this.level))
  }
}

function uncork(port: SocketPort): void {
  port.uncork()
}
