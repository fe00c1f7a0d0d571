import type { Loss, QosComparison } from '@contract/comparison'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'

/** One message at QoS 0, 1 and 2: which packet is lost, and what came of it. */
export const useComparison = defineStore('comparison', () => {
  const link = useLink()
  const log = useLog()
  const loss = ref<Loss>('answer')
  const result = shallowRef<QosComparison | null>(null)
  const running = ref(false)

  /** Runs it with the loss that is chosen; a choice made meanwhile is run after it. */
  async function run(): Promise<void> {
    if (running.value) return
    running.value = true
    result.value = null
    await log.attempt(async () => {
      let done: QosComparison
      do done = await link.api.compareQos({ loss: loss.value })
      while (done.loss !== loss.value)
      result.value = done
    })
    running.value = false
  }
  async function choose(what: Loss): Promise<void> {
    loss.value = what
    await run()
  }
  /** Shows a comparison that was made elsewhere; null for none. */
  function take(made: QosComparison | null): void {
    if (made) loss.value = made.loss
    result.value = made
  }
  return { loss, result, running, run, choose, take }
})
