import type { LossConfig } from '../../../../contract/link-config'
import type { LossKind } from './types'

/**
 * Burst loss: a Markov chain of a good and a bad state, each with its own chance of loss
 * (Gilbert 1960; Elliott 1963). Starts good; moves once a packet, before the packet meets its fate.
 */
export const gilbertElliott: LossKind<Extract<LossConfig, { model: 'gilbert-elliott' }>> = {
  model: 'gilbert-elliott',
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
