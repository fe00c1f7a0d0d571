import type { LessonProgress } from '../contract/workspace'
import { JsonFile, type StoreDeps } from './json-file'
import { KINDS } from './kinds'

type Change = (now: LessonProgress) => LessonProgress

/** Which lessons the user has brought to their verdict. */
export class Progress {
  now: LessonProgress = {}
  private readonly file: JsonFile<LessonProgress>

  /**
   * @param changed told of every change
   * @param failed gets what was thrown when it cannot be kept
   */
  constructor(
    folder: string,
    store: StoreDeps,
    private readonly changed: () => void,
    private readonly failed: (thrown: unknown) => void,
  ) {
    this.file = new JsonFile<LessonProgress>(folder, KINDS.progress, store)
  }

  /** True when some was kept. */
  async load(): Promise<boolean> {
    const kept = await this.file.read()
    this.now = kept ?? {}
    return kept !== null
  }

  mark(lesson: string, variant: string): Promise<LessonProgress> {
    return this.change((now) => {
      const done = now[lesson] ?? []
      return done.includes(variant) ? now : { ...now, [lesson]: [...done, variant] }
    })
  }

  clear(): Promise<LessonProgress> {
    return this.change(() => ({}))
  }

  private async change(change: Change): Promise<LessonProgress> {
    this.now = change(this.now)
    try {
      this.now = await this.file.update(change)
    } catch (thrown) {
      this.failed(thrown)
    }
    this.changed()
    return this.now
  }
}
