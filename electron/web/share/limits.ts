/** A bucket that holds a number of tokens and fills up again with time. */
export interface BucketSize {
  burst: number
  perSecond: number
}

/** Rate limit by token bucket, on the clock given in ms. */
export class Bucket {
  private tokens: number
  private atMs: number

  constructor(
    private readonly size: BucketSize,
    private readonly now: () => number,
  ) {
    this.tokens = size.burst
    this.atMs = now()
  }

  /** Takes tokens if there are as many. */
  take(tokens = 1): boolean {
    this.fill()
    if (this.tokens < tokens) return false
    this.tokens -= tokens
    return true
  }

  /** Takes tokens for what is done already; the bucket may owe them. */
  charge(tokens: number): void {
    this.fill()
    this.tokens -= tokens
  }

  /** ms until there are as many tokens; 0 when there are now. */
  waitMs(tokens = 1): number {
    this.fill()
    return Math.ceil((Math.max(0, tokens - this.tokens) / this.size.perSecond) * 1000)
  }

  get full(): boolean {
    this.fill()
    return this.tokens >= this.size.burst
  }

  private fill(): void {
    const now = this.now()
    const gained = (Math.max(0, now - this.atMs) / 1000) * this.size.perSecond
    this.tokens = Math.min(this.size.burst, this.tokens + gained)
    this.atMs = now
  }
}

const MAX_KEYS = 4096

/** A bucket a key, such as an address; those that are full again are forgotten. */
export class Buckets {
  private readonly byKey = new Map<string, Bucket>()

  constructor(
    private readonly size: BucketSize,
    private readonly now: () => number,
  ) {}

  of(key: string): Bucket {
    const known = this.byKey.get(key)
    if (known) return known
    if (this.byKey.size >= MAX_KEYS) this.forget()
    const bucket = new Bucket(this.size, this.now)
    this.byKey.set(key, bucket)
    return bucket
  }

  /** Full buckets say nothing; when all are in use the oldest goes. */
  private forget(): void {
    for (const [key, bucket] of this.byKey) if (bucket.full) this.byKey.delete(key)
    if (this.byKey.size < MAX_KEYS) return
    const [oldest] = this.byKey.keys()
    if (oldest !== undefined) this.byKey.delete(oldest)
  }
}
