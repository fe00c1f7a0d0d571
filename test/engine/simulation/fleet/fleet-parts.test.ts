import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  groupSchema,
  publishSchema,
  type PayloadConfig,
  type ScenarioInput,
} from '../../../../electron/contract/scenario'
import { createKeepAliveTimer } from '../../../../electron/engine/simulation/fleet/keep-alive-timer'
import { buildMessage } from '../../../../electron/engine/simulation/fleet/message'
import { PacketIds } from '../../../../electron/engine/simulation/fleet/packet-ids'
import { createGenerator } from '../../../../electron/engine/simulation/fleet/payload'
import { Publisher } from '../../../../electron/engine/simulation/fleet/publisher'
import { scheduleOf } from '../../../../electron/engine/simulation/fleet/schedule'
import type { DeviceSpec, Offered } from '../../../../electron/engine/simulation/fleet/types'
import { deviceId } from '../../../../electron/engine/simulation/fleet/fleet'
import { payloadIdentity } from '../../../../electron/engine/mqtt/identity'
import { createRandom } from '../../../../electron/engine/base/random'
import { scenarioOf } from '../../../helpers/lab-run'
import { ManualClock } from '../../../helpers/manual-clock'

const context = (sequence: number, atMs = 0) => ({
  clientId: 'sensor-7',
  group: 'g',
  index: 7,
  sequence,
  atMs,
})
const generator = (config: PayloadConfig, seed = 1) => createGenerator(config, createRandom(seed, 'x'))
const payload = (
  input: NonNullable<NonNullable<NonNullable<ScenarioInput['groups']>[0]['publishes']>[0]['payload']>,
) => publishSchema.parse({ topic: 't', payload: input }).payload

describe('packet identifiers', () => {
  test('rise, skip those in use, and wrap after 65,535', () => {
    const ids = new PacketIds()
    const all = Array.from({ length: 65_535 }, () => ids.allocate())
    expect(all.every((id, i) => id === i + 1)).toBe(true)
    expect(ids.allocate()).toBeNull()
    ids.deallocate(9)
    ids.deallocate(4)
    expect([ids.allocate(), ids.allocate(), ids.allocate()]).toEqual([4, 9, null])
  })

  test('never hand out one that is in use', () => {
    const step = fc.oneof(fc.constant('take' as const), fc.nat(20))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ids = new PacketIds()
        const used = new Set<number>()
        for (const s of steps) {
          if (s === 'take') {
            const id = ids.allocate()
            expect(used.has(id)).toBe(false)
            used.add(id)
          } else {
            ids.deallocate(s)
            used.delete(s)
          }
        }
      }),
    )
  })
})

describe('schedules', () => {
  test.each(['fixed', 'jittered', 'poisson'] as const)('%s keeps the mean gap', (name) => {
    const random = createRandom(5, 'gaps')
    let sum = 0
    for (let i = 0; i < 20_000; i++) {
      const gap = scheduleOf(name).nextGapMs(100, random)
      expect(gap).toBeGreaterThanOrEqual(0)
      sum += gap
    }
    // Standard error of the mean of the widest of them (exponential) is 100 / sqrt(20,000) = 0.7.
    expect(Math.abs(sum / 20_000 - 100)).toBeLessThan(3)
  })
})

describe('payloads', () => {
  test('a counter counts', () => {
    expect(generator(payload({ kind: 'counter' }))(context(3))).toEqual({ n: 3 })
  })

  test('a random walk moves by at most a step and stays in its bounds', () => {
    const next = generator(payload({ kind: 'random-walk', start: 20, step: 0.5, min: 19, max: 21 }))
    let last = 20
    for (let n = 1; n < 500; n++) {
      const { value } = next(context(n)) as { value: number }
      expect(Math.abs(value - last)).toBeLessThanOrEqual(0.501)
      expect(value).toBeGreaterThanOrEqual(19)
      expect(value).toBeLessThanOrEqual(21)
      last = value
    }
  })

  test('a sine without noise is a sine of clock time', () => {
    const next = generator(payload({ kind: 'sine', mean: 10, amplitude: 2, period: '4s' }))
    expect([0, 1000, 2000, 3000].map((t) => (next(context(1, t)) as { value: number }).value)).toEqual([
      10, 12, 10, 8,
    ])
  })

  test('a template is filled in, bytes have their size, and the same seed gives the same', () => {
    expect(
      generator(payload({ kind: 'template', text: '{id} {group} {seq} {n} {t} {x}' }))(context(2, 5.4)),
    ).toBe('sensor-7 g 2 2 5 {x}')
    const one = generator(payload({ kind: 'bytes', size: 100 }))(context(1)) as Buffer
    const two = generator(payload({ kind: 'bytes', size: 100 }))(context(1)) as Buffer
    expect(one).toHaveLength(100)
    expect(one.equals(two)).toBe(true)
    expect(one.equals(generator(payload({ kind: 'bytes', size: 100 }), 2)(context(1)) as Buffer)).toBe(false)
  })
})

