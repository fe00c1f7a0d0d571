import { Duplex } from 'node:stream'

/** What happens at one end of a connection. */
export interface EndHooks {
  /** Bytes written by the endpoint, in order. */
  written(chunk: Buffer): void
  /** The endpoint will write no more; what is on its way still arrives. */
  finished(): void
  /** The stream is gone. */
  closed(): void
  /** True while the link holds so much that the endpoint should wait for `drain`. */
  full(): boolean
}

type WriteCallback = (error: Error | null | undefined) => void

/**
 * The endpoint's end of a link. An MQTT packet reaches a stream as half a dozen small writes; they go straight to the
 * link, past the buffers of Writable, which would cost more than the rest of the link together.
 */
export class LinkEnd extends Duplex {
  private waiting = false

  constructor(private readonly hooks: EndHooks) {
    super({ allowHalfOpen: false, decodeStrings: true })
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    const done = typeof encoding === 'function' ? encoding : callback
    const coding = typeof encoding === 'string' ? encoding : 'utf8'
    if (this.destroyed || this.writableEnded) return super.write(chunk, coding, done)
    if (typeof chunk === 'string') this.hooks.written(Buffer.from(chunk, coding))
    else if (Buffer.isBuffer(chunk)) this.hooks.written(chunk)
    else return super.write(chunk, coding, done)
    if (done) process.nextTick(done, null)
    this.waiting = this.hooks.full()
    return !this.waiting
  }

  /** Writes are never buffered here. */
  override cork(): void {
    return undefined
  }

  override uncork(): void {
    return undefined
  }

  /** The link has room again. */
  roomAgain(): void {
    if (!this.waiting) return
    this.waiting = false
    this.emit('drain')
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.hooks.written(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    callback(null)
  }

  override _read(): void {
    return undefined
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.hooks.finished()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.hooks.closed()
    callback(error)
  }
}
