import type { LinkConfig, LossConfig } from '../../contract/link-config'
import type { Phase, Phases, PhaseStatus, Step } from '../../contract/phases'
import type { GroupConfig, Scenario } from '../../contract/scenario'
import type { Device } from './fleet/device'
import { steadyMs, type Clock } from './clock/clock'
import type { Fleet } from './fleet/fleet'
import type { Guests } from './guests/guests'
import type { BrokerTarget } from './target/target'

/** What a script needs of a simulation. */
interface Stage {
  readonly clock: Clock
  readonly fleet: Fleet
  readonly guests: Guests
  readonly target: BrokerTarget | null
  plan(steps: readonly { atMs: number; run(): void }[]): void
}

/** What is done one after the other: phases, and steps that no phase holds. */
export type ScriptPlan = Phases | readonly Step[]

const isPhase = (item: Phases[number] | Step): item is Phases[number] => 'for' in item || 'phases' in item

const withLoss = <L extends LinkConfig>(link: L, loss: LossConfig): L => ({
  ...link,
  uplink: { ...link.uplink, loss },
  downlink: { ...link.downlink, loss },
})

/** Steps that hold until their phase ends. */
type Change = Extract<Step, { rate: number } | { count: number } | { loss: LossConfig }>

const isChange = (step: Step): step is Change => 'rate' in step || 'count' in step || 'loss' in step

/** What differs from the scenario in one group. */
interface Difference {
  rate?: number
  count?: number
  loss?: LossConfig
}

/** What differs from the scenario for a while. */
class Changes {
  /** By group; '' is for all links. */
  private now = new Map<string, Difference>()
  /** What each group was given last. */
  private readonly given = new Map<string, string>()

  constructor(
    private readonly stage: Stage,
    /** As it is now: people change it while it runs. */
    private readonly scenario: () => Scenario,
  ) {}

  /** These alone hold from now on; the rest is as the scenario has it. */
  only(changes: readonly Change[]): void {
    this.now = new Map()
    for (const change of changes) this.note(change)
    this.apply()
  }

  add(change: Change): void {
    this.note(change)
    this.apply()
  }

  private note(change: Change): void {
    const group = change.of ?? ''
    const difference = { ...this.now.get(group) }
    if ('rate' in change) difference.rate = change.rate
    else if ('count' in change) difference.count = change.count
    else difference.loss = change.loss
    this.now.set(group, difference)
  }

  /** Touches only groups whose difference is another than before. */
  private apply(): void {
    const { groups, broker } = this.scenario()
    const everywhere = this.now.get('')?.loss
    for (const group of groups) {
      const difference = { ...(everywhere && { loss: everywhere }), ...this.now.get(group.name) }
      if (this.isNew(group.name, difference))
        this.stage.fleet.update(group.name, this.changed(group, difference))
    }
    if (!this.isNew('', { ...(everywhere && { loss: everywhere }) })) return
    broker.listeners?.forEach(({ link }, i) => {
      this.stage.guests.setLink(i, everywhere ? withLoss(link, everywhere) : link)
    })
  }

  private isNew(name: string, difference: Difference): boolean {
    const text = JSON.stringify(difference)
    if ((this.given.get(name) ?? '{}') === text) return false
    this.given.set(name, text)
    return true
  }

  private changed(group: GroupConfig, { rate, count, loss }: Difference): GroupConfig {
    return {
      ...group,
      ...(count !== undefined && { count }),
      ...(rate !== undefined && { publishes: group.publishes.map((p) => ({ ...p, rate })) }),
      ...(loss && { link: withLoss(group.link ?? this.scenario().link, loss) }),
    }
  }
}

/** Plays the timed changes of a run: a lesson's steps, or a scenario's phases, which end what they changed. */
export class Script {
  /** Groups that come only when a step says so. */
  readonly late: ReadonlySet<string>
  /** Groups whose publishing waits for a step. */
  readonly waiting: ReadonlySet<string>
  /** The phase it is in; its end is steady ms. */
  private playing: PhaseStatus | null = null
  private readonly changes: Changes
  private readonly total: number | null
  private place = 0
  private nth = 0
  private over = false

