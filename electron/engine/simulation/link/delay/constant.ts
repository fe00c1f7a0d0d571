import type { DelayConfig } from '../../../../contract/link-config'
import type { DelayKind } from './types'

/** Every packet takes the same time. */
export const constant: DelayKind<Extract<DelayConfig, { model: 'constant' }>> = {
  model: 'constant',
  create: ({ ms }) => ({ delayMs: () => ms }),
}
