/** A client that has packets to send. */
export interface Sender {
  /** True while it waits in the queue. */
  queued: boolean
  /** Writes what it has to say into the batch and sends it. */
  flush(batch: Batch): void
}

const ARENA_BYTES = 256 * 1024

/** The buffer in which one client's packets are put together for one write. */
export class Batch {
  bytes = Buffer.allocUnsafeSlow(ARENA_BYTES)
  /** Where the next packet goes. */
  at = 0

  /** Makes room for a packet, however large. */
  reserve(length: number): void {
    if (this.at + length <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length, this.at + length))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
  }

  /** What was put in. */
  take(): Buffer {
    const out = this.bytes.subarray(0, this.at)
    this.at = 0
    return out
  }

  /** The transport has kept the buffer: go on with another. */
  renew(): void {
    this.bytes = Buffer.allocUnsafeSlow(ARENA_BYTES)
  }
}

/**
 * Gathers the clients that have something to send and flushes each once a turn of the event loop, so that all
 * acknowledgements and messages of a turn leave in one write a client.
 */
export class FlushQueue {
  private waiting: Sender[] = []
  private spare: Sender[] = []
  private scheduled = false
  private readonly batch = new Batch()
  private readonly run = (): void => this.flush()

  /** @param defer calls back once, later: setImmediate, or by hand in tests */
  constructor(private readonly defer: (f: () => void) => void) {}

  mark(sender: Sender): void {
    if (!sender.queued) {
      sender.queued = true
      this.waiting.push(sender)
    }
    if (!this.scheduled) {
      this.scheduled = true
      this.defer(this.run)
    }
  }

  /** What `f` marks is sent at once instead of in a later turn, with all that waits. */
  together(f: () => void): void {
    const awaited = this.scheduled
    this.scheduled = true
    f()
    this.flush()
    // the turn that was asked for before still comes, and may find nothing left
    this.scheduled ||= awaited
  }

  private flush(): void {
    this.scheduled = false
    const senders = this.waiting
    this.waiting = this.spare
    for (const sender of senders) {
      sender.queued = false
      sender.flush(this.batch)
    }
    senders.length = 0
    this.spare = senders
  }
}
