import { MOST_MESSAGES, type SentMessage } from '@contract/topic-messages'
import { useIntervalFn } from '@vueuse/core'
import { shallowRef, watch, type Ref } from 'vue'
import { useLink } from '../../api'
import { createTurns } from '../../stores/turns'
import type { DecodeWay } from './decode'
import type { Numbered } from './number-series'
import { numbersOf, type Numbers } from './numbers'
import { birthsOf } from './births'
import { namesAt, type AliasNames } from './sparkplug'

/** What is known of a message: its payload is fetched once, whom it has reached again and again. */
interface Known {
  seq: number
  publishedMs: number
  payload: Uint8Array
  numbers: Numbers
}

/** The captured messages of a topic with their numbers, kept up to date while the caller is there. */
export function useNumbers(topic: Ref<string>, as: Ref<DecodeWay>) {
  const link = useLink()
  const turns = createTurns()
  /** Null until they are known. */
  const messages = shallowRef<readonly Numbered[] | null>(null)
  const more = shallowRef(false)
  let known = new Map<number, Known>()

  async function numbered(m: SentMessage, names: AliasNames): Promise<Known | null> {
    const before = known.get(m.journey)
    if (m.payload === null)
      return before?.seq === m.seq && before.publishedMs === m.publishedMs ? before : null
    const how = { topic: topic.value, as: as.value, cut: m.truncated, names }
    return { ...m, payload: m.payload, numbers: await numbersOf(m.payload, how) }
  }

  /** @returns whether each message is known; where not, the engine has begun another run */
  async function ask(): Promise<boolean> {
    const [asked, way] = [topic.value, as.value]
    const payloadsAfter = Math.max(0, ...[...known.values()].map((k) => k.seq))
    const answer = await link.api.getMessages({ topic: asked, payloadsAfter }).catch(() => null)
    if (answer === null) return true
    const births = await birthsOf(link.api, asked)
    const all = new Map<number, Known>()
    const found: Numbered[] = []
    for (const message of answer.messages.slice(-MOST_MESSAGES)) {
      const k = await numbered(message, namesAt(births, message.publishedMs))
      if (k === null) continue
      all.set(message.journey, k)
      found.push({ message, numbers: k.numbers })
    }
    if (topic.value !== asked || as.value !== way) return true
    known = all
    messages.value = found
    more.value = answer.more
    return found.length === answer.messages.length
  }
  async function load(): Promise<void> {
    if (await ask()) return
    known = new Map()
    await ask()
  }
  useIntervalFn(() => void turns.ifFree(load), 1000)
  watch(
    [topic, as],
    () => {
      known = new Map()
      messages.value = null
      void turns.latest(load)
    },
    { immediate: true },
  )
  return { messages, more }
}
