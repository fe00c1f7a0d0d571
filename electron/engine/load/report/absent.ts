import { populationsOf, type LoadConfig } from '../../../contract/load-config'
import type { LoadReport } from '../../../contract/load-report'
import { indicesOf } from '../run/slice'

/** Clients by what they do. */
export interface ClientCounts {
  publishers: number
  subscribers: number
}

/** The clients of shards that have no report. @param count of the shards of the run */
export function absentOf(config: LoadConfig, missing: readonly number[], count: number): ClientCounts {
  const among = (role: keyof ClientCounts): number =>
    populationsOf(config)
      .flatMap((p) => missing.map((index) => indicesOf(p.config[role], { index, count }).length))
      .reduce((a, b) => a + b, 0)
  return { publishers: among('publishers'), subscribers: among('subscribers') }
}

/** The clients that a report speaks of: those of the run without those of missing shards. */
export function presentIn({ config, merged }: LoadReport): ClientCounts {
  const missing = merged?.missing ?? []
  const absent = absentOf(config, missing, missing.length + (merged?.shards ?? 0))
  return {
    publishers: config.publishers - absent.publishers,
    subscribers: config.subscribers - absent.subscribers,
  }
}
