import { z } from 'zod'
import { durationSchema } from './duration'
import { lossSchema } from './link-config'
import { nameSchema } from './scenario-fields'

const at = durationSchema.default(0)
const group = nameSchema
/** A group's devices, or one device by its client identifier. */
const whom = z.string().min(1).max(256)

/** One change of a run. `at` counts from where its phase begins, in a lesson from when all devices are ready. */
export const stepSchema = z.union([
  /** The group's devices begin to publish; the first message comes half a gap of their rate later. */
  z.strictObject({ at, publish: group }),
  /** The group's devices connect; without such a step they are there from the beginning. */
  z.strictObject({ at, connect: group }),
  /** Cuts connections, without DISCONNECT. */
  z.strictObject({ at, cut: whom }),
  /** The connection is half-open from now on: nothing gets through, and neither end is told. */
  z.strictObject({ at, halfOpen: whom }),
  /** Devices leave their connection without a word and come back on a new one; the broker still believes in the first. */
  z.strictObject({ at, roam: whom }),
  /** Devices say DISCONNECT and stay away; in MQTT 5 they may ask for their will all the same (reason 0x04). */
  z.strictObject({ at, disconnect: whom, withWill: z.boolean().optional() }),
  /** Messages per second of each device of the group, until the phase ends. */
  z.strictObject({ at, rate: z.number().positive().max(10_000), of: group }),
  /** Devices of the group, until the phase ends. */
  z.strictObject({ at, count: z.int().min(1).max(100_000), of: group }),
  /** Loss both ways on the group's links, without `of` on all links, until the phase ends. */
  z.strictObject({ at, loss: lossSchema, of: group.optional() }),
  /** The embedded broker ends every connection, without wills, and is away for so long; it keeps its sessions. */
  z.strictObject({ at, restart: durationSchema }),
])
export type Step = z.output<typeof stepSchema>

/** Shortest phase, ms: a loop of them takes clock time. */
const MIN_PHASE_MS = 10

const phaseSchema = z.strictObject({
  name: nameSchema,
  for: durationSchema.refine((ms) => ms >= MIN_PHASE_MS, { error: `expected at least ${MIN_PHASE_MS}ms` }),
  steps: z.array(stepSchema).max(100).default([]),
})
export type Phase = z.output<typeof phaseSchema>

const loopSchema = z.strictObject({
  times: z.union([z.int().min(1).max(100_000), z.literal('unlimited')]),
  phases: z.array(phaseSchema).min(1).max(50),
})

/** What a run does one after the other: named phases, and loops of them. */
export const phasesSchema = z.array(z.union([phaseSchema, loopSchema])).max(50)
export type Phases = z.output<typeof phasesSchema>

/** A phase while it lasts. */
export interface PhaseStatus {
  name: string
  /** Which one it is, from 1, rounds of loops counted. */
  nth: number
  /** All of them; null where a loop is unlimited. */
  of: number | null
  /** Clock ms, moved on by what step mode lets pass. */
  endsMs: number
}

interface StepGroup {
  name: string
  id: string
  count: number
  protocol: 4 | 5
}

type Issue = (path: (string | number)[], found: unknown, message: string) => void

/** Client identifiers of a group's devices. */
export const clientsOf = (g: Pick<StepGroup, 'name' | 'id' | 'count'>): string[] =>
  Array.from({ length: g.count }, (_, i) =>
    g.id.replace(/\{(n|group)\}/g, (_all, what: string) => (what === 'n' ? String(i + 1) : g.name)),
  )

/** The field of a step that names a group or a device, and the name. */
function whomOf(s: Step): [string, string] | [] {
  if ('cut' in s) return ['cut', s.cut]
  if ('halfOpen' in s) return ['halfOpen', s.halfOpen]
  if ('roam' in s) return ['roam', s.roam]
  return 'disconnect' in s ? ['disconnect', s.disconnect] : []
}

/** Steps must speak of groups and devices there are. @param path of the steps */
export function checkSteps(
  steps: readonly Step[],
  groups: readonly StepGroup[],
  path: readonly (string | number)[],
  issue: Issue,
): void {
  const names = groups.map((g) => g.name)
  let clients: Set<string> | undefined
  const known = (name: string, at: (string | number)[]): void => {
    if (!names.includes(name)) issue([...path, ...at], name, `expected one of ${names.join(', ')}`)
  }
  steps.forEach((s, i) => {
    if ('publish' in s) known(s.publish, [i, 'publish'])
    else if ('connect' in s) known(s.connect, [i, 'connect'])
    else if ('of' in s && s.of !== undefined) known(s.of, [i, 'of'])
    const [field, who] = whomOf(s)
    if (field && who !== undefined && !names.includes(who)) {
      clients ??= new Set(groups.flatMap(clientsOf))
      const some = [...names, ...[...clients].slice(0, 20)].join(', ')
      if (!clients.has(who)) issue([...path, i, field], who, `expected one of ${some}`)
    }
    if ('withWill' in s && s.withWill) {
      const theirs = groups.find((g) => g.name === s.disconnect || clientsOf(g).includes(s.disconnect))
      if (theirs?.protocol === 4)
        issue([...path, i, 'withWill'], true, 'expected protocol: 5 in the group of that device')
    }
    if (!('count' in s) || s.count === 1) return
    const grown = groups.find((g) => g.name === s.of)
    if (grown && !grown.id.includes('{n}'))
      issue(
        [...path, i, 'count'],
        s.count,
        `expected {n} in the id of ${grown.name} for more than one device`,
      )
  })
}

/** Steps speak of what there is and lie within their phases; only the embedded broker restarts. */
export function checkPhases(
  {
    phases,
    groups,
    broker,
  }: { phases?: Phases | undefined; groups: readonly StepGroup[]; broker: { kind: string } },
  issue: Issue,
): void {
  const check = (phase: Phase, path: (string | number)[]): void => {
    checkSteps(phase.steps, groups, [...path, 'steps'], issue)
    phase.steps.forEach((s, i) => {
      if (s.at >= phase.for)
        issue([...path, 'steps', i, 'at'], s.at, `expected a time before the phase ends, ${phase.for}ms`)
      if ('restart' in s && broker.kind !== 'embedded')
        issue(
          [...path, 'steps', i, 'restart'],
          s.restart,
          'expected the embedded broker: another cannot be restarted',
        )
    })
  }
  phases?.forEach((p, i) => {
    if ('phases' in p) p.phases.forEach((inner, k) => check(inner, ['phases', i, 'phases', k]))
    else check(p, ['phases', i])
  })
}
