import { COST } from '../../contract/command-entry'
import { ApiError } from '../../contract/errors'
import type { PageLink } from '../../contract/rpc'
import { Sequencer } from '../base/sequencer'
import type { Slicer, Steps } from '../base/slices'

/** Long commands of one viewer that may wait; more are refused. */
const WAITING = 4

/** The long commands of one page: in slices, by turns with those of others, a viewer's one after the other. */
export class LongWork {
  private readonly gone = new AbortController()
  private readonly turns = new Sequencer()
  private waiting = 0

  constructor(
    private readonly slicer: Slicer,
    private readonly page: PageLink,
    private readonly oneAtATime: boolean,
  ) {}

  /**
   * @param begin makes the work, of what is captured when it is called
   * @throws ApiError `unavailable` when too much waits already, or the page has gone
   */
  async run<T>(begin: () => Steps<T>): Promise<T> {
    if (!this.oneAtATime) return this.work(begin())
    if (this.waiting >= WAITING)
      throw new ApiError('unavailable', 'too many requests at once; wait a moment and try again')
    this.waiting++
    try {
      return await this.turns.queue(() => this.work(begin()))
    } finally {
      this.waiting--
    }
  }

  /** Work for what the page watches, which is not charged and waits for no command. */
  push<T>(begin: () => Steps<T>): Promise<T> {
    return this.slicer.run(begin(), this.gone.signal, () => undefined)
  }

  /** The page is charged for bytes that were made for it. */
  made(bytes: number): void {
    this.page.worked(bytes / COST.bytes)
  }

  close(): void {
    this.gone.abort()
  }

  private work<T>(steps: Steps<T>): Promise<T> {
    return this.slicer.run(steps, this.gone.signal, (packets) => this.page.worked(packets / COST.packets))
  }
}
