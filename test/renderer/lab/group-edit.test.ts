import { describe, expect, it } from 'vitest'
import { ApiError } from '../../../electron/contract/errors'
import { groupSchema, scenarioSchema, type GroupInput } from '../../../electron/contract/scenario'
import {
  duplicateOf,
  freeName,
  newGroup,
  refusal,
  withPublish,
  withQos,
  withRateTimes,
} from '../../../renderer/features/lab/group-edit'
import { clientLines, parseBrokerUrl } from '../../../renderer/features/lab/client-snippets'
import { clientsOf } from '../../../electron/contract/phases'
import {
  countsNow,
  groupQos,
  groupRole,
  topologyGroups,
  withCounts,
} from '../../../renderer/features/lab/topology-model'

const group = (input: Partial<GroupInput> = {}) =>
  groupSchema.parse({
    name: 'Locks',
    id: 'lock-{n}',
    count: 2,
    publishes: [{ topic: 'a', rate: 2 }, { topic: 'b' }],
    ...input,
  })

describe('group edits', () => {
  it('changes the first publish and leaves the others', () => {
    const made = groupSchema.parse({ ...group(), ...withPublish(group(), { rate: 9 }) })
    expect(made.publishes.map((p) => p.rate)).toEqual([9, 1])
  })

  it('sets the QoS of what is published and subscribed', () => {
    const g = group({ subscribes: [{ filter: 'x/#', qos: 0 }] })
    const made = groupSchema.parse({ ...g, ...withQos(g, 2) })
    expect([groupQos(made), made.publishes[1]?.qos, made.subscribes[0]?.qos]).toEqual([2, 2, 2])
    expect(withQos(group(), 1)).not.toHaveProperty('subscribes')
  })

  it('keeps rates within what a scenario allows', () => {
    expect(withRateTimes(group(), 0.5).publishes?.[0]?.rate).toBe(1)
    expect(withRateTimes(group({ publishes: [{ topic: 'a', rate: 9000 }] }), 2).publishes?.[0]?.rate).toBe(
      10_000,
    )
  })

  it('duplicates under a free name, with devices that collide with nobody', () => {
    const g = group()
    const copy = groupSchema.parse(duplicateOf(g, ['Locks', 'Locks 2']))
    expect(copy.name).toBe('Locks 3')
    expect(clientsOf(copy).some((id) => clientsOf(g).includes(id))).toBe(false)
  })

  it('draws the devices that a phase has added, and no others', () => {
    const scenario = scenarioSchema.parse({
      version: 1,
      name: 'x',
      groups: [group(), { name: 'Display', id: 'd' }],
    })
    const drawn = (devices: number): (readonly string[] | null)[] => {
      const stats = new Map([['Locks', { devices }]])
      const words = { publisher: () => '', subscriber: () => '', external: '' }
      const now = withCounts(scenario, countsNow(scenario, stats))
      return topologyGroups(now, new Map(), [], words).map((g) => g.devices)
    }
    expect(drawn(2)).toEqual([['lock-1', 'lock-2'], ['d']])
    expect(drawn(4)).toEqual([['lock-1', 'lock-2', 'lock-3', 'lock-4'], ['d']])
    expect(drawn(1)).toEqual([['lock-1'], ['d']])
  })

  it('starts a new group that the schema accepts', () => {
    const made = groupSchema.parse(newGroup('Sensors', ['Sensors']))
    expect([made.name, groupRole(made)]).toEqual(['Sensors 2', 'publisher'])
    expect(freeName('x', [])).toBe('x')
  })

  it('says which field was refused and what is allowed', () => {
    const error = new ApiError('bad-request', 'updateGroup: no', [
      { path: 'groups.2.publishes.0.rate', found: '-1', expected: 'expected a number above 0' },
    ])
    expect(refusal(error, (f, e) => `found ${f}; ${e}`)).toBe(
      'publishes.0.rate: found -1; expected a number above 0',
    )
    expect(refusal(new ApiError('conflict', 'taken'), () => '')).toBe('taken')
  })
})

describe('lines for a client', () => {
  it('holds the very address of the broker', () => {
    const a = parseBrokerUrl('mqtt://127.0.0.1:1884')
    expect(a).toEqual({ scheme: 'mqtt', host: '127.0.0.1', port: 1884 })
    if (!a) return
    expect(clientLines('paho', a, 'common')).toContain('c.connect("127.0.0.1", 1884)')
    for (const kind of ['mosquitto', 'MQTTX'] as const)
      expect(clientLines(kind, a, 'common')).toMatch(/-h 127\.0\.0\.1 -p 1884[\s\S]*-t 'common'/)
  })

  it('knows an IPv6 address and the usual ports', () => {
    expect(parseBrokerUrl('mqtts://[::1]')).toEqual({ scheme: 'mqtts', host: '::1', port: 8883 })
    expect(parseBrokerUrl(null)).toBeNull()
    expect(parseBrokerUrl('http://x')).toBeNull()
  })
})
