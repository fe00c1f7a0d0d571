import type { TopicHistory } from './history'
import { naturalOrder } from './order'

/** Topics deeper than this keep their rest as one last level: a hostile topic has 32,768 levels. */
export const MAX_LEVELS = 64

/** One level of the tree: a topic, a branch, or both. */
export class TopicNode {
  private byLevel: Map<string, TopicNode> | null = null
  private sorted: TopicNode[] = []
  private fresh: TopicNode[] = []
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

  /** In natural order. Newcomers are sorted by themselves and merged in. */
  children(): readonly TopicNode[] {
    if (this.fresh.length > 0) {
      const fresh = this.fresh.sort((a, b) => naturalOrder(a.level, b.level))
      this.sorted = this.sorted.length === 0 ? fresh : merge(this.sorted, fresh)
      this.fresh = []
    }
    return this.sorted
  }
}

function merge(a: readonly TopicNode[], b: readonly TopicNode[]): TopicNode[] {
  const out: TopicNode[] = []
  let i = 0
  let j = 0
  for (;;) {
    const x = a[i]
    const y = b[j]
    if (x === undefined && y === undefined) return out
    if (y === undefined || (x !== undefined && naturalOrder(x.level, y.level) <= 0)) {
      out.push(x as TopicNode)
      i++
    } else {
      out.push(y)
      j++
    }
  }
}

/** Levels of a topic as the tree holds them. */
export function levelsOf(topic: string): string[] {
  const levels = topic.split('/')
  if (levels.length <= MAX_LEVELS) return levels
  return [...levels.slice(0, MAX_LEVELS - 1), levels.slice(MAX_LEVELS - 1).join('/')]
}

/**
 * Topics at or below `root` that a valid filter matches (3.1.1 section 4.7), without looking at those it does not:
 * `#` takes the count of the branch.
 */
export function countMatches(root: TopicNode, filter: string): number {
  const levels = filter.split('/')
  const walk = (node: TopicNode, at: number): number => {
    const own = node.history === null ? 0 : 1
    const wanted = levels[at]
    if (wanted === undefined) return own
    if (wanted === '#') return own + node.topicsBelow - (at === 0 ? hidden(node) : 0)
    if (wanted !== '+') {
      const next = node.child(wanted)
      return next ? walk(next, at + 1) : 0
    }
    let sum = 0
    for (const child of node.children()) {
      // [MQTT-4.7.2-1]
      if (at > 0 || !child.level.startsWith('$')) sum += walk(child, at + 1)
    }
    return sum
  }
  return walk(root, 0)
}

function hidden(root: TopicNode): number {
  let sum = 0
  for (const child of root.children()) {
    if (child.level.startsWith('$')) sum += child.topicsBelow + (child.history === null ? 0 : 1)
  }
  return sum
}
