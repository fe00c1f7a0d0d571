import type { TopicDetail } from '@contract/model'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'

/** The topic whose payload is shown. */
export const useTopicDetail = defineStore('topic-detail', () => {
  const link = useLink()
  const log = useLog()
  const selected = ref<string | null>(null)
  const detail = shallowRef<TopicDetail | null>(null)

  /** A topic that has no message any more keeps what was last known of it. */
  async function load(): Promise<void> {
    const topic = selected.value
    if (topic === null) return
    const found = await link.api.getTopic({ topic }).catch(() => null)
    if (selected.value === topic && found) detail.value = found
  }
  function select(topic: string | null): void {
    if (selected.value === topic) return
    selected.value = topic
    detail.value = null
    void load()
  }
  async function clearRetained(topic: string): Promise<void> {
    await log.attempt(() => link.api.clearRetained({ topic }))
    await load()
  }
  return { selected, detail, load, select, clearRetained }
})
