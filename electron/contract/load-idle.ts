import { executorsWith, isOfExecutor } from './load-executor-flags'
import { populationsOf, type LoadConfig } from './load-config'
import { oneOf } from './issues'
import { flagWord, type LoadFlags } from './load-flags'
import { usesTls } from './load-url'

/** A flag that was given and does nothing, with what is expected in place of it. */
export interface IdleFlag {
  flag: string
  /** Why it does nothing. */
  why: IdleReason
  found: string
  expected: string
}

/** What is missing, or stands in its place. */
export type IdleReason =
  'needsTls' | 'needsSubscribers' | 'payload' | 'needsDisconnects' | 'connectRate' | 'storm' | 'executor'

interface Reason {
  why: IdleReason
  expected: string
}

/** What is expected where a flag does nothing; null where it does something. `all` has the run of each population. */
type Rule = (c: LoadConfig, all: readonly LoadConfig[]) => Reason | null

const hasTls: Rule = ({ url }) =>
  usesTls(url) ? null : { why: 'needsTls', expected: 'expected an address with mqtts:// or wss:// with it' }
const hasSubscribers: Rule = (_c, all) =>
  all.some((c) => c.subscribers > 0)
    ? null
    : { why: 'needsSubscribers', expected: 'expected at least one subscriber with it' }

const RULES: Readonly<Record<string, Rule>> = {
  caFile: hasTls,
  certFile: hasTls,
  keyFile: hasTls,
  serverName: hasTls,
  insecure: hasTls,
  subscribeQos: hasSubscribers,
  receiveMaximum: hasSubscribers,
  size: (_c, all) =>
    all.some((c) => c.payload === undefined && c.payloadFile === undefined)
      ? null
      : {
          why: 'payload',
          expected: 'expected none with --payload or --payload-file, which has a size of its own',
        },
  disconnectKind: (_c, all) =>
    all.some((c) => c.disconnectEvery !== undefined)
      ? null
      : { why: 'needsDisconnects', expected: 'expected --disconnect-every with it' },
  ramp: ({ executor: e }) =>
    e.kind === 'connection-storm' && e.connectRate !== 'max'
      ? { why: 'connectRate', expected: 'expected either it or --connect-rate' }
      : null,
  minConnected: (_c, all) =>
    all.every((c) => c.executor.kind === 'connection-storm' || c.executor.kind === 'reconnect-storm')
      ? {
          why: 'storm',
          expected: 'expected another executor: a storm goes on with the clients that connect',
        }
      : null,
}

/** Flags that were given and do nothing in the load test that came of them. */
export function idleFlags(given: LoadFlags, config: LoadConfig): IdleFlag[] {
  const all = populationsOf(config).map((p) => p.config)
  const kinds = [...new Set(all.map((c) => c.executor.kind))]
  const ofExecutor = (flag: string, found: string): Reason | null => {
    const isMax = flag === 'rate' && found === 'max'
    if (kinds.some((kind) => (isMax ? kind === 'max' : isOfExecutor(flag, kind)))) return null
    const others = oneOf(isMax ? ['max'] : executorsWith(flag))
    return { why: 'executor', expected: `expected ${flagWord('executor')} ${others}, not ${oneOf(kinds)}` }
  }
  return Object.entries(given).flatMap(([flag, value]) => {
    if (value === undefined || value === false) return []
    const found = value === true ? 'it' : value
    const reason = ofExecutor(flag, found) ?? RULES[flag]?.(config, all) ?? null
    return reason === null ? [] : [{ flag, found, ...reason }]
  })
}