describe('identity of a message', () => {
  const template = (text: string) => generator(payload({ kind: 'template', text }))

  test('is the last member of a JSON object and found again', () => {
    const { payload: bytes, identified } = buildMessage(
      template('{"succcess": "ok"}'),
      context(4),
      'payload',
      4,
    )
    expect(identified).toBe(true)
    expect(JSON.parse(bytes.toString())).toEqual({ succcess: 'ok', _id: 'sensor-7:4' })
    expect(payloadIdentity(bytes)).toBe('sensor-7:4')
  })

  test('leaves what is no JSON object, and content of its own, untouched', () => {
    for (const text of ['on', '[1]', '3', 'null']) {
      const made = buildMessage(template(text), context(1), 'payload', 4)
      expect([made.payload.toString(), made.identified]).toEqual([text, false])
    }
    const own = buildMessage(template('{"succcess": "ok"}'), context(1), 'content', 4)
    expect([own.payload.toString(), own.identified]).toEqual(['{"succcess": "ok"}', false])
  })

  test('goes into a user property at MQTT 5 only', () => {
    const five = buildMessage(template('on'), context(1), 'user-property', 5)
    expect([five.userProperties, five.identified]).toEqual([{ _id: 'sensor-7:1' }, true])
    expect(buildMessage(template('on'), context(1), 'user-property', 4).identified).toBe(false)
  })
})

describe('Publisher', () => {
  const setUp = (rate: number) => {
    const clock = new ManualClock()
    const group = groupSchema.parse({ name: 'g', publishes: [{ topic: 'a/{id}', rate }] })
    const spec: DeviceSpec = { clientId: 'g-1', index: 1, group, link: scenarioOf({}).link }
    const sent: Offered[] = []
    const [config] = group.publishes
    if (!config) throw new Error('no publish')
    let sequence = 0
    const publisher = new Publisher(config, 0, spec, {
      clock,
      seed: 1,
      nextSequence: () => (sequence >= 8 ? null : ++sequence),
      send: (m) => sent.push(m),
      onStored: () => undefined,
      recordings: { get: () => ({ messages: [], timed: true }) },
    })
    return { clock, publisher, sent, config }
  }

  test('keeps its rate without drift and stops at its limit', () => {
    const { clock, publisher, sent } = setUp(10)
    publisher.start()
    clock.advance(10_000)
    expect(sent.map((m) => m.atMs)).toEqual([50, 150, 250, 350, 450, 550, 650, 750])
    expect(sent[0]).toMatchObject({ topic: 'a/g-1', publisher: 'g-1', sequence: 1 })
  })

  test('a new rate counts the time already waited in proportion', () => {
    const { clock, publisher, sent, config } = setUp(10)
    publisher.start()
    clock.advance(100)
    publisher.update({ ...config, rate: 1 })
    clock.advance(499)
    expect(sent).toHaveLength(1)
    clock.advance(1)
    expect(sent).toHaveLength(2)
    publisher.stop()
    clock.advance(10_000)
    expect(sent).toHaveLength(2)
  })
})

test('the keep-alive timer counts from the last packet, and fires again after each interval', () => {
  const clock = new ManualClock()
  let heardMs = 0
  const fired: number[] = []
  const begin = () => timer.set(() => fired.push(clock.now()), 100)
  const timer = createKeepAliveTimer(
    clock,
    () => heardMs,
    () => {
      timer.clear(token)
      token = begin()
    },
  )
  let token = begin()
  for (let i = 0; i < 5; i++) {
    clock.advance(60)
    heardMs = clock.now()
  }
  expect(fired).toEqual([])
  clock.advance(250)
  expect(fired).toEqual([400, 500])
  timer.clear(token)
  clock.advance(1000)
  expect(fired).toEqual([400, 500])
})

test('one packet begins the keep-alive count again once, at whatever fraction of a millisecond it came', () => {
  const random = createRandom(7, 'heard')
  for (let i = 0; i < 300; i++) {
    const clock = new ManualClock()
    // all bits are used, and the sum has one less
    clock.advance(18_000 + (42_000 * random()) / 3)
    let heardMs = clock.now()
    let restarts = 0
    const fired: number[] = []
    const begin = () => timer.set(() => fired.push(clock.now()), 15_000)
    const timer = createKeepAliveTimer(
      clock,
      () => heardMs,
      () => {
        restarts++
        timer.clear(token)
        token = begin()
      },
    )
    let token = begin()
    clock.advance((1000 * random()) / 3)
    heardMs = clock.now()
    clock.advance(40_000)
    expect([restarts, fired.length]).toEqual([1, 2])
    expect(fired[0]).toBeCloseTo(heardMs + 15_000, 6)
  }
})

test('client identifiers are filled in from the group', () => {
  const group = groupSchema.parse({ name: 'lock', count: 3 })
  expect([1, 2, 3].map((n) => deviceId(group, n))).toEqual(['lock-1', 'lock-2', 'lock-3'])
})
