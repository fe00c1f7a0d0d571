import { z } from 'zod'

const UNITS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 } as const
const PATTERN = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)$/

/** Milliseconds of a duration written as `250ms`, `1.5s`, `2m` or `1h`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const found = PATTERN.exec(text.trim())
  if (!found) return undefined
  return Number(found[1]) * UNITS[found[2] as keyof typeof UNITS]
}

/** The shortest exact spelling of a duration: `1500` is `1.5s`, `250` is `250ms`. */
export function formatDuration(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`
  return ms >= 1000 && ms % 100 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

/** A duration in a file: text with a unit, or a plain number of milliseconds. Comes out in milliseconds. */
export const durationSchema = z.union([z.number(), z.string()]).transform((value, ctx) => {
  const ms = typeof value === 'number' ? value : parseDuration(value)
  if (ms !== undefined && Number.isFinite(ms) && ms >= 0) return ms
  ctx.addIssue({
    code: 'custom',
    message: 'expected a duration such as 250ms, 1.5s, 2m or a number of milliseconds',
  })
  return z.NEVER
})

/** From so many ms on, three digits of them would say 1,000 ms: texts say a second. */
export const LEAST_SECOND = 999.5
