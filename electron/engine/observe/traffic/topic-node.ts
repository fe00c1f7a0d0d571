import type { TopicHistory } from './history'

/** Topics deeper than this keep their rest as one last level: a hostile topic has 32,768 levels. */
const MAX_LEVELS = 64

/** One level of the tree: a topic, a branch, or both. */
export class TopicNode {
  private byLevel: Map<string, TopicNode> | null = null
  /** Children in natural order, but for the `fresh` ones that have not been put in order yet. */
  inOrder: readonly TopicNode[] = []
  fresh: TopicNode[] = []
  /** Not null once a message was published to exactly this topic. */
  history: TopicHistory | null = null
  retained = false
  messages = 0
  topicsBelow = 0

  constructor(
    readonly level: string,
    readonly path: string,
    readonly depth: number,
    readonly parent: TopicNode | null,
    /** Number of its counter. */
    readonly counter: number,
  ) {}

  get branch(): boolean {
    return this.byLevel !== null
  }

  child(level: string): TopicNode | undefined {
    return this.byLevel?.get(level)
  }

  add(child: TopicNode): void {
    this.byLevel ??= new Map()
    this.byLevel.set(child.level, child)
    this.fresh.push(child)
  }

  /** In no order. */
  unordered(): Iterable<TopicNode> {
    return this.byLevel?.values() ?? []
  }

  /** Takes over the order of all children but for the fresh ones after the first `count`. */
  arrange(inOrder: readonly TopicNode[], count: number): void {
    this.inOrder = inOrder
    this.fresh = this.fresh.slice(count)
  }
}

/** Levels of a topic as the tree holds them. */
export function levelsOf(topic: string): string[] {
  const levels = topic.split('/')
  if (levels.length <= MAX_LEVELS) return levels
  return [...levels.slice(0, MAX_LEVELS - 1), levels.slice(MAX_LEVELS - 1).join('/')]
}
