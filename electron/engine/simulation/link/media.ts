import type { LinkConfig } from '../../../contract/link-config'
import { createCutMedium } from './cut'
import type { Medium, Parts } from './medium'
import { createRadioMedium } from './radio'
import { createTcpMedium } from './tcp'

/** The medium of one direction, of the kind a link configuration names. */
export function createMedium(config: LinkConfig, parts: Parts): Medium {
  switch (config.kind) {
    case 'radio':
      return createRadioMedium(config.lossScope, parts)
    case 'tcp':
      return createTcpMedium(config.tcp, parts)
    case 'cut':
      return createCutMedium(parts)
  }
}
