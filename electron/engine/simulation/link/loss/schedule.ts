import type { LossConfig } from '../../../../contract/link-config'
import type { LossKind } from './types'

/** Independent loss whose chance changes at given times (clock ms); 0 before the first of them. */
export const schedule: LossKind<Extract<LossConfig, { model: 'schedule' }>> = {
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
