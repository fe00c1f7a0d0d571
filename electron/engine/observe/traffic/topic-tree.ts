import type { TopicView } from '../../../contract/api'
import type { TopicDetail, TopicPage, TopicRow } from '../../../contract/model'
import { topicMatches } from '../../../contract/topics'
import { atOnce, type Steps } from '../../base/slices'
import { PAYLOAD_BYTES, TopicHistory, type PublishedMessage } from './history'
import { payloadText } from './payload-text'
import { SecondCounters } from './seconds'
import { levelsOf, TopicNode } from './topic-node'
import { asksForSys, flatten, sysTopics, type FlatTree } from './topic-view'

export interface TopicTreeOptions {
  clock: { now(): number }
  /** Whether the broker still keeps a retained message that it was given; one may expire @default it does */
  keeps?: (topic: string) => boolean
  /** Topics kept @default 50_000 */
  topics?: number
  /** Bytes of history over all topics @default 32 MiB */
  historyBytes?: number
}

/** All topics that were published to, with their rates and last messages. */
export interface TopicTree {
  /** Takes one application message, once, as the broker accepted it. */
  published(m: PublishedMessage): void
  /** A window of the lines a page sees. Flattening is kept with the view object: pass the same one again. */
  page(view: TopicView): TopicPage
  /** The same in steps. */
  pageSteps(view: TopicView): Steps<TopicPage>
  detail(topic: string): TopicDetail | undefined
  /** Topics kept. */
  readonly topics: number
  /** Topics not kept because the tree is full; counts up to 100,000 of them exactly. */
  readonly dropped: number
  clear(): void
}

const DROPPED = 100_000
/** Characters of all paths together: a hostile client's topics are 64 KiB each. */
const TEXT = 64 * 1024 * 1024
/** Levels a topic may bring in besides itself, on average. */
const BRANCHES = 3

export const createTopicTree = (options: TopicTreeOptions): TopicTree => new Tree(options)

/** Of the newest message of a topic that a page shows so much is kept, of so many topics. */
const SHOWN_BYTES = 262_144
const SHOWN_TOPICS = 8

interface Flat extends FlatTree {
  version: number
}

class Tree implements TopicTree {
  private readonly maxTopics: number
  private readonly historyBytes: number
  private readonly counters = new SecondCounters()
  private root = new TopicNode('', '', -1, null, 0)
  private readonly byTopic = new Map<string, TopicNode>()
  private readonly leaves: TopicNode[] = []
  /** Hashes of the topics that found no room. */
  private readonly droppedTopics = new Set<number>()
  /** Topics that a page has asked for recently, with their newest message where it is long. */
  private readonly shown = new Map<TopicNode, { n: number; payload: Uint8Array } | null>()
  private nodes = 0
  private text = 0
  private usedBytes = 0
  private hand = 0
  /** Changes when topics are added. */
  private version = 1
  private flats = new WeakMap<TopicView, Flat>()

  constructor(private readonly options: TopicTreeOptions) {
    this.maxTopics = options.topics ?? 50_000
    this.historyBytes = options.historyBytes ?? 32 * 1024 * 1024
  }

  get topics(): number {
    return this.leaves.length
  }

  get dropped(): number {
    return this.droppedTopics.size
  }

  published(m: PublishedMessage): void {
    const leaf = this.byTopic.get(m.topic) ?? this.grow(m.topic)
    if (!leaf?.history) return
    for (let n: TopicNode | null = leaf; n !== null && n !== this.root; n = n.parent) {
      n.messages++
      this.counters.count(n.counter, m.atMs, m.payload.length)
    }
    if (m.retain) leaf.retained = m.payload.length > 0
    if (this.shown.size > 0 && m.payload.length > PAYLOAD_BYTES && this.shown.has(leaf))
      this.shown.set(leaf, { n: leaf.messages, payload: Uint8Array.from(m.payload.subarray(0, SHOWN_BYTES)) })
    this.usedBytes += leaf.history.add(m)
    if (this.usedBytes > this.historyBytes) this.shrink()
  }

  page(view: TopicView): TopicPage {
    return atOnce(this.pageSteps(view))
  }

