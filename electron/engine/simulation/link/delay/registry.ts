import type { DelayConfig } from '../../../../contract/link-config'
import { constant } from './constant'
import { normal } from './normal'
import type { DelayKind, DelayModel } from './types'
import { uniformDelay } from './uniform'

/** Every delay model there is. A new one is one file and one entry here (docs/links.md). */
const DELAY_KINDS: readonly DelayKind[] = [constant, uniformDelay, normal]

/** A fresh instance of the model a configuration names. */
export function createDelay(config: DelayConfig): DelayModel {
  const kind = DELAY_KINDS.find((k) => k.model === config.model)
  if (kind === undefined) throw new Error(`no delay model is registered as "${config.model}"`)
  return kind.create(config)
}
