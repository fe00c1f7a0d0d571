import type { DelayConfig } from '../../../../contract/link-config'
import type { DelayKind } from './types'

/** Normal distribution, made from two uniform numbers (Box and Muller 1958); what falls below 0 becomes 0. */
export const normal: DelayKind<Extract<DelayConfig, { model: 'normal' }>> = {
  model: 'normal',
  create: ({ meanMs, deviationMs }) => ({
    delayMs(query) {
      const standard =
        Math.sqrt(-2 * Math.log(1 - query.delay())) * Math.cos(2 * Math.PI * query.delayAgain())
      return Math.max(0, meanMs + deviationMs * standard)
    },
  }),
}
