import type { LossConfig } from '../../../../contract/link-config'
import type { LossKind } from './types'

/** Nothing is lost. */
export const none: LossKind<Extract<LossConfig, { model: 'none' }>> = {
  model: 'none',
  create: () => ({ lost: () => false }),
}
