import type { EngineEvents } from '../../../contract/api'
import type { LoadDesk } from './desk'

/** Tells one page of load tests: each point once, and nothing while nothing changes. */
export class LoadFeed {
  private revision = -1
  private runId: string | null = null
  private known = 0

  constructor(
    private readonly desk: Pick<LoadDesk, 'revision' | 'event'>,
    private readonly events: Pick<EngineEvents, 'load'>,
  ) {}

  push(): void {
    if (this.desk.revision === this.revision) return
    this.revision = this.desk.revision
    const runId = this.desk.event(0).now?.runId ?? this.runId
    if (runId !== this.runId) this.known = 0
    this.runId = runId
    const event = this.desk.event(this.known)
    this.known = event.from + event.points.length
    this.events.load(event)
  }
}
