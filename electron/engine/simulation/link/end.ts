import { Duplex } from 'node:stream'
import { FrameSplitter } from '../../mqtt/splitter'
import type { Frame } from '../../mqtt/packet'
import type { ClientStream } from './types'

/** What happens at one end of a connection. */
export interface EndHooks {
  /** The endpoint has written a packet. */
  written(frame: Frame): void
  /** The endpoint will write no more; what is on its way still arrives. */
  finished(): void
  /** The stream is gone. */
  closed(): void
  /** True while the link holds so much that the endpoint should wait for `drain`. */
  full(): boolean
  /** Whoever reads has taken what waited for it. */
  readAgain(): void
}

type WriteCallback = (error: Error | null | undefined) => void

/**
 * The client's end of a link: a stream for mqtt.js, which writes a packet as half a dozen small pieces and reads by a
 * pipe. Both ways are short-cut, since the buffers of a Duplex would cost more than the rest of the link: what is
 * written is put together here, and a packet that arrives goes straight to what the stream is piped into.
 */
export class LinkEnd extends Duplex implements ClientStream {
  private readonly splitter = new FrameSplitter()
  private sink: NodeJS.WritableStream | null = null
  private waiting = false
  /** Nothing was ended or destroyed yet; the stream's own answers to that cost a look at two states each. */
  private live = true

  constructor(private readonly hooks: EndHooks) {
    super({ allowHalfOpen: false, decodeStrings: true })
  }

  /** Set by a reader that may be slow. */
  backlog: () => number = () => 0

  readAgain(): void {
    this.hooks.readAgain()
  }

  /** A packet has arrived over the link. */
  arrived(frame: Frame): void {
    if (!this.live && (this.destroyed || this.readableEnded)) return
    if (this.sink === null) this.push(frame)
    else this.sink.write(frame)
  }

  /** The one reader a client has. What came before it still lies in the stream's own buffer. */
  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    if (this.sink !== null || this.readableLength > 0) return super.pipe(destination, options)
    this.sink = destination
    this.once('end', () => destination.end())
    this.resume()
    return destination
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    const done = typeof encoding === 'function' ? encoding : callback
    const coding = typeof encoding === 'string' ? encoding : 'utf8'
    if (!this.live) return super.write(chunk, coding, done)
    if (typeof chunk === 'string') {
      if (coding !== 'utf8' || !this.splitter.pushText(chunk)) this.cut(Buffer.from(chunk, coding))
    } else if (chunk instanceof Uint8Array) this.cut(asBuffer(chunk))
    else return super.write(chunk, coding, done)
    if (done) process.nextTick(done, null)
    this.waiting = this.hooks.full()
    return !this.waiting
  }

  /** The link has room again. */
  roomAgain(): void {
    if (!this.waiting) return
    this.waiting = false
    this.emit('drain')
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.cut(asBuffer(chunk))
    callback(null)
  }

  override _read(): void {
    return undefined
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.live = false
    this.hooks.finished()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.live = false
    this.hooks.closed()
    callback(error)
  }

  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    // What comes with the end is written before it, and nothing after.
    this.live = false
    return super.end(chunk, encoding as BufferEncoding, callback as () => void)
  }

  private cut(chunk: Buffer): void {
    try {
      this.splitter.push(chunk, this.onFrame)
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  private readonly onFrame = (frame: Frame): void => this.hooks.written(frame)
}

// Writes are never buffered here. Without the method mqtt.js asks for no turn of its own after each packet to uncork.
Object.defineProperty(LinkEnd.prototype, 'cork', { value: undefined })

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
