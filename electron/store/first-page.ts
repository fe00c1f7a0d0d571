import type { Language } from '../contract/languages'
import { within } from '../engine/base/sequencer'

/** Longest that a page waits for the task. Then it is told of what there is, and of the rest when it comes. */
const PATIENCE_MS = 3000

/** What is left to do until the first page has said its language. */
export class FirstPage {
  private task: (language: Language) => Promise<void> = () => Promise.resolve()
  private done: Promise<void> | null = null

  /** @param failed told what the task rejected with */
  constructor(private readonly failed: (thrown: unknown) => void) {}

  /** Sets the task; to be called before a page can come. */
  waitFor(task: (language: Language) => Promise<void>): void {
    this.task = task
  }

  /** A page has come. The first one's language counts; all wait until the task is done, or for 3 s. Never rejects. */
  came(language: Language): Promise<void> {
    this.done ??= this.task(language).catch(this.failed)
    return within(PATIENCE_MS, this.done)
  }
}
