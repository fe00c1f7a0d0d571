import { populationsOf, type LoadConfig } from '../../../contract/load-config'

/** Messages per second of all publishers together; null where one of them has no constant rate. */
export function totalRate(config: LoadConfig): number | null {
  let sum = 0
  for (const { config: c } of populationsOf(config)) {
    if (c.publishers === 0) continue
    if (c.executor.kind !== 'constant-rate') return null
    sum += c.executor.rate * c.publishers
  }
  return sum
}

/** The same run at another total rate, above 0; populations keep their parts of it. */
export function withTotalRate(config: LoadConfig, total: number): LoadConfig {
  const factor = total / (totalRate(config) ?? total)
  const scaled = (c: LoadConfig): LoadConfig['executor'] =>
    c.executor.kind === 'constant-rate' ? { ...c.executor, rate: c.executor.rate * factor } : c.executor
  if (config.populations === undefined) return { ...config, executor: scaled(config) }
  const executors = populationsOf(config).map((p) => scaled(p.config))
  const populations = config.populations.map((p, i) => ({ ...p, executor: executors[i] ?? config.executor }))
  return { ...config, populations }
}
