import { atOnce, type Steps } from '../../base/slices'
import type { Copy, Message } from './message'
import type { Session, Subscription } from './session'
import { TopicTrie } from './topic-trie'

/** Members of one `$share` group on one filter take turns (MQTT 5.0 section 4.8.2). */
interface ShareGroup {
  /** The filter without `$share` and the group's name. */
  readonly match: string
  readonly members: Set<Subscription>
  /** Goes round the members, those that come later included. */
  turn: Iterator<Subscription>
}
type Leaf = Subscription | ShareGroup

const isGroup = (leaf: Leaf): leaf is ShareGroup => 'members' in leaf

/** Whom the messages of one topic go to, for as long as no subscription comes or goes. */
interface Receivers {
  /** Subscriptions and groups together. */
  readonly size: number
  readonly groups: readonly ShareGroup[]
  /** Those of one session each. */
  readonly sessions: readonly (readonly Subscription[])[]
}

/** Whom the messages of one topic go to where they are many: all under each filter, whoever comes and goes. */
type Crowd = readonly { readonly filter: string; readonly leaves: ReadonlySet<Leaf> }[]

/** Topics whose subscriptions are remembered, the longest of them in characters, and subscriptions of all together. */
const KEPT_TOPICS = 4096
const KEPT_TOPIC = 256
const KEPT_LEAVES = 200_000
/** Topics whose crowds are remembered. */
const KEPT_CROWDS = 64

