import type { EngineApi } from '@contract/api'
import type { TopicMessage } from '@contract/model'
import { birthTopic } from './sparkplug'

/** The births that name the metrics of a topic's messages, newest first; none where it needs none or none was seen. */
export async function birthsOf(
  api: Pick<EngineApi, 'getTopic'>,
  topic: string,
): Promise<readonly TopicMessage[]> {
  const of = birthTopic(topic)
  const found = of === null ? null : await api.getTopic({ topic: of }).catch(() => null)
  return found?.history ?? []
}
