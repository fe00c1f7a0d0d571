import type { z } from 'zod'

/** host: the teacher's own page; viewer: one who joined; driver: a viewer who was handed the controls. */
export type Role = 'host' | 'driver' | 'viewer'

/** What a command is, but for the code that runs. */
export interface CommandEntry<A = unknown> {
  args: z.ZodType<A>
  /** The least of those who may give it: a driver may what a viewer may, the host may everything. */
  allowed: Role
  /** Price for a viewer, in units of a light command; long work is paid for by what it took, see `COST`. */
  cost: number
  /** It changes the run, and takes its turn among all that do. */
  change: boolean
}

/** Packets looked at, bytes made, and ms that a lesson of a pupil's own ran, for one unit. */
export const COST = { packets: 20_000, bytes: 1_048_576, runMs: 10 } as const

type More = Partial<Pick<CommandEntry, 'cost' | 'change'>>
const entry =
  (allowed: Role, change: boolean) =>
  <S extends z.ZodType>(args: S, more: More = {}) => ({ args, allowed, cost: 1, change, ...more })

/** Changes nothing, but for what this page watches. */
export const viewer = entry('viewer', false)
/** Handed over with the controls: the run, the fleet and its links. */
export const driver = entry('driver', true)
/** Reaches beyond the session: files, load tests, experiments, lessons and sharing. */
export const host = entry('host', false)
