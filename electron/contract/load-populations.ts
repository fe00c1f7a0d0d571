import { z } from 'zod'
import { CLIENT_FIELDS } from './load-fields'
import { thresholdsSchema } from './load-thresholds'
import type { QoS } from './packet'

const share = z.union([z.number(), z.string()]).transform((value, ctx) => {
  const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(value) : null
  const n = percent === null ? Number(value) : Number(percent[1]) / 100
  if (n > 0 && n <= 1) return n
  ctx.addIssue({ code: 'custom', input: value, message: 'expected a share such as 0.7 or 70%' })
  return z.NEVER
})

/** Clients of one kind in a run with several: what is not said here is as the run has it. */
export const populationSchema = z.strictObject({
  /** In topic names and in the report. */
  name: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, {
    error: 'expected 1 to 32 letters, digits, dashes or underscores',
  }),
  /** Of the run's publishers and subscribers; numbers that are given go before it. */
  share: share.optional(),
  /** Of its own figures; the run's are of the whole. */
  thresholds: thresholdsSchema.optional(),
  ...z.strictObject(CLIENT_FIELDS).partial().shape,
})
export type PopulationConfig = z.output<typeof populationSchema>

/** Populations of one run at most. */
export const MOST_POPULATIONS = 20

/** Executors that are a whole run's, not a population's. */
const RUN_EXECUTORS: readonly string[] = ['connection-storm', 'soak']

interface Counts {
  publishers: number
  subscribers: number
  qos: QoS
}
type WithPopulations = Counts & { populations?: readonly PopulationConfig[] | undefined }

/**
 * Says in numbers how many clients each population has and which QoS, and for the run how many they are together and the
 * highest QoS. What is settled stays as it is.
 */
export function settlePopulations<C extends WithPopulations>(c: C): C {
  const { populations } = c
  if (populations === undefined) return c
  let sum = 0
  const settled = populations.map(({ share: part, ...p }) => {
    const before = sum
    sum += part ?? 0
    // cut from one line, so that all parts together are neither more nor less than the whole
    const of = (all: number): number =>
      part === undefined ? 0 : Math.round(sum * all) - Math.round(before * all)
    return {
      ...p,
      publishers: p.publishers ?? of(c.publishers),
      subscribers: p.subscribers ?? of(c.subscribers),
      qos: p.qos ?? c.qos,
    }
  })
  return {
    ...c,
    populations: settled,
    publishers: settled.reduce((n, p) => n + p.publishers, 0),
    subscribers: settled.reduce((n, p) => n + p.subscribers, 0),
    qos: settled.reduce<Counts['qos']>((most, p) => (p.qos > most ? p.qos : most), 0),
  }
}

/** What is wrong with the populations as a whole. */
export function populationProblem(
  c: WithPopulations & { messages?: number | undefined; executor: { kind: string } },
): { path: PropertyKey[]; input: unknown; message: string } | null {
  const { populations } = c
  if (populations === undefined) return null
  const names = populations.map((p) => p.name)
  const twice = names.findIndex((name, i) => names.indexOf(name) < i)
  if (twice >= 0)
    return { path: ['populations', twice, 'name'], input: names[twice], message: 'expected each name once' }
  if (c.messages !== undefined)
    return { path: ['messages'], input: c.messages, message: 'expected messages in each population' }
  for (const [i, p] of populations.entries()) {
    const { kind } = p.executor ?? c.executor
    if (RUN_EXECUTORS.includes(kind)) {
      const path = p.executor === undefined ? ['executor'] : ['populations', i, 'executor']
      return {
        path,
        input: kind,
        message: 'expected constant-rate, max, ramping or reconnect-storm with populations',
      }
    }
  }
  return null
}