  *pageSteps(view: TopicView): Steps<TopicPage> {
    const flat = yield* this.flatten(view)
    const nowMs = this.options.clock.now()
    const open = new Set(view.open)
    return {
      rows: flat.lines
        .slice(view.offset, view.offset + view.limit)
        .map((n) => this.row(n, view, view.search !== '' || open.has(n.path), nowMs)),
      totalRows: flat.lines.length,
      offset: view.offset,
      totalTopics: this.leaves.length - (asksForSys(view) ? 0 : sysTopics(this.root)),
      matchedTopics: flat.matched,
      dropped: this.dropped,
    }
  }

  detail(topic: string): TopicDetail | undefined {
    const node = this.byTopic.get(topic)
    if (!node?.history) return undefined
    const history = node.history.messages()
    const long = this.show(node)
    const newest = history[0]
    if (long?.n === node.messages && newest?.truncated)
      history[0] = { ...newest, payload: long.payload, truncated: long.payload.length < newest.bytes }
    return { topic, messages: node.messages, retained: this.isRetained(node), history }
  }

  /** Notes that a page shows the topic. @returns its newest message as far as it is kept, where that is long */
  private show(node: TopicNode): { n: number; payload: Uint8Array } | null {
    const known = this.shown.get(node) ?? null
    this.shown.delete(node)
    this.shown.set(node, known)
    for (const oldest of this.shown.keys()) {
      if (this.shown.size <= SHOWN_TOPICS) break
      this.shown.delete(oldest)
    }
    return known
  }

  clear(): void {
    this.root = new TopicNode('', '', -1, null, 0)
    this.byTopic.clear()
    this.shown.clear()
    this.leaves.length = 0
    this.droppedTopics.clear()
    this.counters.clear()
    this.flats = new WeakMap()
    this.nodes = this.text = this.usedBytes = this.hand = 0
    this.version++
  }

  private grow(topic: string): TopicNode | undefined {
    const levels = levelsOf(topic)
    if (!this.hasRoom(levels.length, topic.length)) {
      if (this.droppedTopics.size < DROPPED) this.droppedTopics.add(hash(topic))
      return undefined
    }
    let node = this.root
    for (const level of levels) {
      let next = node.child(level)
      if (!next) {
        const path = node === this.root ? level : `${node.path}/${level}`
        next = new TopicNode(level, path, node.depth + 1, node, this.counters.add())
        node.add(next)
        this.nodes++
        this.text += path.length
      }
      node = next
    }
    node.history = new TopicHistory()
    for (let n = node.parent; n !== null; n = n.parent) n.topicsBelow++
    this.byTopic.set(topic, node)
    this.leaves.push(node)
    this.version++
    return node
  }

  private hasRoom(levels: number, length: number): boolean {
    const nodes = this.nodes + levels <= this.maxTopics * (1 + BRANCHES)
    return nodes && this.leaves.length < this.maxTopics && this.text + levels * length <= TEXT
  }

  /** Takes from one topic after the other until history fits again; every topic keeps its last message. */
  private shrink(): void {
    for (let n = 0; n < this.leaves.length && this.usedBytes > this.historyBytes; n++) {
      this.hand = (this.hand + 1) % this.leaves.length
      this.usedBytes -= this.leaves[this.hand]?.history?.shrink() ?? 0
    }
  }

  private *flatten(view: TopicView): Steps<Flat> {
    const known = this.flats.get(view)
    if (known?.version === this.version) return known
    const { version } = this
    const flat = { version, ...(yield* flatten(this.root, this.leaves, view)) }
    this.flats.set(view, flat)
    return flat
  }

  private isRetained(node: TopicNode): boolean {
    // what is gone from the broker does not come back by itself
    if (node.retained && this.options.keeps?.(node.path) === false) node.retained = false
    return node.retained
  }

  private row(node: TopicNode, view: TopicView, open: boolean, nowMs: number): TopicRow {
    const { messages, bytes } = this.counters.rate(node.counter, nowMs)
    const last = node.history?.last()
    return {
      path: node.path,
      level: node.level,
      depth: node.depth,
      branch: node.branch,
      open: node.branch && open,
      leaf: node.history !== null,
      topicsBelow: node.topicsBelow,
      messages: node.messages,
      rate: messages,
      bytesPerSecond: bytes,
      qos: last?.qos ?? null,
      retained: this.isRetained(node),
      payload: last ? payloadText(last.payload) : null,
      spark: this.counters.spark(node.counter, nowMs),
      matched: view.filter !== '' && node.history !== null && topicMatches(view.filter, node.path),
    }
  }
}

function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h | 0
}
