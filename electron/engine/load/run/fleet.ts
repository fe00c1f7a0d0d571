import type { FlatRanges, PublisherAccount } from '../../../contract/load-report'
import { populationsOf, type LoadConfig, type Population } from '../../../contract/load-config'
import { loadAddresses } from '../../../contract/load-url'
import type { Recorder } from '../measure/recorder'
import { rangesOf } from '../measure/ranges'
import type { Plan } from './plan'
import { filtersOf, layoutOf, responseTopic, topologyOf, usualName } from './topologies'
import { WireClient } from '../wire/client'
import { Responder } from '../wire/responder'
import type {
  ClientDeps,
  ClientEvents,
  ClientFields,
  MessageSource,
  PublishWriter,
} from '../wire/client-types'
import { requesting, responding } from './conversation'
import type { Habits } from './habits'
import type { WorkerInit } from './messages'
import type { PayloadMaterial } from './payload-files'
import { nameClient } from './names'
import { startWaitOf } from './schedule'
import { dealt, indicesOf, type Part } from './slice'
import type { Requests } from './requests'
import { ClosedSource, OpenSource, ThinkingSource, type Publisher } from './sources'
import { placeOf, writerOf } from './writers'

/** One client of a worker with what it does. */
export interface Member {
  client: WireClient
  role: 'subscribers' | 'publishers'
  /** Global index in its role. */
  index: number
  source: Publisher | null
  /** Under which receiver its messages are accounted. */
  receiver: number
}

/** What clients need, and what theirs do by themselves. */
interface MemberDeps extends ClientDeps {
  habits: Habits | null
  /** Where messages ask for a response. */
  requests: Requests | null
  /** What a message says that it is; null for one of another run. */
  identify: Recorder['identify']
}

/** Seconds a broker keeps the session of a client that is to resume. */
const SESSION_EXPIRY_S = 3600

/** Number of a client over all populations: publishers from 0, subscribers after them. */
const clientNumber = (all: LoadConfig, role: Member['role'], place: number): number =>
  role === 'publishers' ? place : all.publishers + place

/** The clients that a part of a run has, by their numbers. */
export function clientNumbers(all: LoadConfig, part: Part): Set<number> {
  const numbers = new Set<number>()
  for (const { config, before } of populationsOf(all)) {
    for (const role of ['publishers', 'subscribers'] as const) {
      for (const i of indicesOf(config[role], part)) numbers.add(clientNumber(all, role, before[role] + i))
    }
  }
  return numbers
}

/** One client of a run. */
export interface OneClient {
  role: Member['role']
  /** Of those of its role in its population. */
  index: number
  /** Over the whole run. */
  number: number
  /** Its identifier where no template or list says it. */
  usual: string
}

/** The first client that a shard has of a population, one that publishes if there is one; null where it has none. */
export function firstClient(
  all: LoadConfig,
  { config, before }: Population,
  { runId, shard }: { runId: string; shard: number },
): OneClient | null {
  const role = shard < config.publishers ? 'publishers' : 'subscribers'
  if (shard >= config[role]) return null
  const place = before[role] + shard
  return { role, index: shard, number: clientNumber(all, role, place), usual: usualName(runId, role, place) }
}

/**
 * Number of the broker's address that a client of a population connects to. The two ends of a pair, which have the same index and
 * so are in the same part, meet at different nodes of a cluster. By the place within the part, so that each part uses all addresses;
 * the parts begin at different ones, so that all together use them alike.
 */
export const addressNumber = (role: Member['role'], index: number, part: Part): number =>
  Math.floor(index / part.count) + part.index + (role === 'publishers' ? 0 : 1)

/** From this many publishers on, brokers answer many messages at once. */
const SEVERAL = 16

/**
 * Unanswered messages at which a client sends on. Half a window at a time takes the generator a quarter of the processor time
 * at QoS 1 and 2, but while few publish, a broker with Nagle's algorithm (RFC 896) holds all answers but the first until TCP
 * acknowledges that one, 40 ms later: there each answer is followed at once.
 */
export function refillAt(c: Pick<LoadConfig, 'executor' | 'qos' | 'publishers' | 'window'>): number {
  const halves = c.executor.kind === 'max' && (c.qos === 0 || c.publishers >= SEVERAL)
  return halves ? c.window >> 1 : c.window - 1
}

function fieldsOf(
  init: WorkerInit,
  { config: c, before }: Population,
  role: Member['role'],
  index: number,
  filters: string[],
): ClientFields {
  const { localAddresses } = c
  const brokers = loadAddresses(c.url).length
  const place = before[role] + index
  const number = clientNumber(init.config, role, place)
  const row = init.rows?.get(number)
  return {
    ...nameClient(c, number, usualName(init.runId, role, place), row),
    level: c.protocol,
    clean: !c.resume,
    keepAlive: Math.min(65_535, Math.ceil(c.keepAlive / 1000)),
    password: row?.password ?? init.credentials.password,
    receiveMaximum: role === 'subscribers' ? c.receiveMaximum : undefined,
    topicAliasMaximum: c.topicAliases,
    sessionExpiry: c.resume ? SESSION_EXPIRY_S : undefined,
    window: c.window,
    refillAt: refillAt(c),
    barriers: c.executor.kind === 'max' && c.thinkTime === undefined && !c.request,
    filters,
    subscribeQos: c.subscribeQos ?? c.qos,
    resume: c.resume,
    caller: {
      localAddress: localAddresses[Math.floor(place / brokers) % localAddresses.length],
      address: before.publishers + addressNumber(role, index, init.part),
      cert: row?.cert,
      key: row?.key,
      resumesTls: c.tlsResume,
    },
  }
}

