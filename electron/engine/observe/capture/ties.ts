/** Journeys of one key that are remembered, where the key is only content. */
const ORDERED = 32

interface Tie {
  /** Journeys of the key, oldest first. */
  journeys: number[]
  /** Last journey of the key that each subscriber was given. */
  given: Map<number, number> | null
}

/** A map that forgets its oldest half by generations: bounded, without a list of uses. */
class GenerationMap<V> {
  private young = new Map<string, V>()
  private old = new Map<string, V>()

  /** @param limit entries of one generation */
  constructor(private readonly limit: number) {}

  get(key: string): V | undefined {
    return this.young.get(key) ?? this.old.get(key)
  }

  set(key: string, value: V): void {
    if (this.young.size >= this.limit) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, value)
  }

  clear(): void {
    this.young.clear()
    this.old.clear()
  }
}

/**
 * Ties the legs of a message together where no broker tells how it routed them, by `messageKey`.
 * A carried identity names one message. A key of content alone (`#`…) may stand for several messages: each
 * subscriber is given them in the order they were published; a retained one is the latest.
 */
export class ContentTies {
  private readonly ties: GenerationMap<Tie>

  constructor(limit: number) {
    this.ties = new GenerationMap(limit)
  }

  /** The journey of this identity, if it was published before. */
  identified(key: string): number {
    return key.startsWith('#') ? 0 : (this.ties.get(key)?.journeys.at(-1) ?? 0)
  }

  published(key: string, journey: number): void {
    const tie = this.ties.get(key)
    if (!tie) {
      this.ties.set(key, { journeys: [journey], given: null })
      return
    }
    tie.journeys.push(journey)
    if (tie.journeys.length > ORDERED) tie.journeys.shift()
  }

  /** The journey a subscriber's new exchange belongs to, or 0. */
  received(key: string, client: number, retained: boolean): number {
    const tie = this.ties.get(key)
    const latest = tie?.journeys.at(-1)
    if (!tie || latest === undefined) return 0
    const given = tie.given?.get(client) ?? 0
    const found = retained ? latest : (tie.journeys.find((j) => j > given) ?? latest)
    tie.given ??= new Map()
    tie.given.set(client, found)
    return found
  }

  clear(): void {
    this.ties.clear()
  }
}