/** Subscriptions that are few enough to be served without a break. */
const FEW = 64
/** Filters of one topic, at most, that are gone through one after the other. */
const FILTERS = 8
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
  /** Topics published last that many get, until a filter comes or goes. */
  private readonly crowds = new Map<string, Crowd>()
  /** Ascends with each subscription that comes, and with each that comes or goes. */
  private added = 0
  private changes = 0
  /** Ascends with each filter that comes or goes. */
  private filterChanges = 0

  add(s: Subscription): void {
    this.changed()
    s.since = ++this.added
    const { share, match } = s.request
    if (share === null) {
      this.enter(match, s)
      return
    }
    const key = `${share}/${match}`
    let group = this.groups.get(key)
    if (group === undefined) {
      const members = new Set<Subscription>()
      group = { match, members, turn: members.values() }
      this.groups.set(key, group)
      this.enter(match, group)
    }
    group.members.add(s)
  }

  remove(s: Subscription): void {
    this.changed()
    const { share, match } = s.request
    if (share === null) {
      this.take(match, s)
      return
    }
    const key = `${share}/${match}`
    const group = this.groups.get(key)
    if (group?.members.delete(s) !== true || group.members.size > 0) return
    this.groups.delete(key)
    this.take(match, group)
  }

  /** Sends a message to all who subscribed before it came and still do. A step is one node of the trie looked at. */
  *route(message: Message): Steps<void> {
    const { added, changes } = this
    const known = this.matches.get(message.topic) ?? this.crowds.get(message.topic)
    const found = known ?? (yield* this.find(message.topic))
    if (isCrowd(found)) {
      yield* toCrowd(message, found, added)
      return
    }
    const { groups, sessions } = found
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
      const still = this.changes === changes ? all : all.filter((s) => isThere(s, added))
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

  private *find(topic: string): Steps<Receivers | Crowd> {
    const { changes, filterChanges } = this
    const filters = yield* this.trie.matching(topic)
    const size = filters.reduce((sum, leaves) => sum + leaves.size, 0)
    if (size > FEW && filters.length <= FILTERS) {
      const crowd = filters.map((leaves) => ({ filter: filterOf(leaves), leaves }))
      if (this.filterChanges === filterChanges) this.keepCrowd(topic, crowd)
      return crowd
    }
    const receivers = size === 0 ? NOBODY : yield* gather(filters, size)
    if (this.changes === changes) this.keep(topic, receivers)
    return receivers
  }

  private keep(topic: string, receivers: Receivers): void {
    const { size } = receivers
    if (topic.length > KEPT_TOPIC || size > KEPT_LEAVES) return
    if (this.matches.size >= KEPT_TOPICS || this.kept + size > KEPT_LEAVES) this.forget()
    this.matches.set(topic, receivers)
    this.kept += size
  }

  private keepCrowd(topic: string, crowd: Crowd): void {
    if (topic.length > KEPT_TOPIC) return
    if (this.crowds.size >= KEPT_CROWDS) this.crowds.clear()
    this.crowds.set(topic, crowd)
  }

  private enter(filter: string, leaf: Leaf): void {
    if (this.trie.add(filter, leaf)) this.filtersChanged()
  }

  private take(filter: string, leaf: Leaf): void {
    if (this.trie.remove(filter, leaf)) this.filtersChanged()
  }

  private filtersChanged(): void {
    this.filterChanges++
    this.crowds.clear()
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

const isCrowd = (found: Receivers | Crowd): found is Crowd => Array.isArray(found)

function filterOf(leaves: ReadonlySet<Leaf>): string {
  for (const leaf of leaves) return isGroup(leaf) ? leaf.match : leaf.request.match
  return ''
}

/** Is a subscription that had come when `added` had been given still there? */
const isThere = (s: Subscription, added: number): boolean =>
  s.since <= added && s.session.subscriptions.get(s.request.filter) === s

function* gather(filters: readonly ReadonlySet<Leaf>[], size: number): Steps<Receivers> {
  const groups: ShareGroup[] = []
  const sessions = new Map<Session, Subscription[]>()
  let at = 0
  for (const leaves of filters) {
    for (const leaf of leaves) {
      if (isGroup(leaf)) groups.push(leaf)
      else {
        const before = sessions.get(leaf.session)
        if (before === undefined) sessions.set(leaf.session, [leaf])
        else before.push(leaf)
      }
      if (++at % FEW === 0) yield FEW
    }
  }
  return { size, groups, sessions: [...sessions.values()] }
}

/**
 * Goes through the filters one after the other. Nothing is made for each client, since messages to a crowd take long and
 * what lives for many slices is dear to collect: those alone are remembered that are served and come again.
 */
function* toCrowd(message: Message, crowd: Crowd, added: number): Steps<void> {
  const servedBefore = new Set<Session>()
  let looked = 0
  for (const [n, { leaves }] of crowd.entries()) {
    const later = crowd.slice(n + 1)
    for (const leaf of leaves) {
      looked += DELIVERY
      if (isGroup(leaf)) {
        const member = nextMember(leaf)
        if (member !== undefined) deliver(message, [member])
        looked += leaf.members.size
      } else if (leaf.since <= added && !servedBefore.has(leaf.session)) {
        const all = [leaf]
        for (const { filter } of later) {
          const other = leaf.session.subscriptions.get(filter)
          if (other !== undefined) all.push(other)
        }
        if (all.length > 1) servedBefore.add(leaf.session)
        const due = notOwn(all.length > 1 ? all.filter((s) => s.since <= added) : all, message)
        if (due.length > 0) deliver(message, due)
      }
      if (looked < FEW) continue
      yield looked
      looked = 0
    }
  }
}

/** What of one client's subscriptions its own message goes to. */
function notOwn(all: readonly Subscription[], message: Message): readonly Subscription[] {
  const own = all[0]?.session.clientId === message.publisher
  return own ? all.filter((s) => !s.request.noLocal) : all
}

function deliver(message: Message, matching: readonly Subscription[]): void {
  const first = matching[0] as Subscription
  first.session.outbox.deliver(copyFor(message, matching))
}

const NO_IDS: readonly number[] = []

/** The one copy a client gets: lowest of the message's QoS and the highest granted [MQTT-3.8.4-6]. */
function copyFor(message: Message, matching: readonly Subscription[]): Copy {
  let granted = 0
  let asPublished = false
  let ids: number[] | undefined
  for (const { qos, request } of matching) {
    granted = Math.max(granted, qos)
    asPublished ||= request.retainAsPublished
    if (request.identifier !== null) (ids ??= []).push(request.identifier)
  }
  return {
    message,
    qos: Math.min(message.qos, granted) as Copy['qos'],
    // [MQTT-3.3.1-9], [MQTT-3.3.1-12], [MQTT-3.3.1-13]
    retain: message.retain && asPublished,
    ids: ids ?? NO_IDS,
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
