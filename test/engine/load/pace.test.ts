import { describe, expect, it } from 'vitest'
import { Pace } from '../../../electron/engine/load/run/pace'

/** A thread whose time passes only by sleeping and waiting; each look at the clock takes a microsecond. */
class Thread {
  nowMs = 0
  turns = 0
  readonly naps: number[] = []
  readonly lateMs: number[] = []
  /** When the answers that are on their way come in. */
  readonly answers: number[] = []
  private waiting: { f: () => void; atMs: number }[] = []
  private next: number
  readonly pace: Pace

  constructor(
    private readonly gapMs: number,
    private readonly answerMs: number,
    private readonly beats: number,
    private readonly wokenLateMs = 0,
  ) {
    this.next = gapMs
    this.pace = new Pace({
      now: () => (this.nowMs += 0.001),
      sleep: (ms) => {
        this.naps.push(ms)
        this.nowMs += ms + this.wokenLateMs
      },
      later: (f, ms) => {
        const one = { f, atMs: this.nowMs + ms }
        this.waiting.push(one)
        return () => (this.waiting = this.waiting.filter((w) => w !== one))
      },
      quiet: () => this.answers.length === 0,
      beat: () => this.beat(),
    })
  }

  private beat(): number {
    while (this.next <= this.nowMs) {
      this.lateMs.push(this.nowMs - this.next)
      this.next += this.gapMs
      if (this.answerMs > 0) this.answers.push(this.nowMs + this.answerMs)
    }
    return this.lateMs.length < this.beats ? this.next : Infinity
  }

  /** Turns the loop until nothing waits: input first, then timers. */
  run(): this {
    this.pace.at(this.next)
    while (this.waiting.length > 0 && this.turns++ < 100_000) {
      const timer = this.waiting.reduce((a, b) => (b.atMs < a.atMs ? b : a))
      const input = this.answers[0] ?? Infinity
      this.nowMs = Math.max(this.nowMs, Math.min(timer.atMs, input))
      if (input <= this.nowMs) {
        this.answers.shift()
        this.pace.heard()
      } else {
        this.waiting = this.waiting.filter((w) => w !== timer)
        timer.f()
      }
    }
    return this
  }

  get waits(): number {
    return this.waiting.length
  }

  get medianLateMs(): number {
    return this.lateMs.toSorted((a, b) => a - b)[this.lateMs.length >> 1] ?? NaN
  }
}

describe('pace', () => {
  it('sleeps the rest of the time where nothing is on its way', () => {
    const t = new Thread(7.3, 0, 50).run()
    expect(t.lateMs).toHaveLength(50)
    expect(Math.max(...t.lateMs)).toBeLessThan(0.02)
    // one timer and one nap for each beat; the last 50 µs are not slept
    expect(t.turns).toBeLessThanOrEqual(150)
    expect(Math.max(...t.naps)).toBeLessThan(2.2)
  })

  it('looks for answers that are on their way, and sleeps once they are there', () => {
    const t = new Thread(1, 0.1, 200).run()
    expect(Math.max(...t.lateMs)).toBeLessThan(0.02)
    // a turn takes a few µs of the 100 that an answer takes
    expect(t.turns).toBeGreaterThan(200 * 20)
    expect(t.turns).toBeLessThan(200 * 110)
    expect(t.naps.length).toBeLessThanOrEqual(210)
  })

  it('gives up looking where answers take longer, for longer each time', () => {
    const t = new Thread(2, 1.5, 200).run()
    expect(Math.max(...t.lateMs)).toBeLessThan(0.1)
    // of 200 beats in 400 ms three look for 0.5 ms, and three more after each of 50, 100 and 200 ms, at 1 µs or more a turn
    expect(t.turns).toBeLessThan(4 * 3 * 500 + 200 * 10)
  })

  it('looks for answers between naps of 0.1 ms where they take longer than the next beat', () => {
    const t = new Thread(1, 25, 2000).run()
    expect(t.medianLateMs).toBeLessThan(0.15)
    expect(t.naps.filter((ms) => ms > 0.1).length).toBeLessThanOrEqual(1)
    expect(t.turns).toBeLessThan(2000 * 16)
  })

  it('lets what is due within 0.2 ms leave together', () => {
    const t = new Thread(0.01, 0, 10_000).run()
    expect(t.naps.length).toBeLessThan(520)
  })

  it('waits for years without a timer that Node cannot set', () => {
    const t = new Thread(5 * 365 * 86_400_000, 0, 1).run()
    expect(t.lateMs).toHaveLength(1)
    expect(t.turns).toBeGreaterThan(70)
  })

  it('learns how late it is woken, as in a virtual machine', () => {
    const t = new Thread(1, 0.1, 2000, 0.22).run()
    const late = t.lateMs.slice(200)
    expect(Math.max(...late)).toBeLessThan(0.03)
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
  })

  it('calls nobody once it is stopped', () => {
    const t = new Thread(5, 0, 10).run()
    t.pace.at(1000)
    t.pace.stop()
    t.pace.heard()
    expect(t.waits).toBe(0)
  })
})
