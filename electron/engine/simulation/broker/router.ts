import type { Copy, Message } from './message'
import type { Subscription } from './session'
import { TopicTrie } from './topic-trie'

/** Members of one `$share` group on one filter take turns (MQTT 5.0 section 4.8.2). */
interface ShareGroup {
  readonly name: string
  readonly members: Subscription[]
  turn: number
}
type Leaf = Subscription | ShareGroup

const isGroup = (leaf: Leaf): leaf is ShareGroup => 'members' in leaf

/** Topics whose subscriptions are remembered, the longest of them in characters, and how many subscriptions of one. */
const KEPT_TOPICS = 4096
const KEPT_TOPIC = 256
const KEPT_LEAVES = 64

/**
 * Finds whom a message goes to. A client whose filters overlap gets one copy, at the highest QoS granted among
 * those that match [MQTT-3.3.5-1], with the identifiers of all of them [MQTT-3.3.4-4].
 */
export class Router {
  private readonly trie = new TopicTrie<Leaf>()
  private readonly groups = new Map<string, ShareGroup>()
  /** What matches the topics published last, until a subscription comes or goes. */
  private readonly matches = new Map<string, readonly Leaf[]>()

  add(s: Subscription): void {
    this.matches.clear()
    const { share, match } = s.request
    if (share === null) {
      this.trie.add(match, s)
      return
    }
    const key = `${share}/${match}`
    let group = this.groups.get(key)
    if (group === undefined) {
      group = { name: share, members: [], turn: 0 }
      this.groups.set(key, group)
      this.trie.add(match, group)
    }
    group.members.push(s)
  }

  remove(s: Subscription): void {
    this.matches.clear()
    const { share, match } = s.request
    if (share === null) {
      this.trie.remove(match, s)
      return
    }
    const key = `${share}/${match}`
    const group = this.groups.get(key)
    const at = group?.members.indexOf(s) ?? -1
    if (group === undefined || at < 0) return
    group.members.splice(at, 1)
    if (group.members.length > 0) return
    this.groups.delete(key)
    this.trie.remove(match, group)
  }

  route(message: Message): void {
    const matching = this.matching(message.topic)
    if (matching.length === 0) return
    const own: Subscription[] = []
    const shared: Subscription[] = []
    for (const leaf of matching) {
      if (isGroup(leaf)) {
        const member = nextMember(leaf)
        if (member !== undefined) shared.push(member)
      } else if (!(leaf.request.noLocal && leaf.session.clientId === message.publisher)) own.push(leaf)
    }
    for (const s of shared) deliver(message, [s])
    if (own.length === 1) deliver(message, own)
    else if (own.length > 1) for (const subscriptions of bySession(own)) deliver(message, subscriptions)
  }

  private matching(topic: string): readonly Leaf[] {
    const known = this.matches.get(topic)
    if (known !== undefined) return known
    const found: Leaf[] = []
    this.trie.match(topic, (leaf) => found.push(leaf))
    const kept = found.length === 0 ? NOBODY : found
    if (found.length > KEPT_LEAVES || topic.length > KEPT_TOPIC) return kept
    if (this.matches.size >= KEPT_TOPICS) this.matches.clear()
    this.matches.set(topic, kept)
    return kept
  }
}

const NOBODY: readonly Leaf[] = []

function bySession(all: readonly Subscription[]): Iterable<Subscription[]> {
  const found = new Map<Subscription['session'], Subscription[]>()
  for (const s of all) {
    const before = found.get(s.session)
    if (before === undefined) found.set(s.session, [s])
    else before.push(s)
  }
  return found.values()
}

function deliver(message: Message, matching: readonly Subscription[]): void {
  const first = matching[0] as Subscription
  first.session.outbox.deliver(copyFor(message, matching))
}

/** The one copy a client gets: lowest of the message's QoS and the highest granted [MQTT-3.8.4-6]. */
function copyFor(message: Message, matching: readonly Subscription[]): Copy {
  let granted = 0
  let asPublished = false
  const ids: number[] = []
  for (const { qos, request } of matching) {
    granted = Math.max(granted, qos)
    asPublished ||= request.retainAsPublished
    if (request.identifier !== null) ids.push(request.identifier)
  }
  return {
    message,
    qos: Math.min(message.qos, granted) as Copy['qos'],
    // [MQTT-3.3.1-9], [MQTT-3.3.1-12], [MQTT-3.3.1-13]
    retain: message.retain && asPublished,
    ids,
  }
}

/** The next member in turn, one that is connected if there is any. */
function nextMember(group: ShareGroup): Subscription | undefined {
  const n = group.members.length
  for (let i = 0; i < n; i++) {
    const at = (group.turn + i) % n
    const member = group.members[at]
    if (member?.session.connected === true) {
      group.turn = at + 1
      return member
    }
  }
  return group.members[group.turn++ % n]
}
