import { ApiError } from '../../contract/errors'
import type { LessonOutcome } from '../../contract/lesson-run'
import { SANDBOXES, type SandboxState } from '../../contract/sandboxes'
import { outcomeOf } from './outcome'
import type { LessonPlan } from './plan'
import { runLesson } from './run'
import type { TimeShare } from './time-share'

/** A pupil's run: one at a time. */
interface Place {
  ends: AbortController
  begin: () => void
  running: boolean
}

const ended = (why: string): ApiError => new ApiError('unavailable', why)

/**
 * Lessons that pupils run alone. Each is a stage of its own, as the teacher's are: no socket, no file, nothing of the open
 * scenario; as many devices and as much virtual time as a lesson may have. So many run at once as the teacher allows, by
 * turns, and the others wait.
 */
export class Sandboxes {
  /** Grows with every change. */
  revision = 1
  private most: number = SANDBOXES.default
  /** By pupil, in the order of coming. */
  private readonly places = new Map<string, Place>()

  constructor(private readonly share: TimeShare) {}

  state(): SandboxState {
    const running = this.running
    return { most: this.most, running, waiting: this.places.size - running }
  }

  /** How many may run at once; with 0 those that run end at once. */
  allow(most: number): void {
    this.most = most
    for (const { ends } of most === 0 ? this.places.values() : [])
      ends.abort(ended('the teacher has ended the lessons that pupils run'))
    this.changed()
  }

  /**
   * Runs a lesson for a pupil, one at a time.
   * @param signal the pupil has left
   * @param worked told, at the end, for how many ms it ran
   * @throws ApiError `forbidden` while none may run, `conflict` while one runs for the same pupil, `unavailable` when it was ended before its end
   */
  async run(
    pupil: string,
    plan: LessonPlan,
    signal: AbortSignal,
    worked: (ms: number) => void,
  ): Promise<LessonOutcome> {
    if (this.most === 0) throw new ApiError('forbidden', 'the teacher does not let pupils run lessons now')
    if (this.places.has(pupil)) throw new ApiError('conflict', 'your last run has not ended yet')
    const place = this.take(pupil)
    const ends = AbortSignal.any([signal, place.ends.signal])
    try {
      await turnOf(place, ends, () => this.changed())
      const way = { signal: ends, join: this.joining(place, worked) }
      return await runLesson(plan, way, (record) => outcomeOf(plan, record))
    } catch (thrown) {
      const { reason } = ends as { reason: unknown }
      if (reason instanceof ApiError) throw reason
      throw ended(`the run failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    } finally {
      this.places.delete(pupil)
      this.changed()
    }
  }

  private take(pupil: string): Place {
    const place: Place = { ends: new AbortController(), begin: () => undefined, running: false }
    this.places.set(pupil, place)
    return place
  }

  private joining(place: Place, worked: (ms: number) => void) {
    return (clock: Parameters<TimeShare['join']>[0]) => {
      const leave = this.share.join(clock, () => place.ends.abort(ended('the run took too long')))
      return () => worked(leave())
    }
  }

  private get running(): number {
    let n = 0
    for (const p of this.places.values()) if (p.running) n++
    return n
  }

  /** Those who waited longest begin. */
  private changed(): void {
    let free = this.most - this.running
    for (const place of this.places.values()) {
      if (free <= 0) break
      if (place.running) continue
      place.running = true
      place.begin()
      free--
    }
    this.revision++
  }
}

/** Waits until a place may begin. @throws unknown the signal's reason */
function turnOf(place: Place, signal: AbortSignal, waits: () => void): Promise<void> {
  return new Promise((begin, fail) => {
    if (signal.aborted) {
      fail(signal.reason as Error)
      return
    }
    signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true })
    place.begin = begin
    waits()
  })
}
