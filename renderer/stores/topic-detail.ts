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
  /** As what its payloads are decoded, where bytes do not tell. */
  const decodeAs = ref<'signature' | 'cbor' | 'messagepack'>('signature')
  /** Path of the number that is drawn; null for the first. */
  const path = ref<string | null>(null)

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
    detail.value = path.value = null
    decodeAs.value = 'signature'
    void load()
  }
  async function clearRetained(topic: string): Promise<void> {
    await log.attempt(() => link.api.clearRetained({ topic }))
    await load()
  }
  return { selected, detail, decodeAs, path, load, select, clearRetained }
})
