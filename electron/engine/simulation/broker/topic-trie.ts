import type { Steps } from '../../base/slices'

/**
 * One or several levels of topics or filters. The first of them is the key under which the parent holds the node; a
 * row of levels without a fork is one node, so that a filter of 128 levels costs no more nodes than a short one.
 */
interface Node<T> {
  /** The levels after the first, joined by "/"; null when there are none. */
  tail: string | null
  children: Map<string, Node<T>> | null
  /** Of the filter that ends here. */
  values: Set<T> | null
  /** Of the filter that goes on with `#` here: it matches this node and everything below [MQTT-4.7.1-2]. */
  below: Set<T> | null
}

/** A node and how many levels lead to its end; or children of a node that are still to be looked at. */
type Open<T> = readonly [node: Node<T>, depth: number]

const node = <T>(tail: string | null): Node<T> => ({ tail, children: null, values: null, below: null })

/** Nodes that are looked at in one step. */
const STEP = 32

/**
 * Values kept under topic filters and found by topic name, or kept under topic names and found by filter
 * (MQTT 3.1.1 section 4.7). Both ways look at no node twice, whatever the wildcards, and can be left off after every step
 * while values come and go: what stays is found once, what comes or goes meanwhile may be found or not.
 */
export class TopicTrie<T> {
  private readonly root = node<T>(null)

  /**
   * @param filter topic name, or valid filter
   * @returns whether it is the first value under this filter
   */
  add(filter: string, value: T): boolean {
    const [path, below] = pathOf(filter)
    let at = this.root
    for (let from = 0; path !== null && from <= path.length;) {
      const key = levelAt(path, from)
      from += key.length + 1
      at.children ??= new Map()
      const next = at.children.get(key)
      if (next === undefined) {
        const leaf = node<T>(from <= path.length ? path.slice(from) : null)
        at.children.set(key, leaf)
        at = leaf
        break
      }
      const { tail } = next
      const same = tail === null ? 0 : agreed(tail, path, from)
      at = tail === null || same > tail.length ? next : split(at.children, key, next, same)
      from += same
    }
    const values = below ? (at.below ??= new Set()) : (at.values ??= new Set())
    return values.add(value).size === 1
  }

  /** Gives whether it was the last value under this filter. */
  remove(filter: string, value: T): boolean {
    const [path, below] = pathOf(filter)
    const trail: [parent: Node<T>, key: string][] = []
    let at = this.root
    for (let from = 0; path !== null && from <= path.length;) {
      const key = levelAt(path, from)
      from += key.length + 1
      const next = at.children?.get(key)
      if (next === undefined) return false
      trail.push([at, key])
      if (next.tail !== null) {
        if (agreed(next.tail, path, from) <= next.tail.length) return false
        from += next.tail.length + 1
      }
      at = next
    }
    const values = below ? at.below : at.values
    if (values?.delete(value) !== true || values.size > 0) return false
    if (below) at.below = null
    else at.values = null
    prune(at, trail)
    return true
  }

  /**
   * The values of each filter that matches a topic, in the order they were added. The sets are those of the trie: each is
   * kept up to date until its last value goes. Without recursion: the stack is smaller than a topic may be long.
   */
  *matching(topic: string): Steps<ReadonlySet<T>[]> {
    const found: ReadonlySet<T>[] = []
    const levels = topic.split('/')
    // [MQTT-4.7.2-1]
    const reserved = topic.startsWith('$')
    const open: Open<T>[] = [[this.root, 0]]
    let looked = 0
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [{ children, values, below }, depth] = next
      const wild = !(reserved && depth === 0)
      looked += 1
      if (wild && below !== null) found.push(below)
      if (depth === levels.length) {
        if (values !== null) found.push(values)
      } else if (children !== null) {
        const level = levels[depth] as string
        const same = children.get(level)
        if (same !== undefined) follow(same, levels, depth + 1, open)
        const plus = wild && level !== '+' ? children.get('+') : undefined
        if (plus !== undefined) follow(plus, levels, depth + 1, open)
      }
      if (looked >= STEP) {
        yield looked
        looked = 0
      }
    }
    return found
  }

  /** The values of every topic name that a filter matches, in no order. */
  *under(filter: string): Steps<T[]> {
    const found: T[] = []
    const [path, all] = pathOf(filter)
    const levels = path === null ? [] : path.split('/')
    const open: Open<T>[] = [[this.root, 0]]
    const rows: [children: Iterator<[string, Node<T>]>, depth: number][] = []
    let looked = 0
    for (;;) {
      const next = open.pop()
      if (next !== undefined) {
        const [{ children, values }, depth] = next
        const inside = depth >= levels.length
        looked += 1
        if (inside) looked += take(values, found)
        if (children === null || (inside && !all)) continue
        const level = levels[depth]
        if (inside || level === '+') rows.push([children.entries(), depth])
        else {
          const child = children.get(level as string)
          if (child !== undefined) seek(child, levels, all, depth + 1, open)
        }
      } else {
        const row = rows[rows.length - 1]
        if (row === undefined) return found
        const [children, depth] = row
        const child = children.next()
        looked += 1
        if (child.done === true) rows.pop()
        // [MQTT-4.7.2-1]
        else if (depth > 0 || !child.value[0].startsWith('$'))
          seek(child.value[1], levels, all, depth + 1, open)
      }
      if (looked >= STEP) {
        yield looked
        looked = 0
      }
    }
  }
}

