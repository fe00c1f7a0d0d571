import type { TopicView } from '../../../contract/api'
import type { Steps } from '../../base/slices'
import { naturalOrder } from './order'
import type { TopicNode } from './topic-node'

/** Topics that are looked at in one step. */
const STEP = 256

/** The lines of the tree that a view opens, and how many topics its filter matches. */
export interface FlatTree {
  lines: TopicNode[]
  matched: number
}

const SYS = '$SYS'

/**
 * The broker's own topics are shown to those who ask for them by a search or filter that begins with `$`, and beside a filter
 * that begins with a wildcard, which does not match them [MQTT-4.7.2-1].
 */
export const asksForSys = ({ search, filter }: TopicView): boolean =>
  search.startsWith('$') || /^[$+#]/.test(filter)

/** How many topics of the broker's own there are. */
export function sysTopics(root: TopicNode): number {
  const node = root.child(SYS)
  return node === undefined ? 0 : node.topicsBelow + (node.history === null ? 0 : 1)
}

/** Flattens the tree for a view, in steps: as it is at the start, or with some of what comes meanwhile. */
export function* flatten(root: TopicNode, leaves: readonly TopicNode[], view: TopicView): Steps<FlatTree> {
  const { open, search, filter } = view
  const hidden = asksForSys(view) ? undefined : root.child(SYS)
  const lines =
    search === '' ? yield* opened(root, new Set(open), hidden) : yield* found(root, leaves, search, hidden)
  return { lines, matched: filter === '' ? 0 : yield* countMatches(root, filter) }
}

const opened = (root: TopicNode, open: ReadonlySet<string>, hidden?: TopicNode): Steps<TopicNode[]> =>
  walk(
    root,
    (node) => node !== hidden,
    (node) => open.has(node.path),
  )

/** Topics whose path has the text, and the branches above them. */
function* found(
  root: TopicNode,
  leaves: readonly TopicNode[],
  search: string,
  hidden?: TopicNode,
): Steps<TopicNode[]> {
  const text = search.toLowerCase()
  const wanted = new Set<TopicNode>()
  for (let i = 0; i < leaves.length; i++) {
    if (i % STEP === 0) yield STEP
    const leaf = leaves[i] as TopicNode
    if (!leaf.path.toLowerCase().includes(text)) continue
    for (let n: TopicNode | null = leaf; n !== null && !wanted.has(n); n = n.parent) wanted.add(n)
  }
  if (wanted.size === 0) return []
  return yield* walk(
    root,
    (node) => wanted.has(node) && node !== hidden,
    () => true,
  )
}

/** The nodes below `root` that are shown, each before its children. */
function* walk(
  root: TopicNode,
  isShown: (node: TopicNode) => boolean,
  isOpen: (node: TopicNode) => boolean,
): Steps<TopicNode[]> {
  const lines: TopicNode[] = []
  const path: { children: readonly TopicNode[]; at: number }[] = [{ children: yield* sorted(root), at: 0 }]
  let looked = 0
  for (let last = path.at(-1); last; last = path.at(-1)) {
    if (++looked % STEP === 0) yield STEP
    const node = last.children[last.at++]
    if (!node) path.pop()
    else if (isShown(node)) {
      lines.push(node)
      if (node.branch && isOpen(node)) path.push({ children: yield* sorted(node), at: 0 })
    }
  }
  return lines
}

/**
 * Topics at or below `root` that a valid filter matches (3.1.1 section 4.7), without looking at those it does not:
 * `#` takes the count of the branch.
 */
function* countMatches(root: TopicNode, filter: string): Steps<number> {
  const levels = filter.split('/')
  const open: { node: TopicNode; at: number }[] = [{ node: root, at: 0 }]
  let sum = 0
  let looked = 0
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, at } = next
    const wanted = levels[at]
    if (wanted === undefined || wanted === '#') sum += node.history === null ? 0 : 1
    if (wanted === undefined) continue
    if (wanted === '#') sum += node.topicsBelow - (at === 0 ? hidden(node) : 0)
    else if (wanted !== '+') {
      const child = node.child(wanted)
      if (child) open.push({ node: child, at: at + 1 })
    } else {
      for (const child of node.unordered()) {
        if (++looked % STEP === 0) yield STEP
        // [MQTT-4.7.2-1]
        if (at > 0 || !child.level.startsWith('$')) open.push({ node: child, at: at + 1 })
      }
    }
    if (++looked % STEP === 0) yield STEP
  }
  return sum
}

function hidden(root: TopicNode): number {
  let sum = 0
  for (const child of root.unordered()) {
    if (child.level.startsWith('$')) sum += child.topicsBelow + (child.history === null ? 0 : 1)
  }
  return sum
}

/** Children in natural order. Newcomers are sorted by themselves and merged in. */
function* sorted(node: TopicNode): Steps<readonly TopicNode[]> {
  const { inOrder, fresh } = node
  const count = fresh.length
  if (count === 0) return inOrder
  let runs: TopicNode[][] = []
  for (let at = 0; at < count; at += STEP) {
    runs.push(fresh.slice(at, Math.min(count, at + STEP)).sort((a, b) => naturalOrder(a.level, b.level)))
    yield STEP
  }
  while (runs.length > 1) {
    const merged: TopicNode[][] = []
    for (let k = 0; k < runs.length; k += 2) merged.push(yield* merge(runs[k] ?? [], runs[k + 1] ?? []))
    runs = merged
  }
  const all = yield* merge(inOrder, runs[0] ?? [])
  // Another view may have put them in order meanwhile.
  if (node.inOrder === inOrder && node.fresh === fresh) node.arrange(all, count)
  return all
}

function* merge(a: readonly TopicNode[], b: readonly TopicNode[]): Steps<TopicNode[]> {
  if (a.length === 0) return [...b]
  const out: TopicNode[] = []
  let i = 0
  let j = 0
  for (;;) {
    if (out.length % STEP === STEP - 1) yield STEP
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
