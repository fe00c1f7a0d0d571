import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useLink } from '../api'
import { linksInUse } from './link-summary'
import { useLog } from './log'
import { useScenario } from './scenario'
import { useStatus } from './status'

/** Step mode: the gates that hold packets until someone decides. */
export const useGate = defineStore('gate', () => {
  const link = useLink()
  const log = useLog()
  const scenario = useScenario()
  const status = useStatus()
  const on = computed(() => {
    const s = scenario.scenario
    return s !== null && linksInUse(s).some((l) => l.gate)
  })
  const held = computed(() => status.status?.held ?? 0)

  const set = (value: boolean): Promise<void> =>
    log.attempt(async () => {
      await link.api.setGate({ target: 'all', on: value })
      await scenario.refresh()
    })
  return {
    on,
    held,
    set,
    toggle: () => set(!on.value),
    deliverAll: () => log.attempt(() => link.api.deliverAll({})),
    decide: (seq: number, action: 'deliver' | 'drop') => log.attempt(() => link.api.decide({ seq, action })),
  }
})