  /** @param ended told when the last phase is over */
  constructor(
    private readonly stage: Stage,
    scenario: () => Scenario,
    private readonly items: ScriptPlan,
    private readonly ended: () => void = () => undefined,
  ) {
    this.changes = new Changes(stage, scenario)
    const steps = items.flatMap((i) =>
      isPhase(i) ? ('phases' in i ? i.phases : [i]).flatMap((p) => p.steps) : [i],
    )
    this.late = new Set(steps.flatMap((s) => ('connect' in s ? [s.connect] : [])))
    this.waiting = new Set(steps.flatMap((s) => ('publish' in s ? [s.publish] : [])))
    this.total = items.reduce<number | null>((sum, i) => {
      if (sum === null || !isPhase(i)) return sum
      if (!('phases' in i)) return sum + 1
      return i.times === 'unlimited' ? null : sum + i.times * i.phases.length
    }, 0)
  }

  /** The phase it is in; null before the first and after the last, and where there are none. */
  get phase(): PhaseStatus | null {
    const { playing } = this
    return playing && { ...playing, endsMs: playing.endsMs + this.stage.clock.skippedMs() }
  }

  /** From now on time counts. */
  begin(): void {
    this.planSteps(this.items.filter((i): i is Step => !isPhase(i)))
    if (this.items.some(isPhase)) this.next(0, 0)
  }

  /** What it changed is as the scenario has it, and the broker is there; the run winds down. */
  end(): void {
    if (this.over) return
    this.over = true
    this.playing = null
    this.changes.only([])
    this.stage.target?.embedded?.setAway(false)
  }

  /** @param round of the loop at this place, from 0 */
  private next(round: number, within: number): void {
    const item = this.items[this.place]
    if (this.over) return
    if (!item || !isPhase(item)) {
      this.end()
      this.ended()
      return
    }
    const phases = 'phases' in item ? item.phases : [item]
    const phase = phases[within]
    const times = 'phases' in item ? item.times : 1
    if (phase) this.play(phase, () => this.next(round, within + 1))
    else if (times === 'unlimited' || round + 1 < times) this.next(round + 1, 0)
    else {
      this.place++
      this.next(0, 0)
    }
  }

  private play(phase: Phase, then: () => void): void {
    this.playing = {
      name: phase.name,
      nth: ++this.nth,
      of: this.total,
      endsMs: steadyMs(this.stage.clock) + phase.for,
    }
    // Those of its beginning at once, so that what two phases have in common is left alone.
    const isFirst = (s: Step): boolean => s.at === 0 && isChange(s)
    this.changes.only(phase.steps.filter(isFirst).filter(isChange))
    this.planSteps(phase.steps.filter((s) => !isFirst(s)))
    this.stage.plan([{ atMs: phase.for, run: then }])
  }

  private planSteps(steps: readonly Step[]): void {
    this.stage.plan(steps.map((step) => ({ atMs: step.at, run: () => this.take(step) })))
  }

  private take(step: Step): void {
    const { fleet, target } = this.stage
    if (this.over) return
    if ('publish' in step) fleet.startGroup(step.publish)
    else if ('connect' in step) for (const d of fleet.groupDevices(step.connect)) d.connect()
    else if ('cut' in step) for (const d of this.devices(step.cut)) d.link.cut()
    else if ('halfOpen' in step) for (const d of this.devices(step.halfOpen)) d.link.die()
    else if ('roam' in step) for (const d of this.devices(step.roam)) d.roam()
    else if ('disconnect' in step) for (const d of this.devices(step.disconnect)) d.close(step.withWill)
    else if (isChange(step)) this.changes.add(step)
    else {
      target?.embedded?.setAway(true)
      this.stage.plan([{ atMs: step.restart, run: () => target?.embedded?.setAway(false) }])
    }
  }

  private devices(whom: string): readonly Device[] {
    const { fleet } = this.stage
    const one = fleet.device(whom)
    return one ? [one] : fleet.groupDevices(whom)
  }
}
