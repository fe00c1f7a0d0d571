import { executorSchema, type ExecutorKind } from './load-fields'

/** Names of executors, in the order of the help text. */
const KINDS: readonly ExecutorKind[] = executorSchema.options.map((o) => o.shape.kind.value)

/** Flags that only some executors have. */
const ONLY_FOR: Readonly<Record<string, readonly ExecutorKind[]>> = {
  rate: ['constant-rate', 'reconnect-storm', 'soak'],
  stages: ['ramping'],
  startRate: ['ramping'],
  connectRate: ['connection-storm'],
  reconnectEvery: ['reconnect-storm'],
  reconnectShare: ['reconnect-storm'],
  thinkTime: ['max'],
  arrivals: ['constant-rate', 'reconnect-storm', 'soak'],
}

/** Flags without a meaning for an executor: stages are as long as they are, a storm of connections publishes nothing. */
const NOT_FOR: Readonly<Record<string, readonly ExecutorKind[]>> = {
  duration: ['ramping'],
  messages: ['connection-storm'],
  window: ['connection-storm'],
}

/** Whether a flag, by its camel-case name, means something for an executor. */
export const isOfExecutor = (flag: string, executor: string): boolean =>
  (ONLY_FOR[flag]?.some((kind) => kind === executor) ?? true) &&
  !(NOT_FOR[flag]?.some((kind) => kind === executor) ?? false)

/** The executors for which a flag means something. */
export const executorsWith = (flag: string): ExecutorKind[] =>
  KINDS.filter((kind) => isOfExecutor(flag, kind))