/** The levels of a filter without a last `#`, null when none are left, and whether there was one. */
function pathOf(filter: string): [path: string | null, below: boolean] {
  if (filter === '#') return [null, true]
  return filter.endsWith('/#') ? [filter.slice(0, -2), true] : [filter, false]
}

function levelAt(path: string, from: number): string {
  const slash = path.indexOf('/', from)
  return path.slice(from, slash < 0 ? path.length : slash)
}

/**
 * How many characters of `tail`, each level with its slash, agree with the levels of `path` from `from` on; one more
 * than `tail` has when all do.
 */
function agreed(tail: string, path: string, from: number): number {
  let whole = 0
  let i = 0
  for (; i < tail.length && tail.charCodeAt(i) === path.charCodeAt(from + i); i++) {
    if (tail[i] === '/') whole = i + 1
  }
  const ends = from + i === path.length || path[from + i] === '/'
  return ends && (i === tail.length || tail[i] === '/') ? i + 1 : whole
}

/** Forks a node after `same` characters of its tail; gives the upper part, which is new, so that the lower stays. */
function split<T>(siblings: Map<string, Node<T>>, key: string, lower: Node<T>, same: number): Node<T> {
  const tail = lower.tail as string
  const upper = node<T>(same === 0 ? null : tail.slice(0, same - 1))
  const first = levelAt(tail, same)
  const rest = same + first.length + 1
  lower.tail = rest <= tail.length ? tail.slice(rest) : null
  upper.children = new Map([[first, lower]])
  siblings.set(key, upper)
  return upper
}

/** Takes nodes out that hold nothing any more, and joins a node to the only one below it. */
function prune<T>(last: Node<T>, trail: [parent: Node<T>, key: string][]): void {
  let at = last
  for (let step = trail.pop(); step !== undefined; step = trail.pop()) {
    const [parent, key] = step
    if (at.values !== null || at.below !== null) return
    const only = at.children?.size === 1 ? [...at.children][0] : undefined
    if (only !== undefined) {
      // A copy: whoever is looking at the old ones goes on in them.
      const [name, { tail, children, values, below }] = only
      const joined = [at.tail, name, tail].filter((part) => part !== null).join('/')
      parent.children?.set(key, { tail: joined, children, values, below })
    }
    if ((at.children?.size ?? 0) > 0) return
    parent.children?.delete(key)
    at = parent
  }
}

function take<T>(values: Set<T> | null, found: T[]): number {
  if (values === null) return 0
  for (const value of values) found.push(value)
  return values.size
}

/** Goes along a node's tail with the levels of a topic; opens the node when they agree. */
function follow<T>(next: Node<T>, levels: readonly string[], depth: number, open: Open<T>[]): void {
  const { tail } = next
  let at = depth
  if (tail !== null) {
    for (let from = 0; from <= tail.length; at++) {
      const level = levels[at]
      if (level === undefined) return
      const slash = tail.indexOf('/', from)
      const end = slash < 0 ? tail.length : slash
      const plus = end - from === 1 && tail[from] === '+'
      if (!plus && (end - from !== level.length || !tail.startsWith(level, from))) return
      from = end + 1
    }
  }
  open.push([next, at])
}

/** Goes along a node's tail with the levels of a filter, beyond which `all` matches everything. */
function seek<T>(
  next: Node<T>,
  levels: readonly string[],
  all: boolean,
  depth: number,
  open: Open<T>[],
): void {
  const { tail } = next
  let at = depth
  if (tail !== null) {
    for (let from = 0; from <= tail.length; at++) {
      const level = levels[at]
      const slash = tail.indexOf('/', from)
      const end = slash < 0 ? tail.length : slash
      if (level === undefined) {
        if (!all) return
      } else if (level !== '+' && (end - from !== level.length || !tail.startsWith(level, from))) return
      from = end + 1
    }
  }
  open.push([next, at])
}
