import { clientsOf, phasesSchema, type Phase, type Phases } from '@contract/phases'
import type { Scenario } from '@contract/scenario'
import { z } from 'zod'
import type { Hints } from '../../ui/schema/blank'
import { fieldsOf, type Field, type UnionField } from '../../ui/schema/fields'

type Item = Phases[number]
export const isLoop = (item: Item): item is Exclude<Item, Phase> => 'phases' in item

function readForms(): { phase: readonly Field[]; times: UnionField } {
  const [list] = fieldsOf(z.object({ phases: phasesSchema }))
  const [phase, loop] =
    list?.kind === 'list' && list.of.kind === 'union' ? list.of.variants.map((v) => v.field) : []
  const times = loop?.kind === 'object' ? loop.fields.find((f) => f.key === 'times') : undefined
  if (phase?.kind !== 'object' || times?.kind !== 'union') throw new Error('phases are phases and loops')
  return { phase: phase.fields, times }
}
/** What is set of a phase, and how often a loop repeats. */
export const PHASE_FORMS = readForms()

/** When an item begins and ends, ms from when all devices are ready; null where it never does. */
interface Span {
  from: number | null
  to: number | null
}

const lengthOf = (item: Item): number => {
  if (!isLoop(item)) return item.for
  const round = item.phases.reduce((sum, p) => sum + p.for, 0)
  return item.times === 'unlimited' ? Infinity : item.times * round
}

/** When each begins and ends, the first at `from`; of a loop's phases in its first round. */
export function spansOf(items: Phases, from: number | null): Span[] {
  let at = from ?? Infinity
  const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null)
  return items.map((item) => {
    const begins = at
    at += lengthOf(item)
    return { from: finite(begins), to: finite(at) }
  })
}

/** Devices of each group that are offered by their identifiers. */
const OFFERED = 5

/** Groups and devices that steps may speak of. */
export function stepHints({ groups }: Pick<Scenario, 'groups'>): Hints {
  const names = groups.map((g) => g.name)
  const ids = groups.flatMap((g) => clientsOf({ ...g, count: Math.min(g.count, OFFERED) }))
  const whom = [...names, ...ids]
  return {
    of: names,
    publish: names,
    connect: names,
    cut: whom,
    halfOpen: whom,
    roam: whom,
    disconnect: whom,
  }
}
