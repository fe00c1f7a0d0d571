import type { DelayConfig } from '../../../../contract/link-config'
import type { DelayKind } from './types'

/** Any time between two bounds is as likely as any other. Bounds given the wrong way round are exchanged. */
export const uniformDelay: DelayKind<Extract<DelayConfig, { model: 'uniform' }>> = {
  model: 'uniform',
  create({ minMs, maxMs }) {
    const low = Math.min(minMs, maxMs)
    const span = Math.abs(maxMs - minMs)
    return { delayMs: (query) => low + span * query.delay() }
  },
}
