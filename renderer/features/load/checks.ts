import type { LoadConfig } from '@contract/load-config'
import type { LoadOutcome } from '@contract/load'

/** Thresholds whose value is a time in ms. */
const TIMES: ReadonlySet<string> = new Set(['max-p99', 'max-connect-p99'])

export type CheckUnit = 'ms' | 'rate' | 'share' | 'count'
/** @param check its name, after that of a population where it has one */
export function unitOfCheck(check: string): CheckUnit {
  const name = check.replace(/^.*: /, '')
  if (TIMES.has(name) || /(p\d+|mean|max)[<>=]/.test(name)) return 'ms'
  if (/^connected[<>=]/.test(name)) return 'share'
  return name === 'min-rate' || /rate[<>=]/i.test(name) ? 'rate' : 'count'
}

/** Tone of an outcome's chip. */
export const TONES: Record<LoadOutcome, 'good' | 'loss' | 'warn' | undefined> = {
  passed: 'good',
  failed: 'loss',
  inconclusive: 'warn',
  'no-thresholds': undefined,
  stopped: 'warn',
  aborted: 'loss',
}

/** What a run does in a few words of numbers: `200 x 50/s`, for a line of the history. */
export function loadBrief(c: LoadConfig): { key: string; values: Record<string, number> } {
  const clients = c.publishers + c.subscribers
  const e = c.executor
  switch (e.kind) {
    case 'constant-rate':
    case 'reconnect-storm':
    case 'soak':
      return { key: e.kind, values: { publishers: c.publishers, rate: e.rate } }
    case 'ramping':
      return {
        key: e.kind,
        values: { publishers: c.publishers, rate: Math.max(e.startRate, ...e.stages.map((s) => s.rate)) },
      }
    case 'max':
      return { key: e.kind, values: { publishers: c.publishers } }
    case 'connection-storm':
      return { key: e.kind, values: { clients } }
  }
}
