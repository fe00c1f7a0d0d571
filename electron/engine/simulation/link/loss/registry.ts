import type { LossConfig } from '../../../../contract/link-config'
import { gilbertElliott } from './gilbert-elliott'
import { independent } from './independent'
import { none } from './none'
import { rule } from './rule'
import { schedule } from './schedule'
import type { LossKind, LossModel } from './types'

/** Every loss model there is. A new one is one file and one entry here (docs/links.md). */
const LOSS_KINDS: readonly LossKind[] = [none, independent, gilbertElliott, rule, schedule]

/** A fresh instance of the model a configuration names. */
export function createLoss(config: LossConfig): LossModel {
  const kind = LOSS_KINDS.find((k) => k.model === config.model)
  if (kind === undefined) throw new Error(`no loss model is registered as "${config.model}"`)
  return kind.create(config)
}
