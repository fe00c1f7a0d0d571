import { atOnce, type Steps } from '../../base/slices'
import type { Copy, Message } from './message'
import type { Session, Subscription } from './session'
import { TopicTrie } from './topic-trie'

/** Members of one `$share` group on one filter take turns (MQTT 5.0 section 4.8.2). */
interface ShareGroup {
  readonly members: Set<Subscription>
  /** Goes round the members, those that come later included. */
  turn: Iterator<Subscription>
}
type Leaf = Subscription | ShareGroup

const isGroup = (leaf: Leaf): leaf is ShareGroup => 'members' in leaf

/** Whom the messages of one topic go to. */
interface Receivers {
  /** Subscriptions and groups together. */
  readonly size: number
  readonly groups: readonly ShareGroup[]
  /** Those of one session each. */
  readonly sessions: readonly (readonly Subscription[])[]
}

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
  /** Who gets the topics published last, until a subscription comes or goes. */
  private readonly matches = new Map<string, Receivers>()
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
      const members = new Set<Subscription>()
      group = { members, turn: members.values() }
      this.groups.set(key, group)
      this.trie.add(match, group)
    }
    group.members.add(s)
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
    if (group?.members.delete(s) !== true || group.members.size > 0) return
    this.groups.delete(key)
    this.trie.remove(match, group)
  }

  /** Sends a message to all who subscribed before it came and still do. A step is one node of the trie looked at. */
  *route(message: Message): Steps<void> {
    const { added, changes } = this
    const { groups, sessions } = this.matches.get(message.topic) ?? (yield* this.find(message.topic))
    let looked = 0
    for (const group of groups) {
      const member = nextMember(group)
      if (member !== undefined) deliver(message, [member])
      looked += DELIVERY + group.members.size
      if (looked < FEW) continue
      yield looked
      looked = 0
    }
    for (const all of sessions) {
      const still = this.changes === changes ? all : all.flatMap((s) => successor(s, added))
      const due = notOwn(still, message)
      if (due.length > 0) deliver(message, due)
      looked += DELIVERY + all.length
      if (looked < FEW) continue
      yield looked
      looked = 0
    }
  }

  /** The same at once, where it is known whom it goes to and they are few; else false, and nothing is done. */
  routeToFew(message: Message): boolean {
    const known = this.matches.get(message.topic)
    if (known === undefined || known.size > FEW) return false
    const { groups, sessions } = known
    const [only] = sessions
    if (groups.length === 0 && sessions.length === 1 && only !== undefined) {
      const due = notOwn(only, message)
      if (due.length > 0) deliver(message, due)
    } else if (known.size > 0) atOnce(this.route(message))
    return true
  }

  private *find(topic: string): Steps<Receivers> {
    const { changes } = this
    const found = yield* this.trie.matching(topic)
    const receivers = found.length === 0 ? NOBODY : yield* gather(found)
    if (this.changes !== changes || topic.length > KEPT_TOPIC || found.length > KEPT_LEAVES) return receivers
    if (this.matches.size >= KEPT_TOPICS || this.kept + found.length > KEPT_LEAVES) this.forget()
    this.matches.set(topic, receivers)
    this.kept += found.length
    return receivers
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

const NOBODY: Receivers = { size: 0, groups: [], sessions: [] }

function* gather(found: readonly Leaf[]): Steps<Receivers> {
  const groups: ShareGroup[] = []
  const sessions = new Map<Session, Subscription[]>()
  let at = 0
  for (const leaf of found) {
    if (isGroup(leaf)) groups.push(leaf)
    else {
      const before = sessions.get(leaf.session)
      if (before === undefined) sessions.set(leaf.session, [leaf])
      else before.push(leaf)
    }
    if (++at % FEW === 0) yield FEW
  }
  return { size: found.length, groups, sessions: [...sessions.values()] }
}

/** What of one client's subscriptions its own message goes to. */
function notOwn(all: readonly Subscription[], message: Message): readonly Subscription[] {
  const own = all[0]?.session.clientId === message.publisher
  return own ? all.filter((s) => !s.request.noLocal) : all
}

/** What has become of a subscription while a message was on its way: nothing when it was given up or came later. */
function successor(s: Subscription, added: number): Subscription[] {
  const now = s.session.subscriptions.get(s.request.filter)
  return now?.since === s.since && s.since <= added ? [now] : []
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
  for (let n = group.members.size; n > 0; n--) {
    const member = step(group)
    if (member?.session.connected === true) return member
  }
  return step(group)
}

function step(group: ShareGroup): Subscription | undefined {
  const next = group.turn.next()
  if (next.done !== true) return next.value
  group.turn = group.members.values()
  return group.turn.next().value as Subscription | undefined
}
