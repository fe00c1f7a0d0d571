import { ApiError } from '../../contract/errors'
import type { Lesson } from '../../contract/lesson'
import type { Loss, QosComparison } from '../../contract/comparison'
import type { LessonOutcome, LiveOutcome } from '../../contract/lesson-run'
import type { LastLessonRun } from '../../contract/shown'
import type { Lab } from '../lab/lab'
import { compareQos } from './comparison'
import { builtInLessons } from './library'
import { LiveWatch } from './live'
import { outcomeOf } from './outcome'
import { planOf, type LessonPlan } from './plan'
import { parseLesson } from './read'
import { runLesson, type LessonRecord } from './run'

/** Real ms one run may take; an ordinary one takes a few hundred. */
const RUN_TIMEOUT_MS = 20_000
/** Lessons kept besides the built-in ones. */
const MAX_OPENED = 50
/** Runs that may wait for their turn. */
const MAX_WAITING = 100

type Result = LessonOutcome | QosComparison

/** The lessons of an engine: built in and opened, their runs one after the other, and the watch of the live one. */
export class LessonService {
  private readonly opened = new Map<string, Lesson>()
  /** Runs asked for and not finished: who asks for the same gets the same. */
  private readonly pending = new Map<string, Promise<Result>>()
  private last: Promise<unknown> = Promise.resolve()
  private live: LiveWatch | null = null
  private readonly stop = new AbortController()
  /** What was run last, of either kind. */
  latest: LastLessonRun = { outcome: null, comparison: null }

  /** The built-in ones in their order, then those that were opened. */
  lessons(): Lesson[] {
    return [...builtInLessons(), ...this.opened.values()]
  }

  /**
   * Takes a lesson file in; one opened before with the same identifier gives way.
   * @throws ApiError `bad-request` when it cannot be read, `conflict` when its identifier is a built-in lesson's
   */
  open(text: string, name: string): Lesson {
    const lesson = parseLesson(text, name)
    if (builtInLessons().some((l) => l.id === lesson.id))
      throw new ApiError('conflict', `${name}: id ${lesson.id} belongs to a built-in lesson; choose another`)
    if (this.opened.size >= MAX_OPENED && !this.opened.has(lesson.id))
      throw new ApiError('conflict', `${MAX_OPENED} lessons are already open`)
    this.opened.set(lesson.id, lesson)
    return lesson
  }

  /** A variant of a scripted lesson, ready to be run. @throws ApiError `not-found`, `bad-request` for a live lesson */
  plan(id: string, variant: string): LessonPlan {
    const lesson = this.lesson(id)
    if (lesson.kind !== 'script') throw new ApiError('bad-request', `lesson ${id} has no script to run`)
    return planOf(lesson, variant)
  }

  /**
   * Runs a variant of a scripted lesson on broker, links and devices of its own.
   * @throws ApiError `not-found`, `bad-request` for a live lesson, `unavailable` when it was ended before its end
   */
  run(id: string, variant: string): Promise<LessonOutcome> {
    const plan = this.plan(id, variant)
    const take = (record: LessonRecord): LessonOutcome => outcomeOf(plan, record)
    return this.inTurn(`${id}/${variant}`, async (signal) => {
      const outcome = await runLesson(plan, { signal }, take)
      this.latest = { ...this.latest, outcome }
      return outcome
    })
  }

  /**
   * Sends one message at QoS 0, 1 and 2, each on broker, links and devices of its own, and loses the same packet of each.
   * @throws ApiError `unavailable` when it was ended before its end
   */
  compare(loss: Loss): Promise<QosComparison> {
    return this.inTurn(`compare/${loss}`, async (signal) => {
      const comparison = await compareQos(loss, signal)
      this.latest = { ...this.latest, comparison }
      return comparison
    })
  }

  /** One run after the other; who asks for what is waiting or running already gets that. */
  private inTurn<T extends Result>(key: string, job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const known = this.pending.get(key)
    if (known) return known as Promise<T>
    if (this.pending.size >= MAX_WAITING)
      throw new ApiError('unavailable', 'too many lessons are waiting to run; try again in a moment')
    const run = this.last.then(async () => {
      try {
        return await job(AbortSignal.any([this.stop.signal, AbortSignal.timeout(RUN_TIMEOUT_MS)]))
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown)
        throw new ApiError('unavailable', `the run failed: ${why}`)
      } finally {
        this.pending.delete(key)
      }
    })
    this.pending.set(key, run)
    this.last = run.catch(() => {})
    return run
  }

  /**
   * How far a live lesson is, at the broker of this run.
   * @throws ApiError `not-found`, `bad-request` for a scripted lesson
   */
  watch(id: string, lab: Lab): LiveOutcome {
    const lesson = this.lesson(id)
    if (lesson.kind !== 'live') throw new ApiError('bad-request', `lesson ${id} is run, not watched`)
    if (this.live?.lab !== lab) {
      this.live?.close()
      this.live = new LiveWatch(lab)
    }
    return this.live.outcome(lesson)
  }

  async close(): Promise<void> {
    this.stop.abort()
    this.live?.close()
    await this.last
  }

  private lesson(id: string): Lesson {
    const found = this.lessons().find((l) => l.id === id)
    if (!found) throw new ApiError('not-found', `unknown lesson ${id}`)
    return found
  }
}
