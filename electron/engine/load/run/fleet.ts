import type { FlatRanges, PublisherAccount } from '../../../contract/load-report'
import { populationsOf, type LoadConfig, type Population } from '../../../contract/load-config'
import { rangesOf } from '../measure/ranges'
import type { Plan } from './plan'
import { filtersOf, layoutOf, topologyOf } from './topologies'
import { WireClient } from '../wire/client'
import type {
  ClientDeps,
  ClientEvents,
  ClientFields,
  MessageSource,
  PublishWriter,
} from '../wire/client-types'
import type { Habits } from './habits'
import type { WorkerInit } from './messages'
import type { PayloadMaterial } from './payload-files'
import { nameClient } from './names'
import { startWaitOf } from './schedule'
import { dealt, indicesOf, type Part } from './slice'
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

/** The number of the client as which a shard tries a population's broker out: the first for shard 0, the next for shard 1. */
export function firstClient(all: LoadConfig, { config, before }: Population, shard: number): number {
  const place = Math.min(shard, config.publishers + config.subscribers - 1)
  const isPublisher = place < config.publishers
  return isPublisher
    ? before.publishers + place
    : clientNumber(all, 'subscribers', before.subscribers + place - config.publishers)
}

function fieldsOf(
  init: WorkerInit,
  { config: c, before }: Population,
  role: Member['role'],
  index: number,
  filters: string[],
): ClientFields {
  const addresses = c.localAddresses
  const place = before[role] + index
  const number = clientNumber(init.config, role, place)
  const row = init.rows?.get(number)
  return {
    ...nameClient(c, number, `fl-${init.runId}-${role === 'publishers' ? 'p' : 's'}${place}`, row),
    level: c.protocol,
    clean: !c.resume,
    keepAlive: Math.min(65_535, Math.ceil(c.keepAlive / 1000)),
    password: row?.password ?? init.credentials.password,
    receiveMaximum: role === 'subscribers' ? c.receiveMaximum : undefined,
    sessionExpiry: c.resume ? SESSION_EXPIRY_S : undefined,
    window: c.window,
    refillAt: c.executor.kind === 'max' ? c.window >> 1 : c.window - 1,
    barriers: c.executor.kind === 'max' && c.thinkTime === undefined,
    filters,
    subscribeQos: c.subscribeQos ?? c.qos,
    resume: c.resume,
    caller: {
      localAddress: addresses.length > 0 ? addresses[place % addresses.length] : undefined,
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
      if (habits === null || config.thinkTime === undefined)
        return new ClosedSource(index, template, quota, now, waitMs)
      return new ThinkingSource(index, template, quota, now, waitMs, () => habits.pause(), config.qos > 0)
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

/**
 * Makes the clients of one population in one worker: its part of the subscribers, then its part of the publishers.
 * @param firstIndex how many clients the worker has already
 * @param sent makes what is told of each message of a publisher that has so many receivers
 */
export function createMembers(
  init: WorkerInit,
  population: Population,
  material: PayloadMaterial | null,
  plan: Plan,
  deps: MemberDeps,
  firstIndex: number,
  sent: (receivers: number) => MessageSource['sent'],
): Member[] {
  const { config } = population
  const topology = topologyOf(config)
  const layout = layoutOf(config, init.runId)
  const members: Member[] = []
  const place = placeOf(config, material)
  for (const index of indicesOf(config.subscribers, init.part)) {
    const filters = filtersOf(config, index, init.runId, place)
    const fields = fieldsOf(init, population, 'subscribers', index, filters)
    const client = new WireClient(firstIndex + members.length, fields, null, deps)
    members.push({ client, role: 'subscribers', index, source: null, receiver: topology.receiverOf(index) })
  }
  for (const index of indicesOf(config.publishers, init.part)) {
    const fields = fieldsOf(init, population, 'publishers', index, [])
    const template = writerOf(config, material, {
      topic: topology.topicOf(index, layout),
      runTag: init.runTag,
      publisher: index,
      number: population.before.publishers + index,
      name: fields,
    })
    const tell = sent(topology.receiversOf(index, layout).length)
    const source = sourceOf(config, plan, index, template, deps, tell)
    const thinks = source instanceof ThinkingSource
    const own = thinks ? { ...deps, events: thinking(deps.events, source) } : deps
    const client = new WireClient(firstIndex + members.length, fields, source, own)
    members.push({ client, role: 'publishers', index, source, receiver: -1 })
    if (thinks) source.onRest = (untilMs) => deps.habits?.wakeAt(client, untilMs)
  }
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
