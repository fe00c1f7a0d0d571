/** The picture changes at most this often, ms: often enough to follow, seldom enough to read. */
const CALM_MS = 250
const BUSY_MS = 1000
/** Packets per second above which the picture changes once per second. */
const BUSY_RATE = 150

/** Gathers many changes into few redraws, fewer the busier it is. */
export class Calm {
  private timer: ReturnType<typeof setTimeout> | null = null
  private drawnAt = -Infinity
  private countedAt = 0
  private counted = 0
  private rate = 0

  constructor(
    private readonly draw: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Draws soon, but not sooner than the pace allows. */
  ask(): void {
    if (this.timer !== null) return
    const pace = this.rate > BUSY_RATE ? BUSY_MS : CALM_MS
    this.timer = setTimeout(
      () => {
        this.timer = null
        this.drawnAt = this.now()
        this.draw()
      },
      Math.max(0, pace - (this.now() - this.drawnAt)),
    )
  }

  /** Forgets the pace: what comes next is drawn at once. */
  hurry(): void {
    this.drawnAt = -Infinity
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  /** Counts packets that came, to know how busy it is. */
  count(n: number): void {
    this.counted += n
    const now = this.now()
    if (now - this.countedAt < 1000) return
    this.rate = (this.counted * 1000) / (now - this.countedAt)
    this.counted = 0
    this.countedAt = now
  }
}
