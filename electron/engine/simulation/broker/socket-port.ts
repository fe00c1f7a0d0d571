import type { Duplex } from 'node:stream'
import { Packet, type Frame } from '../../mqtt/packet'
import type { PacketPort, PortReceiver } from '../../mqtt/port'
import { FrameSplitter } from '../../mqtt/splitter'
import type { Clock } from '../clock/clock'
import { logMessages } from './log-messages'
import type { Turns } from './turns'

/** Real ms a closed stream gets to hand over its last bytes before it is cut. */
const LINGER_MS = 200

/** Packets of one client that are handled in one turn, and the real ms after which no further one is begun. */
const TURN_PACKETS = 64
const TURN_MS = 1

/** How an HTTP request begins, which no CONNECT does. */
const HTTP_REQUEST = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) /
const LONGEST_METHOD = 'OPTIONS '.length
/** What a browser shows; the line in the log is for whoever runs the broker. */
const HTTP_ANSWER = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${logMessages.browser().text}\n`

/** A browser came to a port that speaks MQTT. */
export class HttpRequestError extends Error {
  override readonly name = 'HttpRequestError'
}

/**
 * The broker's end of a socket: cuts its bytes into packets, writes packets, and closes without losing the last.
 * Of what a client sends, a turn's worth is handled at once; the rest waits, and nothing more is read meanwhile, so
 * that a flood of one client's packets costs the others one turn each time.
 */
export class SocketPort implements PacketPort {
  receiver: PortReceiver | null = null
  level = 4
  private corked = false
  /** Nothing has been read yet. */
  private fresh = true
  private readonly splitter: FrameSplitter
  /** What was read and is not taken apart yet. */
  private rest: Buffer | null = null
  /** The rest takes turns. */
  private inRing = false
  private paused = false
  private closing = false
  /** Packets handled in this turn, and when it ends. */
  private taken = 0
  private untilMs = 0

  /**
   * @param maxBytes longer packets are malformed
   * @param realClock times the linger
   * @param turns with the other clients' work
   */
  constructor(
    private readonly stream: Duplex,
    maxBytes: number,
    private readonly realClock: Clock,
    private readonly turns: Turns,
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
    this.paused = true
    this.stream.pause()
  }

  resume(): void {
    this.paused = false
    if (this.rest === null) this.stream.resume()
    else this.takeTurns()
  }

  close(): void {
    const { stream } = this
    this.closing = true
    this.rest = null
    // A half-read stream would answer the peer with a reset and take the last packet with it.
    stream.resume()
    if (stream.destroyed) return
    stream.end(() => stream.destroy())
    const timer = this.realClock.schedule(LINGER_MS, () => stream.destroy())
    stream.once('close', () => this.realClock.cancel(timer))
  }

  private read(chunk: Buffer): void {
    if (this.closing) return
    const first = this.fresh
    this.fresh = false
    if (first && HTTP_REQUEST.test(chunk.toString('latin1', 0, LONGEST_METHOD))) {
      this.stream.write(HTTP_ANSWER)
      this.receiver?.failed(new HttpRequestError())
      return
    }
    this.rest = this.rest === null ? chunk : Buffer.concat([this.rest, chunk])
    if (this.inRing || !this.turn()) return
    this.stream.pause()
    this.takeTurns()
  }

  private takeTurns(): void {
    if (this.inRing) return
    this.inRing = true
    this.turns.add(() => {
      this.inRing = this.turn() && !this.paused
      if (this.rest === null && !this.paused) this.stream.resume()
      return this.inRing
    })
  }

  /** Handles some packets of the rest. True while there is more of it. */
  private turn(): boolean {
    const chunk = this.rest
    if (chunk === null || this.paused) return chunk !== null
    this.taken = 0
    this.untilMs = this.realClock.now() + TURN_MS
    try {
      const at = this.splitter.push(chunk, this.take, this.more)
      if (this.rest !== null) this.rest = at < chunk.length ? chunk.subarray(at) : null
    } catch (thrown) {
      this.rest = null
      this.receiver?.failed(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
    return this.rest !== null
  }

  private readonly more = (): boolean =>
    !this.closing && !this.paused && ++this.taken < TURN_PACKETS && this.realClock.now() < this.untilMs

  private readonly take = (frame: Frame): void => {
    this.receiver?.packet(new Packet(frame, this.level))
  }
}

function uncork(port: SocketPort): void {
  port.uncork()
}
