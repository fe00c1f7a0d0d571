import { ApiError } from '../../contract/errors'

/** Long work that may be left off after each step; a step gives how many packets it looked at. */
export type Steps<T> = Generator<number, T, void>

/** Packets that are looked at in one step: few, for the slowest filter takes a while for each. */
export const STEP = 32

/** All of the work without a break, where nobody waits. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

export interface SlicerOptions {
  /** ms of a clock that never jumps. */
  now(): number
  /** Lets everything else that waits run, and comes back after this many ms at the earliest. */
  pause(ms: number): Promise<void>
  /** Longest that is worked at a stretch, ms, but for the last step. */
  sliceMs: number
  /** Rest after each slice, as a multiple of its length. */
  rest: number
}

/** Works at several long things by turns, a slice of each at a time, and lets everything else run in between. */
export class Slicer {
  private readonly jobs: ((untilMs: number) => boolean)[] = []
  private busy = false

  constructor(private readonly options: SlicerOptions) {}

  /**
   * @param worked told, at the end, how many packets were looked at
   * @throws ApiError `unavailable` once the signal aborts; what the work throws
   */
  run<T>(steps: Steps<T>, signal: AbortSignal, worked: (packets: number) => void): Promise<T> {
    return new Promise((done, fail) => {
      let packets = 0
      const slice = (untilMs: number): boolean => {
        try {
          for (;;) {
            if (signal.aborted) throw new ApiError('unavailable', 'the page has gone')
            const step = steps.next()
            if (step.done) {
              worked(packets)
              done(step.value)
              return true
            }
            packets += step.value
            if (this.options.now() >= untilMs) return false
          }
        } catch (thrown) {
          worked(packets)
          fail(thrown instanceof Error ? thrown : new Error(String(thrown)))
          return true
        }
      }
      this.jobs.push(slice)
      if (!this.busy) void this.work()
    })
  }

  private async work(): Promise<void> {
    const { now, pause, sliceMs, rest } = this.options
    this.busy = true
    for (let job = this.jobs.shift(); job; job = this.jobs.shift()) {
      const beganMs = now()
      const done = job(beganMs + sliceMs)
      await pause((now() - beganMs) * rest)
      // Behind those that came meanwhile.
      if (!done) this.jobs.push(job)
    }
    this.busy = false
  }
}
