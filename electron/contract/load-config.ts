import { z } from 'zod'
import { settlePopulations } from './load-populations'
import { checkRun } from './load-rules'
import { runFields, type LoadConfig } from './load-run'

export {
  IDENTITY_BYTES,
  keepsTopicName,
  leastConnected,
  populationsOf,
  runLengthMs,
  SHORT_IDENTITY_BYTES,
  type LoadConfig,
  type Population,
} from './load-run'

/** One load test. The same names in the file, on the page and (with dashes) on the command line. */
export const loadSchema = runFields
  .transform(settlePopulations)
  .superRefine((c, ctx) => checkRun(c, (issue) => ctx.addIssue({ ...issue }), { idle: true }))
/** The same as a report keeps it, where any variable may be named and settings may be idle: it is shown, and read for nothing. */
export const keptLoadSchema = runFields
  .extend({ url: z.string(), passwordEnv: z.string().optional() })
  .transform(settlePopulations)
  .superRefine((c, ctx) => checkRun(c, (issue) => ctx.addIssue({ ...issue }), { idle: false }))
export type LoadInput = z.input<typeof loadSchema>

/** Fields from which the numbers of clients in the populations follow. */
const OF_POPULATIONS = ['publishers', 'subscribers', 'qos'] as const

/** The settings among these that are good, and the names of those that are not; null where nothing follows from the good ones. */
function goodIn(input: unknown): { config: LoadConfig; wrong: ReadonlySet<string> } | null {
  const alone = runFields.safeParse(input)
  if (alone.success || typeof input !== 'object' || input === null) return null
  const wrong = new Set(alone.error.issues.map(({ path }) => String(path[0])))
  const good = Object.entries(input).filter(([key]) => Object.hasOwn(runFields.shape, key) && !wrong.has(key))
  const rest = runFields.safeParse(Object.fromEntries(good))
  if (!rest.success || wrong.has('populations')) return null
  const settles = rest.data.populations === undefined || !OF_POPULATIONS.some((field) => wrong.has(field))
  return settles ? { config: settlePopulations(rest.data), wrong } : null
}

/**
 * All that is wrong with a load test that the schema refused. The schema looks at how settings go together when each is good;
 * here it is also said of those that are, as far as it does not depend on the others.
 */
export function loadFaults(input: unknown, { issues }: Pick<z.ZodError, 'issues'>): z.core.$ZodIssue[] {
  const good = goodIn(input)
  if (good === null) return issues
  const more: z.core.$ZodIssue[] = []
  checkRun(good.config, (issue) => more.push(issue), { idle: true, wrong: good.wrong })
  return [...issues, ...more]
}
