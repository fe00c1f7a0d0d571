import { expect, it } from 'vitest'
import { loadSchema, type LoadInput } from '../../../electron/contract/load-config'
import { Type } from '../../../electron/engine/mqtt/packet'
import type { WireClient } from '../../../electron/engine/load/wire/client'
import { Habits, LEFT } from '../../../electron/engine/load/run/habits'
import { ThinkingSource } from '../../../electron/engine/load/run/sources'
import { PublishTemplate } from '../../../electron/engine/load/wire/template'
import { frameType } from '../../helpers/frames'
import { rig } from './client-rig'

/** One subscriber with habits and what it did, with time in the test's hands. */
function subscriber(input: LoadInput) {
  const config = loadSchema.parse(input)
  const did: string[] = []
  const clock = { nowMs: 0 }
  const client = {
    isReady: true,
    leave: (why: string) => void did.push(`leave: ${why}`),
    cut: (why: string) => void did.push(`cut: ${why}`),
    churn: (below: string) => void did.push(below),
  }
  const habits = new Habits(config, {
    now: () => clock.nowMs,
    random: () => 0.75,
    connect: () => void did.push('connect'),
  })
  const asClient = client as unknown as WireClient
  habits.begin([{ client: asClient, role: 'subscribers', index: 3, source: null }], 1000)
  return { habits, did, clock, client: asClient }
}

// with this chance a gap is ln 4 times its average
const GAP = Math.log(4) * 10_000

it('ends a connection at random times, and comes back after a while', () => {
  const { habits, did, clock, client } = subscriber({
    disconnectEvery: '10s',
    disconnectKind: 'mixed',
    awayFor: '2s',
  })
  expect(habits.step(1000 + GAP - 1)).toBeCloseTo(1000 + GAP)
  expect(did).toEqual([])
  clock.nowMs = 1000 + GAP
  habits.step(clock.nowMs)
  expect(did).toEqual([`cut: ${LEFT}`])
  habits.away(client)
  habits.stop()
  expect(habits.step(clock.nowMs + 1999)).toBe(clock.nowMs + 2000)
  habits.step(clock.nowMs + 2000)
  habits.step(clock.nowMs + 10 * GAP)
  expect(did).toEqual([`cut: ${LEFT}`, 'connect'])
  expect(habits.left).toBe(1)
})

it('changes a subscription at random times', () => {
  const { habits, did } = subscriber({ churnEvery: '10s', topic: 'plant' })
  habits.step(1000 + 2.5 * GAP)
  expect(did).toEqual(['plant/churn/3', 'plant/churn/3'])
})

it('thinks after each answer, for half of the time to one and a half times it', () => {
  const clock = { nowMs: 0 }
  const template = new PublishTemplate({
    topic: 't',
    qos: 1,
    size: 20,
    level: 4,
    runTag: 1,
    publisher: 0,
    seed: 1,
  })
  const source = new ThinkingSource(
    0,
    template,
    5,
    () => clock.nowMs,
    50,
    () => 200,
    true,
  )
  const rests: number[] = []
  source.onRest = (untilMs) => void rests.push(untilMs)
  source.start(1000)
  const dueAt = (nowMs: number): number => {
    clock.nowMs = nowMs
    return source.due()
  }
  expect([dueAt(1049), dueAt(1050)]).toEqual([-1, 1050])
  source.take()
  expect(dueAt(9999)).toBe(-1)
  source.think()
  expect(rests).toEqual([10_199])
  expect([dueAt(10_198), dueAt(10_199)]).toEqual([-1, 10_199])
  source.stop()
  expect(source.finished).toBe(true)
})

it('takes one more filter and drops the one before, and leaves with its session', () => {
  const r = rig({ filters: ['a'], publishes: false, resume: true })
  r.connect()
  r.broker.last.answer()
  for (let i = 0; i < 2; i++) {
    r.client.churn('plant/churn/3')
    r.broker.last.read()
    r.broker.last.answer()
  }
  const [, more, next, less] = r.broker.last.frames.filter((f) => frameType(f) !== Type.CONNECT)
  expect([more, next, less].map((f) => f && frameType(f))).toEqual([
    Type.SUBSCRIBE,
    Type.SUBSCRIBE,
    Type.UNSUBSCRIBE,
  ])
  expect(more?.toString('latin1')).toContain('plant/churn/3/0')
  expect(less?.toString('latin1')).toContain('plant/churn/3/0')
  r.broker.last.send(Buffer.from([0xb0, 2, 0xff, 0xff]))
  expect(r.told.ready).toBe(1)
  r.client.leave(LEFT)
  r.broker.last.read()
  expect(r.broker.last.frames.at(-1)).toEqual(Buffer.from([0xe0, 0]))
  expect(r.told.closed).toEqual([LEFT])
})
