import type { LossConfig } from '../../../../contract/link-config'
import type { LossKind } from './types'

/** Each packet is lost with chance `p`, independently of all others (a Bernoulli channel). */
export const independent: LossKind<Extract<LossConfig, { model: 'independent' }>> = {
  model: 'independent',
  create: ({ p }) => ({ lost: (query) => query.loss() < p }),
}
