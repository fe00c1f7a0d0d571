/** Remembered of one client. */
const MAX_WAITING = 10_000

/** What arrived and was not taken over yet, in order, by client: QoS 0 messages, which no packet identifier tells apart. */
export class Arrivals<T> {
  private readonly waiting = new Map<string, { topic: string; value: T }[]>()

  /** @param topic empty where a topic alias stands for it */
  add(clientId: string, topic: string, value: T): void {
    const queue = this.waiting.get(clientId)
    if (queue === undefined) this.waiting.set(clientId, [{ topic, value }])
    else if (queue.length < MAX_WAITING) queue.push({ topic, value })
  }

  /** The oldest with this topic; those before it are never taken over. */
  take(clientId: string, topic: string): T | undefined {
    const queue = this.waiting.get(clientId)
    for (let first = queue?.shift(); first; first = queue?.shift()) {
      if (first.topic === topic || first.topic === '') return first.value
    }
    return undefined
  }
}
