import type { Shown } from '../../contract/shown'

/** What the teacher's page shows: the latest, and nothing of before. */
export class ClassView {
  /** Grows with every change. */
  revision = 0
  shown: Shown | null = null

  show(now: Shown): void {
    this.shown = now
    this.revision++
  }
}
