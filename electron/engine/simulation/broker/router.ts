import { atOnce, type Steps } from '../../base/slices'
import type { Copy, Message } from './message'
import type { Session, Subscription } from './session'
import { TopicTrie } from './topic-trie'

/** Members of one `$share` group on one filter take turns (MQTT 5.0 section 4.8.2). */
interface ShareGroup {
  readonly name: string
  readonly members: Subscription[]
  turn: number
}
type Leaf = Subscription | ShareGroup

const isGroup = (leaf: Leaf): leaf is ShareGroup => 'members' in leaf

/** Topics whose subscriptions are remembered, the longest of them in characters, and subscriptions of all together. */
const KEPT_TOPICS = 4096
const KEPT_TOPIC = 256
const KEPT_LEAVES = 200_000

/** Subscriptions that are few enough to be served without a break. */
const FEW = 64
/** Steps that a delivery counts as: it takes so many times as long as to look at a node. */
const DELIVERY = 16

/**
 * Finds whom a message goes to. A client whose filters overlap gets one copy, at the highest QoS granted among
 * those that match [MQTT-3.3.5-1], with the identifiers of all of them [MQTT-3.3.4-4].
 */
export class Router {
  private readonly trie = new TopicTrie<Leaf>()
  private readonly groups = new Map<string, ShareGroup>()
  /** What matches the topics published last, until a subscription comes or goes. */
  private readonly matches = new Map<string, readonly Leaf[]>()
  private kept = 0
  /** Ascends with each subscription that comes, and with each that comes or goes. */
  private added = 0
  private changes = 0

  /** @param replaced the subscription in whose place it comes: no message on its way is lost by that [MQTT-3.8.4-3] */
  add(s: Subscription, replaced?: Subscription): void {
    this.changed()
    s.since = replaced?.since ?? ++this.added
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
    this.changed()
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

  /** Sends a message to all who subscribed before it came and still do. A step is one node of the trie looked at. */
  *route(message: Message): Steps<void> {
    const { added, changes } = this
    const matching = this.matches.get(message.topic) ?? (yield* this.find(message.topic))
    const own = new Map<Session, Subscription[]>()
    const shared: Subscription[] = []
    let looked = 0
    for (const leaf of matching) {
      if (isGroup(leaf)) {
        const member = nextMember(leaf)
        looked += leaf.members.length
        if (member !== undefined) shared.push(member)
      } else if (leaf.since <= added && !isOwn(leaf, message)) gather(own, leaf)
      if (++looked < FEW) continue
      yield looked
      looked = 0
    }
    for (const subscriptions of [...shared.map((s) => [s]), ...own.values()]) {
      const still = this.changes === changes ? subscriptions : subscriptions.flatMap(successor)
      if (still.length > 0) deliver(message, still)
      looked += DELIVERY
      if (looked < FEW) continue
      yield looked
      looked = 0
    }
  }

  /** The same at once, where it is known whom it goes to and they are few; else false, and nothing is done. */
  routeToFew(message: Message): boolean {
    const known = this.matches.get(message.topic)
    if (known === undefined || known.length > FEW) return false
    const [only] = known
    if (known.length === 1 && only !== undefined && !isGroup(only)) {
      if (!isOwn(only, message)) deliver(message, [only])
    } else if (known.length > 0) atOnce(this.route(message))
    return true
  }

  private *find(topic: string): Steps<readonly Leaf[]> {
    const { changes } = this
    const found = yield* this.trie.matching(topic)
    const leaves = found.length === 0 ? NOBODY : found
    if (this.changes !== changes || topic.length > KEPT_TOPIC || found.length > KEPT_LEAVES) return leaves
    if (this.matches.size >= KEPT_TOPICS || this.kept + found.length > KEPT_LEAVES) this.forget()
    this.matches.set(topic, leaves)
    this.kept += found.length
    return leaves
  }

  private changed(): void {
    this.changes++
    this.forget()
  }

  private forget(): void {
    this.matches.clear()
    this.kept = 0
  }
}

const NOBODY: readonly Leaf[] = []

const isOwn = (s: Subscription, message: Message): boolean =>
  s.request.noLocal && s.session.clientId === message.publisher

function gather(all: Map<Session, Subscription[]>, s: Subscription): void {
  const before = all.get(s.session)
  if (before === undefined) all.set(s.session, [s])
  else before.push(s)
}

/** What has become of a subscription while a message was on its way: nothing when it was given up. */
function successor(s: Subscription): Subscription[] {
  const now = s.session.subscriptions.get(s.request.filter)
  return now?.since === s.since ? [now] : []
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
