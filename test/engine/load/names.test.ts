import { parser, type IConnectPacket, type Packet } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { loadSchema, populationsOf } from '../../../electron/contract/load-config'
import { topicMatches } from '../../../electron/contract/topics'
import { nameClient } from '../../../electron/engine/load/run/names'
import { filtersOf, responseTopic, usualName } from '../../../electron/engine/load/run/topologies'
import { writerOf } from '../../../electron/engine/load/run/writers'
import { connectFrame } from '../../../electron/engine/load/wire/frames'

const GIVEN = {
  publishers: 2,
  subscribers: 1,
  clientId: 'dev-%i',
  username: 'user %c 100%%',
  willTopic: 'gone/%c',
  willPayload: 'number %i',
  willQos: 1 as const,
}

it.each([4, 5] as const)('names each client, at MQTT level %d', (level) => {
  const config = loadSchema.parse(GIVEN)
  const read: Packet[] = []
  const reader = parser()
  reader.on('packet', (p) => read.push(p))
  const rest = { level, clean: true, keepAlive: 30, password: 'secret' }
  for (const number of [0, 2]) reader.parse(connectFrame({ ...rest, ...nameClient(config, number, 'x') }))
  const of = (p: Packet | undefined) => p as IConnectPacket
  expect(read.map((p) => of(p).clientId)).toEqual(['dev-0', 'dev-2'])
  expect(of(read[1])).toMatchObject({ username: 'user dev-2 100%', password: Buffer.from('secret') })
  expect(of(read[1]).will).toMatchObject({
    topic: 'gone/dev-2',
    payload: Buffer.from('number 2'),
    qos: 1,
    retain: false,
  })
})

it('has names of its own without templates, and refuses one name for several clients', () => {
  expect(nameClient(loadSchema.parse({}), 7, 'usual')).toEqual({
    clientId: 'usual',
    username: undefined,
    will: undefined,
  })
  const one = loadSchema.safeParse({ ...GIVEN, clientId: '100%%i' })
  expect(one.error?.issues[0]).toMatchObject({ path: ['clientId'] })
  expect(loadSchema.safeParse({ publishers: 1, subscribers: 0, clientId: 'me' }).success).toBe(true)
  expect(loadSchema.safeParse({ executor: { kind: 'max' }, arrivals: 'poisson' }).success).toBe(false)
})

const topicsOf = (input: object) => {
  const [population] = populationsOf(loadSchema.parse({ ...input, size: 20 }))
  if (population === undefined) throw new Error('no population')
  const { config } = population
  const filters = Array.from({ length: config.subscribers }, (_, s) =>
    filtersOf(population, s, { runId: 'r', tag: 35, place: 'payload' }),
  )
  const topics = Array.from({ length: config.publishers }, (_, number) => {
    const name = nameClient(config, number, usualName('r', 'publishers', number))
    const author = { topic: 'not/used', runTag: 1, publisher: number, number, name }
    const writer = writerOf(config, null, author)
    return (config.topics ?? ['']).map((_t, n) => {
      const b = Buffer.alloc(writer.length)
      writer.write(b, 0, false, 1, n, 0, 0)
      return b.toString('utf8', 4, 4 + b.readUInt16BE(2))
    })
  })
  return { filters, topics }
}

it('has whole topic names from a template, which the subscribers that should get them match and no others', () => {
  const plant = { topic: 'plant/%c/100%%', topics: ['temperature', 'state/%i'] }
  expect(topicsOf({ ...plant, publishers: 3, subscribers: 1, clientId: 'dev-%i' })).toEqual({
    topics: [0, 1, 2].map((n) => [`plant/dev-${n}/100%/temperature`, `plant/dev-${n}/100%/state/${n}`]),
    filters: [['plant/+/100%/temperature', 'plant/+/100%/state/+']],
  })
  expect(
    topicsOf({ ...plant, publishers: 1, subscribers: 2, topology: 'shared-subscription' }).filters[1],
  ).toEqual(['$share/r-z/plant/+/100%/temperature', '$share/r-z/plant/+/100%/state/+'])
  for (const subscribers of [2, 5]) {
    const { filters, topics } = topicsOf({ topic: 'plant/%c', publishers: 5, subscribers })
    for (const [p, [topic = '']] of topics.entries()) {
      const heard = filters.flatMap((f, s) => (f.some((one) => topicMatches(one, topic)) ? [s] : []))
      expect(heard).toEqual([p % subscribers])
    }
  }
})

it.each([
  [{ size: 8 }, 'size', 'expected at least 12 where %i, %c or %u are in the topic'],
  [{ topic: 'a/%u', topology: 'pairs', subscribers: 100 }, 'topic', /^expected %i or %c, so that/],
  [
    { topic: 'a/%c', subscribers: 2, clients: 'c.csv' },
    'topic',
    /^expected %i, and no %c or %u, where each subscriber has/,
  ],
  [{ topic: 'a/%i/%u', subscribers: 2, clients: 'c.csv' }, 'topic', /no %c or %u, where each/],
  [{ topic: 'a/%i', topics: ['b', '%c'], subscribers: 2, clients: 'c.csv' }, 'topics', /no %c or %u, where/],
  [{ topic: 'a/+/%c' }, 'topic', /without \+ or #/],
])('says what whole topic names do not allow: %j', (input, path, message) => {
  const wrong = loadSchema.safeParse({ topic: 'a/%c', ...input }).error?.issues[0]
  expect(wrong?.path).toEqual([path])
  expect(wrong?.message).toMatch(message)
})

it('joins filters of its own that overlap, since a broker may deliver twice what both take', () => {
  const filters = (...topics: string[]) =>
    topicsOf({ topic: 'plant/%c', topics, publishers: 3, subscribers: 1 }).filters[0]
  expect(filters('state', 'dev-%i')).toEqual(['plant/+/+'])
  expect(filters('dev-%i', 'state', 'a/b')).toEqual(['plant/+/+', 'plant/+/a/b'])
  expect(filters('x/%i', 'z', '%i/y', '%c/y')).toEqual(['plant/+/z', 'plant/+/+/+'])
})

it('has response topics of its own for each population, also beside topics from a template', () => {
  const topics = [35, 36].map((tag) => responseTopic({ topic: 'plant/%c' }, 4, { runId: 'r', tag }))
  expect(topics).toEqual(['fleetlab/r-response/z/4', 'fleetlab/r-response/10/4'])
})
