import { hidesSecret, maskedUrls } from '@contract/load-url'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { copyText } from '../api/file'
import { useScenario } from './scenario'
import { useStatus } from './status'

const COPIED_MS = 1500

/** The broker's address for other clients to connect to. What is shown of it leaves out the secrets of its query. */
export const useBrokerAddress = defineStore('broker-address', () => {
  const status = useStatus()
  const scenario = useScenario()
  const copied = ref(false)

  /** With its secrets, as the scenario has it; null where there is none, or where a pupil's page is told it without them. */
  const whole = computed(() => {
    const shown = status.brokerUrl
    const broker = scenario.scenario?.broker
    if (shown === null || status.status?.broker.kind !== 'external' || broker?.kind !== 'external')
      return shown
    if (hidesSecret(broker.url)) return null
    return maskedUrls(broker.url) === shown ? broker.url : shown
  })
  async function copy(): Promise<void> {
    copied.value = whole.value !== null && (await copyText(whole.value))
    setTimeout(() => (copied.value = false), COPIED_MS)
  }
  return { whole, copied, copy }
})
