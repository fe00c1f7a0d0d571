import { experimentSchema, type ExperimentConfig, type ExperimentState } from '@contract/experiment'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'

/** What keeps settings from being an experiment. */
export type SetupProblem =
  | { kind: 'no-qos' }
  | { kind: 'timeout'; moreThanMs: number }
  | { kind: 'too-many' }
  | { kind: 'other'; text: string }

/** Why these settings cannot run, or null when they can. */
export function setupProblem(config: ExperimentConfig): SetupProblem | null {
  const parsed = experimentSchema.safeParse(config)
  if (parsed.success) return null
  const issue = parsed.error.issues[0]
  switch (issue?.path[0]) {
    case 'qos':
      return { kind: 'no-qos' }
    case 'retryTimeout':
      return { kind: 'timeout', moreThanMs: 2 * config.delay }
    case 'messages':
      return { kind: 'too-many' }
    default:
      return { kind: 'other', text: issue?.message ?? '' }
  }
}

/** The settings of the next experiment, and the one that runs or ran last. */
export const useExperiments = defineStore('experiments', () => {
  const link = useLink()
  const log = useLog()
  const setup = ref<ExperimentConfig>(experimentSchema.parse({}))
  const state = shallowRef<ExperimentState | null>(null)
  const asking = ref(false)

  link.onReady(() => {
    link.api.getExperiment({}).then(
      (s) => (state.value = s),
      () => undefined,
    )
  })
  link.on('experiment', (s) => (state.value = s))

  const running = computed(() => state.value?.state === 'running')
  const problem = computed(() => setupProblem(setup.value))

  async function start(): Promise<void> {
    if (running.value || problem.value || asking.value) return
    asking.value = true
    await log.attempt(async () => {
      state.value = await link.api.startExperiment({ config: { ...setup.value } })
    })
    asking.value = false
  }
  const cancel = (): Promise<void> => log.attempt(() => link.api.cancelExperiment({}))
  const change = (patch: Partial<ExperimentConfig>): void => {
    setup.value = { ...setup.value, ...patch }
  }
  return { setup, state, running, problem, start, cancel, change }
})
