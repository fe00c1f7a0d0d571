/** A client as the connector sees it. */
export interface Connectable {
  connect(): void
}

interface Retry {
  client: Connectable
  atMs: number
}

/** Connections under way at once in one thread: less than the listen queue of common brokers (100). */
const MAX_PENDING = 64
const FIRST_BACKOFF_MS = 200
const MAX_BACKOFF_MS = 5_000

/**
 * Decides when each client connects: in order, at most a number per second, at most a number at once; after a failure
 * again, later each time. Times are Unix ms of the run's clock; `step` must be called often.
 */
export class Connector<C extends Connectable> {
  private queue: C[] = []
  private head = 0
  private readonly retries: Retry[] = []
  private readonly failures = new Map<Connectable, number>()
  private pending = 0
  private credit = 1
  private lastMs: number | null = null

  /**
   * @param ratePerSecond connections started per second; null: no limit but those in progress
   * @param random 0 to 1, spreads retries
   */
  constructor(
    private readonly ratePerSecond: number | null,
    private readonly random: () => number,
    private readonly maxPending = MAX_PENDING,
  ) {}

  get idle(): boolean {
    return this.head === this.queue.length && this.retries.length === 0
  }

  add(clients: readonly C[]): void {
    this.queue = this.queue.slice(this.head).concat(clients)
    this.head = 0
  }

  /** A connection attempt ended well. */
  succeeded(client: C): void {
    this.pending--
    this.failures.delete(client)
  }

  /** A connection attempt ended badly: it is tried again. */
  failed(client: C, nowMs: number): void {
    this.pending--
    this.again(client, nowMs)
  }

  /** A connection attempt was called off. */
  gaveUp(client: C): void {
    this.pending--
    this.failures.delete(client)
  }

  /** A connection that stood is gone: it is made again. */
  lost(client: C, nowMs: number): void {
    this.again(client, nowMs)
  }

  private again(client: C, nowMs: number): void {
    const before = this.failures.get(client) ?? 0
    this.failures.set(client, before + 1)
    const backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** before)
    this.retries.push({ client, atMs: nowMs + backoff * (0.5 + this.random() / 2) })
  }

  /** Begins the connections whose time has come. */
  step(nowMs: number): void {
    if (this.idle) {
      this.lastMs = nowMs
      return
    }
    if (this.ratePerSecond !== null) {
      const passed = this.lastMs === null ? 0 : nowMs - this.lastMs
      this.credit = Math.min(
        this.credit + (passed * this.ratePerSecond) / 1000,
        Math.max(1, this.ratePerSecond),
      )
    }
    this.lastMs = nowMs
    while (this.pending < this.maxPending && (this.ratePerSecond === null || this.credit >= 1)) {
      const next = this.next(nowMs)
      if (next === null) return
      this.credit--
      this.pending++
      next.connect()
    }
  }

  private next(nowMs: number): Connectable | null {
    const i = this.retries.findIndex((r) => r.atMs <= nowMs)
    if (i >= 0) {
      const due = this.retries[i] as Retry
      const last = this.retries.pop() as Retry
      if (last !== due) this.retries[i] = last
      return due.client
    }
    return this.queue[this.head++] ?? this.none()
  }

  private none(): null {
    this.head = this.queue.length
    return null
  }

  /** Nobody connects any more. */
  stop(): void {
    this.queue = []
    this.head = 0
    this.retries.length = 0
  }
}
