import mqttPacket from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { scenarioSchema } from '../../../../electron/contract/scenario'
import { simulate } from '../../../helpers/simulate'

type Input = Parameters<typeof simulate>[0]
type Group = NonNullable<Input['groups']>[number]

const publisher = (publish: Partial<NonNullable<Group['publishes']>[number]> = {}): Group => ({
  name: 'p',
  id: 'p',
  protocol: 5,
  publishes: [{ topic: 'hall/temperature', qos: 1, rate: 10, ...publish }],
})
const subscriber = (more: Partial<Group> = {}): Group => ({
  name: 's',
  id: 's',
  protocol: 5,
  subscribes: [{ filter: 'hall/#', qos: 1 }],
  ...more,
})
const run = (groups: Group[], messages = 1, link: Input['link'] = { kind: 'tcp', delay: 10 }): Input => ({
  messages,
  link,
  groups,
})
/** The subscriber is cut off before anything is published, and comes back so many ms later. */
const away = (down: number): Input['link'] => ({ kind: 'cut', delay: 10, cut: { down } })

describe('MQTT 5 options of a group', () => {
  test.each([
    [2500, 0],
    [500, 1],
  ])('a session that expires after 1 s, back after %i ms: received %i', async (down, wanted) => {
    const s = subscriber({ clean: false, sessionExpiry: '1s', link: away(down) })
    const { received } = await simulate(run([publisher(), s]), ({ fleet }) => fleet.device('s')?.link.cut())
    expect(received.get('s') ?? 0).toBe(wanted)
  })

  test.each([
    [2500, 0],
    [500, 1],
  ])('a message that expires after 1 s, subscriber back after %i ms: received %i', async (down, wanted) => {
    const s = subscriber({ clean: false, link: away(down) })
    const p = publisher({ properties: { messageExpiry: '1s' } })
    const { received } = await simulate(run([p, s]), ({ fleet }) => fleet.device('s')?.link.cut())
    expect(received.get('s') ?? 0).toBe(wanted)
  })

  test('Receive Maximum 1: the broker sends the next message after PUBACK', async () => {
    const s = subscriber({ receiveMaximum: 1, link: { kind: 'tcp', delay: 300 } })
    const { story } = await simulate(run([publisher(), s], 3))
    expect(story('s')).toEqual(['< PUBLISH', '> PUBACK', '< PUBLISH', '> PUBACK', '< PUBLISH', '> PUBACK'])
    const free = await simulate(run([publisher(), { ...s, receiveMaximum: 3 }], 3))
    expect(free.story('s').slice(0, 3)).toEqual(['< PUBLISH', '< PUBLISH', '< PUBLISH'])
  })

  test('a topic alias stands for the topic from the second message on', async () => {
    const { batch, received } = await simulate(run([publisher(), subscriber({ topicAliasMaximum: 4 })], 3))
    const down = batch.packets.filter((p) => p.type === 'PUBLISH' && p.direction === 'downlink')
    expect(received.get('s')).toBe(3)
    expect(down.map((p) => p.topic)).toEqual(Array(3).fill('hall/temperature'))
    const [first = 0, ...rest] = down.map((p) => p.bytes)
    expect(rest).toEqual(Array(2).fill(first - 'hall/temperature'.length))
  })

  test('members of a shared subscription take turns, and the ledger expects one copy for all of them', async () => {
    const pumps: Group = {
      ...subscriber({ count: 2, id: 's-{n}' }),
      subscribes: [{ filter: '$share/pumps/hall/#', qos: 1 }],
    }
    const { received, rows } = await simulate(run([publisher(), pumps], 4))
    expect(Object.fromEntries(received)).toEqual({ 's-1': 2, 's-2': 2 })
    expect(rows[0]).toMatchObject({ offered: 4, expected: 4, delivered: 4, lost: 0, duplicated: 0 })
  })

  test.each([
    [true, 0],
    [false, 1],
  ])('noLocal %s: %i of its own messages come back', async (noLocal, wanted) => {
    const both: Group = { ...publisher(), subscribes: [{ filter: 'hall/#', noLocal }] }
    expect((await simulate(run([both]))).received.get('p') ?? 0).toBe(wanted)
  })

  test('each message comes with the identifiers of the subscriptions that let it in', async () => {
    const found: unknown[] = []
    const s = subscriber({
      subscribes: [
        { filter: 'hall/#', qos: 1, identifier: 7 },
        { filter: 'hall/+', qos: 1, identifier: 268_435_455 },
        { filter: 'attic/#', qos: 1 },
      ],
    })
    const attic = { ...publisher({ topic: 'attic/light' }), name: 'a', id: 'a' }
    const { batch, received } = await simulate(run([publisher(), attic, s]), (sim) =>
      sim.observe({ fleet: { received: ({ topic, packet }) => found.push([topic, packet.properties]) } }),
    )
    const subscribes = batch.packets.filter((p) => p.type === 'SUBSCRIBE' && p.clientId === 's')
    expect([subscribes.length, received.get('s')]).toEqual([3, 2])
    expect(found).toContainEqual(['hall/temperature', { subscriptionIdentifier: [7, 268_435_455] }])
    expect(found).toContainEqual(['attic/light', undefined])
  })

  test.each([
    [300, 0],
    [2500, 1],
  ])(
    'a will that is delayed by 1 s, its client back after %i ms: published %i times',
    async (down, wanted) => {
      const leaves = publisher()
      const will: Group = {
        ...leaves,
        clean: false,
        publishes: [],
        will: { topic: 'hall/gone', qos: 1, delay: '1s' },
        link: away(down),
      }
      const { received } = await simulate(run([will, subscriber()]), ({ fleet }) =>
        fleet.device('p')?.link.cut(),
      )
      expect(received.get('s') ?? 0).toBe(wanted)
    },
  )

  test('the properties of a message arrive with it', async () => {
    const found: unknown[] = []
    const properties = {
      contentType: 'application/json',
      responseTopic: 'answers/{id}',
      correlationData: 'question {seq}',
      userProperties: { room: 'hall' },
    }
    await simulate(run([publisher({ properties, identity: 'user-property' }), subscriber()]), (sim) => {
      const parser = mqttPacket.parser({ protocolVersion: 5 })
      parser.on('packet', (p) => p.cmd === 'publish' && found.push(p.properties))
      sim.observe({
        links: { entered: ({ direction, packet }) => direction === 'downlink' && parser.parse(packet.frame) },
      })
    })
    expect(found).toEqual([
      {
        contentType: 'application/json',
        responseTopic: 'answers/p',
        correlationData: Buffer.from('question 1'),
        userProperties: expect.objectContaining({ room: 'hall', _id: 'p:1' }) as unknown,
      },
    ])
  })
})

test('an MQTT 5 option in a 3.1.1 group is refused, with its path', () => {
  const parsed = scenarioSchema.safeParse({
    version: 1,
    name: 'x',
    groups: [
      { ...subscriber({ sessionExpiry: '1s' }), protocol: 4 },
      { ...publisher({ properties: { contentType: 'a' } }), protocol: 4 },
    ],
  })
  expect(parsed.error?.issues.map((i) => i.path.join('.'))).toEqual([
    'groups.0.sessionExpiry',
    'groups.1.publishes.0.properties',
  ])
})