function sourceOf(
  config: LoadConfig,
  { publishing }: Plan,
  index: number,
  template: PublishWriter,
  { now, habits }: MemberDeps,
  sent: MessageSource['sent'],
): Publisher | null {
  const { publishers: all } = config
  const waitMs = startWaitOf(config, index)
  switch (publishing.kind) {
    case 'none':
      return null
    case 'open':
      return new OpenSource(
        index,
        template,
        publishing.schedule,
        all,
        dealt(publishing.schedule.total, all, index),
        sent,
        waitMs,
      )
    case 'closed': {
      const quota = dealt(publishing.total, all, index)
      if (habits === null || (config.thinkTime === undefined && !config.request))
        return new ClosedSource(index, template, quota, now, waitMs)
      const answered = config.qos > 0 || config.request
      return new ThinkingSource(index, template, quota, now, waitMs, () => habits.pause(), answered)
    }
  }
}

/** Events of a client that thinks when a message has its answer, or will have none. */
const thinking = (events: ClientEvents, source: ThinkingSource): ClientEvents => ({
  ...events,
  acknowledged: (...told) => {
    events.acknowledged(...told)
    source.think()
  },
  failed: (...told) => {
    events.failed(...told)
    source.think()
  },
})

/** What the clients of one population in one worker are made from. */
export interface MembersInit {
  init: WorkerInit
  population: Population
  /** Tells its messages from those of others. */
  tag: number
  material: PayloadMaterial | null
  plan: Plan
  deps: MemberDeps
  /** How many clients the worker has already. */
  firstIndex: number
  /** Makes what is told of each message of a publisher that has so many receivers. */
  sent(receivers: number): MessageSource['sent']
}

/** One object for all clients that do nothing special: the hot path is faster by it. */
const heardBy = (deps: MemberDeps, events: ClientEvents): ClientDeps =>
  events === deps.events ? deps : { ...deps, events }

function subscriberOf(o: MembersInit, clientIndex: number, index: number): Member {
  const { config } = o.population
  const { runId } = o.init
  const { deps } = o
  const filters = filtersOf(o.population, index, { runId, tag: o.tag, place: placeOf(config, o.material) })
  const fields = fieldsOf(o.init, o.population, 'subscribers', index, filters)
  const responder = deps.requests === null ? null : new Responder(config.qos, config.protocol)
  const talk = { level: config.protocol, identify: deps.identify, wake: () => client.wake() }
  const topicOf = (publisher: number): string => responseTopic(config, publisher, { runId, tag: o.tag })
  const events = responder === null ? deps.events : responding(deps.events, responder, { ...talk, topicOf })
  const client: WireClient = new WireClient(clientIndex, fields, responder, heardBy(deps, events))
  return { client, role: 'subscribers', index, source: null, receiver: topologyOf(config).receiverOf(index) }
}

function publisherOf(o: MembersInit, clientIndex: number, index: number): Member {
  const { init, population, deps } = o
  const { config } = population
  const topology = topologyOf(config)
  const layout = layoutOf(config, init.runId)
  const responses = config.request
    ? responseTopic(config, index, { runId: init.runId, tag: o.tag })
    : undefined
  const fields = fieldsOf(init, population, 'publishers', index, responses === undefined ? [] : [responses])
  const template = writerOf(config, o.material, {
    topic: topology.topicOf(index, layout),
    runTag: o.tag,
    publisher: index,
    responses,
    number: population.before.publishers + index,
    name: fields,
  })
  const tell = o.sent(topology.receiversOf(index, layout).length)
  const source = sourceOf(config, o.plan, index, template, deps, tell)
  const { events, from } = behaviourOf(config, index, source, deps)
  const client = new WireClient(clientIndex, fields, from, heardBy(deps, events))
  if (source instanceof ThinkingSource)
    source.onRest = (untilMs) => {
      if (untilMs > deps.now()) deps.habits?.wakeAt(client, untilMs)
      else client.wake()
    }
  return { client, role: 'publishers', index, source, receiver: -1 }
}

/** What a publisher's client takes its messages from, and who hears of what happens to them. */
function behaviourOf(
  config: LoadConfig,
  publisher: number,
  source: Publisher | null,
  { events, requests, identify }: MemberDeps,
): { events: ClientEvents; from: MessageSource | null } {
  if (requests !== null && source !== null) {
    const asked = requests.of(source)
    const known = { level: config.protocol, identify, publisher }
    return { events: requesting(events, asked, requests, known), from: asked }
  }
  return { events: source instanceof ThinkingSource ? thinking(events, source) : events, from: source }
}

/** Makes the clients of one population in one worker: its part of the subscribers, then its part of the publishers. */
export function createMembers(o: MembersInit): Member[] {
  const { subscribers, publishers } = o.population.config
  const members: Member[] = []
  const next = (): number => o.firstIndex + members.length
  for (const index of indicesOf(subscribers, o.init.part)) members.push(subscriberOf(o, next(), index))
  for (const index of indicesOf(publishers, o.init.part)) members.push(publisherOf(o, next(), index))
  return members
}

/** What became of the messages of each publisher. */
export function publisherAccounts(
  members: readonly Member[],
  failedOf: (publisher: number) => FlatRanges,
): PublisherAccount[] {
  return members.flatMap(({ source, client, index }) => {
    if (source === null) return []
    const unsent = Array.from({ length: source.offered - source.taken }, (_, i) => source.taken + i)
    const waiting = client.unacknowledged().concat(unsent)
    return [
      {
        publisher: index,
        offered: source.offered,
        failed: failedOf(index),
        inFlight: rangesOf(waiting.sort((a, b) => a - b)),
      },
    ]
  })
}
