import { Duplex } from 'node:stream'

/** Bytes on their way to one end before the other end's `write` reports that it is full. */
const WINDOW_BYTES = 64 * 1024

type Done = (error?: Error | null) => void

class PairEnd extends Duplex {
  private peer: PairEnd | null = null
  private inbox: Buffer[] = []
  private inboxBytes = 0
  private inboxEnded = false
  private pushedEnd = false
  private wanted = true
  private scheduled = false
  private release: Done | null = null

  constructor() {
    super({ allowHalfOpen: false, readableHighWaterMark: WINDOW_BYTES, writableHighWaterMark: WINDOW_BYTES })
  }

  join(peer: PairEnd): void {
    this.peer = peer
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.peer === null) done()
    else this.peer.receive(chunk, done)
  }

  override _final(done: Done): void {
    this.peer?.receiveEnd()
    done()
  }

  override _read(): void {
    this.wanted = true
    if (this.inbox.length > 0 || this.inboxEnded) this.schedule()
  }

  override _destroy(error: Error | null, done: Done): void {
    this.inbox = []
    this.inboxBytes = 0
    this.free()
    this.peer?.receiveEnd()
    this.peer = null
    done(error)
  }

  private receive(chunk: Buffer, done: Done): void {
    if (this.destroyed || this.inboxEnded) {
      done()
      return
    }
    this.inbox.push(chunk)
    this.inboxBytes += chunk.length
    if (this.inboxBytes > WINDOW_BYTES) this.release = done
    else done()
    this.schedule()
  }

  private receiveEnd(): void {
    if (this.destroyed || this.inboxEnded) return
    this.inboxEnded = true
    this.schedule()
  }

  /** Never within the sender's call: a handshake of answers to answers would otherwise nest without bound. */
  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    process.nextTick(flush, this)
  }

  /** Hands what has arrived to the reader, until it has enough. */
  flush(): void {
    this.scheduled = false
    if (this.destroyed) return
    let taken = 0
    while (this.wanted && taken < this.inbox.length) {
      const chunk = this.inbox[taken++] as Buffer
      this.inboxBytes -= chunk.length
      this.wanted = this.push(chunk)
    }
    this.inbox = taken === this.inbox.length ? [] : this.inbox.slice(taken)
    if (this.inboxBytes <= WINDOW_BYTES) this.free()
    if (this.inboxEnded && this.inbox.length === 0 && !this.pushedEnd) {
      this.pushedEnd = true
      this.push(null)
    }
  }

  private free(): void {
    const done = this.release
    this.release = null
    done?.()
  }
}

function flush(end: PairEnd): void {
  end.flush()
}

/**
 * Two joined streams in memory: what is written to one is read from the other, in order and never within the
 * call that wrote it. Each direction holds 64 KiB before `write` returns false and the writer waits.
 * `end` ends the other side once it has read everything; `destroy` does the same, so a last packet written
 * just before it still arrives. Bytes written to an end whose partner is gone are dropped without an error.
 */
export function createPair(): [Duplex, Duplex] {
  const a = new PairEnd()
  const b = new PairEnd()
  a.join(b)
  b.join(a)
  return [a, b]
}
