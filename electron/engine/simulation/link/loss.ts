import type { LossConfig, LossRule } from '../../../contract/link-config'
import { PACKET_TYPES } from '../../../contract/packet'

/** What a loss model may know about the packet (on tcp links: the segment) it decides on. */
export interface LossQuery {
  /** Packet type number. */
  readonly type: number
  /** Steady ms: clock ms without what step mode let pass. */
  readonly nowMs: number
  /** False for the second and later transmissions or segments of one packet (tcp links only). */
  readonly first: boolean
  /** A number in [0, 1) that belongs to this packet alone. */
  loss(): number
  /** A number in [0, 1) that belongs to the place `index` in the direction's sequence of packets. */
  chain(index: number): number
}

/** Decides whether a packet is lost. One that keeps a state has an instance for each link and direction. */
export interface LossModel {
  lost(query: LossQuery): boolean
  /** True for a model that names packet types itself and so is asked about every packet, whatever the loss scope. */
  readonly namesTypes?: boolean
}

/** One row of the registry: the name used in scenario files and how to make an instance. */
export interface LossKind<C extends LossConfig = LossConfig> {
  readonly model: C['model']
  /** What becomes of a packet hangs on those before it. */
  readonly keepsState?: boolean
  create(config: C): LossModel
}

/** Nothing is lost. */
const none: LossKind<Extract<LossConfig, { model: 'none' }>> = {
  model: 'none',
  create: () => ({ lost: () => false }),
}

/** Each packet is lost with chance `p`, independently of all others (a Bernoulli channel). */
const independent: LossKind<Extract<LossConfig, { model: 'independent' }>> = {
  model: 'independent',
  create: ({ p }) => ({ lost: (query) => query.loss() < p }),
}

/**
 * Burst loss: a Markov chain of a good and a bad state, each with its own chance of loss
 * (Gilbert 1960; Elliott 1963). Starts good; moves once per packet, before the packet meets its fate.
 */
const gilbertElliott: LossKind<Extract<LossConfig, { model: 'gilbert-elliott' }>> = {
  model: 'gilbert-elliott',
  keepsState: true,
  create({ goodToBad, badToGood, lossGood, lossBad }) {
    let bad = false
    let index = 0
    return {
      lost(query) {
        if (query.chain(index++) < (bad ? badToGood : goodToBad)) bad = !bad
        return query.loss() < (bad ? lossBad : lossGood)
      },
    }
  },
}

/** Whether a rule names the n-th packet of its type, counted from 1. Its conditions add up: any of them is enough. */
function named(rule: LossRule, n: number): boolean {
  if (rule.next !== undefined && n <= rule.next) return true
  if (rule.every !== undefined && n % rule.every === 0) return true
  return rule.nth?.includes(n) ?? false
}

/** Loss by name: "the next PUBACK", "every third PUBREC", "PUBLISH 2 and 5". Asks no dice. */
const rule: LossKind<Extract<LossConfig, { model: 'rule' }>> = {
  model: 'rule',
  keepsState: true,
  create({ rules }) {
    const watched = rules.map((r) => ({ rule: r, type: PACKET_TYPES.indexOf(r.type), seen: 0 }))
    return {
      namesTypes: true,
      lost(query) {
        if (!query.first) return false
        let lost = false
        for (const w of watched) {
          if (w.type === query.type && named(w.rule, ++w.seen)) lost = true
        }
        return lost
      },
    }
  },
}

/** Independent loss whose chance changes at given times (steady ms); 0 before the first of them. */
const schedule: LossKind<Extract<LossConfig, { model: 'schedule' }>> = {
  model: 'schedule',
  create({ steps }) {
    const ascending = [...steps].sort((x, y) => x.at - y.at)
    return {
      lost(query) {
        const step = ascending.findLast((s) => s.at <= query.nowMs)
        return step !== undefined && query.loss() < step.p
      },
    }
  },
}

/** Every loss model there is. A new one is one object above and one entry here (docs/links.md). */
const LOSS_KINDS: readonly LossKind[] = [none, independent, gilbertElliott, rule, schedule]

function kindOf(config: LossConfig): LossKind {
  const kind = LOSS_KINDS.find((k) => k.model === config.model)
  if (kind === undefined) throw new Error(`no loss model is registered as "${config.model}"`)
  return kind
}

/** A fresh instance of the model a configuration names. */
export const createLoss = (config: LossConfig): LossModel => kindOf(config).create(config)

/** Whether each link and direction needs an instance of its own. */
export const keepsState = (config: LossConfig): boolean => kindOf(config).keepsState === true
