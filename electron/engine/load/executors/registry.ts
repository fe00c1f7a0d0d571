import type { ExecutorConfig, ExecutorKind, LoadConfig } from '../../../contract/load-config'
import { connectionStorm } from './connection-storm'
import { constantRate } from './constant-rate'
import { max } from './max'
import { ramping } from './ramping'
import { reconnectStorm } from './reconnect-storm'
import { soak } from './soak'
import type { Executor, Plan } from './types'

/** All executors. A new one: a variant of the schema, a file, a line here. */
export const EXECUTORS: { [K in ExecutorKind]: Executor<K> } = {
  'constant-rate': constantRate,
  max,
  ramping,
  'connection-storm': connectionStorm,
  'reconnect-storm': reconnectStorm,
  soak,
}

const executorOf = <K extends ExecutorKind>(own: Extract<ExecutorConfig, { kind: K }>): Executor<K> =>
  EXECUTORS[own.kind]

export const planOf = (config: LoadConfig): Plan => {
  const own = config.executor
  const plan = executorOf(own).plan(own, config)
  return config.publishers === 0 ? { ...plan, publishing: { kind: 'none' } } : plan
}

export const describeExecutor = (config: LoadConfig): string =>
  executorOf(config.executor).describe(config.executor, config)
