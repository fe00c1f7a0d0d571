interface Node<T> {
  children: Map<string, Node<T>> | null
  values: Set<T> | null
}

const emptyNode = <T>(): Node<T> => ({ children: null, values: null })

/** Values kept under topic filters and found by topic name (MQTT 3.1.1 section 4.7). */
export class TopicTrie<T> {
  private readonly root = emptyNode<T>()

  add(filter: string, value: T): void {
    let node = this.root
    for (const level of filter.split('/')) {
      node.children ??= new Map()
      let next = node.children.get(level)
      if (next === undefined) {
        next = emptyNode()
        node.children.set(level, next)
      }
      node = next
    }
    node.values ??= new Set()
    node.values.add(value)
  }

  remove(filter: string, value: T): void {
    const path: [Node<T>, string][] = []
    let node = this.root
    for (const level of filter.split('/')) {
      const next = node.children?.get(level)
      if (next === undefined) return
      path.push([node, level])
      node = next
    }
    node.values?.delete(value)
    for (const [parent, level] of path.reverse()) {
      const child = parent.children?.get(level)
      if (child === undefined || (child.values?.size ?? 0) > 0 || (child.children?.size ?? 0) > 0) return
      parent.children?.delete(level)
    }
  }

  /**
   * Visits the values of every filter that matches; one filter's values in the order they were added.
   * Without recursion: a topic may have 32,768 levels, the stack has not.
   */
  match(topic: string, visit: (value: T) => void): void {
    const levels = topic.split('/')
    // [MQTT-4.7.2-1]
    const reserved = topic.startsWith('$')
    const open: [node: Node<T>, depth: number][] = [[this.root, 0]]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, depth] = next
      const { children } = node
      const wild = !(reserved && depth === 0)
      if (wild) each(children?.get('#'), visit)
      if (depth === levels.length) {
        each(node, visit)
        continue
      }
      const same = children?.get(levels[depth] as string)
      const plus = wild ? children?.get('+') : undefined
      if (same !== undefined && same !== plus) open.push([same, depth + 1])
      if (plus !== undefined) open.push([plus, depth + 1])
    }
  }
}

function each<T>(node: Node<T> | undefined, visit: (v: T) => void): void {
  if (node?.values) for (const value of node.values) visit(value)
}
