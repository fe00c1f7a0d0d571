import type { LossConfig, LossRule } from '../../../../contract/link-config'
import { PACKET_TYPES } from '../../../../contract/packet'
import type { LossKind } from './types'

/** Whether a rule names the n-th packet of its type, counted from 1. Its conditions add up: any of them is enough. */
export function named(rule: LossRule, n: number): boolean {
  if (rule.next !== undefined && n <= rule.next) return true
  if (rule.every !== undefined && n % rule.every === 0) return true
  return rule.nth?.includes(n) ?? false
}

/** Loss by name: "the next PUBACK", "every third PUBREC", "PUBLISH 2 and 5". Asks no dice. */
export const rule: LossKind<Extract<LossConfig, { model: 'rule' }>> = {
  model: 'rule',
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
