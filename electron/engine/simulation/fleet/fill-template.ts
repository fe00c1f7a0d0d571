import type { DeviceSpec } from './types'

/** Fills {n}, {id} and {group} of a topic or filter. */
export const fillTemplate = (text: string, spec: Pick<DeviceSpec, 'clientId' | 'index' | 'group'>): string =>
  text.replace(/\{(n|id|group)\}/g, (_all, name: string) =>
    name === 'n' ? String(spec.index) : name === 'id' ? spec.clientId : spec.group.name,
  )
