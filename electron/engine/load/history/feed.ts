import type { EngineEvents } from '../../../contract/api'
import type { LoadService } from './load-service'

/** Tells one page of load tests: each point once, and nothing while nothing changes. */
export class LoadFeed {
  private revision = -1
  private runId: string | null = null
  private known = 0

  constructor(
    private readonly service: Pick<LoadService, 'revision' | 'event'>,
    private readonly events: Pick<EngineEvents, 'load'>,
  ) {}

  push(): void {
    if (this.service.revision === this.revision) return
    this.revision = this.service.revision
    const runId = this.service.event(0).now?.runId ?? this.runId
    if (runId !== this.runId) this.known = 0
    this.runId = runId
    const event = this.service.event(this.known)
    this.known = event.from + event.points.length
    this.events.load(event)
  }
}
