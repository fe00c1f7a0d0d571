import type { LinkConfig } from '../../../contract/link-config'
import { createCutMedium } from './cut'
import type { Medium, Parts } from './medium'
import { createRadioMedium } from './radio'
import { createTcpMedium } from './tcp/medium'

/** Media by configuration and pieces: where the pieces are shared, links have one medium in common. */
const media = new WeakMap<LinkConfig, WeakMap<Parts, Medium>>()

/** The medium of one direction, of the kind a link configuration names. It keeps no state but that of its pieces. */
export function mediumOf(config: LinkConfig, parts: Parts): Medium {
  const known = media.get(config) ?? new WeakMap<Parts, Medium>()
  media.set(config, known)
  const medium = known.get(parts) ?? createMedium(config, parts)
  known.set(parts, medium)
  return medium
}

function createMedium(config: LinkConfig, parts: Parts): Medium {
  switch (config.kind) {
    case 'radio':
      return createRadioMedium(config, parts)
    case 'tcp':
      return createTcpMedium(parts)
    case 'cut':
      return createCutMedium(parts)
  }
}
