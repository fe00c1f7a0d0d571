import { ApiError } from '../../contract/errors'
import type { Note } from '../../contract/model'
import type { Scenario } from '../../contract/scenario'
import { note } from '../base/notes'
import { Sequencer, within } from '../base/sequencer'
import type { Lab } from './lab'

/** Longest that a broken run may take to close before the next one begins, and a change under way at the end. */
const CLOSE_MS = 1000

/** What the slot needs of a lab. */
type Run = Pick<Lab, 'scenario' | 'start' | 'close' | 'log'>

export interface LabSlotDeps<L extends Run> {
  create(scenario: Scenario): L
  /** Another lab runs from now on. */
  replaced(lab: L): void
  /** What goes with a run that is given up. */
  lossOf(lab: L): { packets: number; clients: number }
  /** Told to the host and to every page. */
  fault(about: Note): void
}

const broken = (thrown: unknown): Note => {
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  return note('engine-broken', 'The engine failed and could not restart: {why}. Save the scenario and restart the program.', { why }) // prettier-ignore
}

/**
 * The place of the one lab that runs. What changes the run takes its turn, so no two changes overlap; and every lab that
 * was created is known until it has closed, so none outlives `close`.
 */
export class LabSlot<L extends Run> {
  /** The lab that runs or ran last. */
  current: L | null = null
  private readonly turns = new Sequencer()
  private readonly labs = new Set<L>()
  /** Ends what is under way: a change that began in an earlier era stops at its next step. */
  private era = 0
  private closed = false
  private recovering: Promise<void> | null = null

  constructor(private readonly deps: LabSlotDeps<L>) {}

  /** Runs a change of the run after those that came before it. @throws ApiError `unavailable` after `close` */
  change<T>(run: () => T | Promise<T>): Promise<T> {
    return this.turns.queue(() => {
      if (this.closed) throw new ApiError('unavailable', 'the engine is closed')
      return run()
    })
  }

  /**
   * Closes the lab that runs and starts one of this scenario; where that cannot start, one of the scenario before. Only
   * within `change`.
   */
  async replace(scenario: Scenario): Promise<void> {
    const { era, current: before } = this
    if (before) await this.end(before)
    this.check(era)
    try {
      await this.begin(scenario, era)
    } catch (thrown) {
      if (before && era === this.era) await this.begin(before.scenario, era)
      throw thrown
    }
  }

  /** Begins the run again after a failure inside, whatever else is under way. Never rejects. */
  recover(why: string): Promise<void> {
    if (!this.recovering) {
      this.era++
      const again = this.turns.overtake(CLOSE_MS, () => this.beginAgain(why))
      this.recovering = again.finally(() => (this.recovering = null))
    }
    return this.recovering
  }

  /** Every lab that has not closed, one that is just starting too. */
  all(): Iterable<L> {
    return this.labs
  }

  /** Closes every lab, one that is just starting too, within a second. */
  async close(): Promise<void> {
    this.closed = true
    this.era++
    await Promise.all([...this.labs].map((lab) => this.end(lab)))
    await this.turns.idle(CLOSE_MS)
  }

  private async begin(scenario: Scenario, era: number): Promise<L> {
    const lab = this.deps.create(scenario)
    this.labs.add(lab)
    try {
      await lab.start()
      this.check(era)
    } catch (thrown) {
      await this.end(lab)
      throw thrown
    }
    this.current = lab
    this.deps.replaced(lab)
    return lab
  }

  private async end(lab: L): Promise<void> {
    await lab.close()
    this.labs.delete(lab)
  }

  private check(era: number): void {
    if (era !== this.era) throw new ApiError('unavailable', 'the run was ended or begun again meanwhile')
  }

  private async beginAgain(why: string): Promise<void> {
    const { era, current: before } = this
    if (!before || this.closed) return
    const lost = this.deps.lossOf(before)
    const others = [...this.labs].map((lab) => this.end(lab))
    await within(CLOSE_MS, Promise.all(others)).catch((e: unknown) => this.deps.fault(broken(e)))
    try {
      const lab = await this.begin(before.scenario, era)
      lab.log(
        'error',
        note(
          'engine-recovered',
          'The engine failed ({why}) and the run was restarted. Lost: {packets} captured packets, all counts, and the connections of {clients} clients. The scenario is unchanged.',
          { why, ...lost },
        ),
      )
    } catch (thrown) {
      // An end that came meanwhile is no failure.
      if (era === this.era) this.deps.fault(broken(thrown))
    }
  }
}
