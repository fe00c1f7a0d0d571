import { expect, it } from 'vitest'
import { loadSchema } from '../../../electron/contract/load-config'
import { planOf } from '../../../electron/engine/load/run/executors'
import { refillAt } from '../../../electron/engine/load/run/fleet'
import { LoadWorker } from '../../../electron/engine/load/run/load-worker'
import type { WorkerReport } from '../../../electron/engine/load/run/messages'
import { BrokerSession, CONNACK, Deferred, ScriptedBroker } from './scripted-broker'

/** A worker with two publishers, 10 messages a second each for one second, with time in the test's hands. */
function worker(qos: 0 | 1) {
  const config = loadSchema.parse({
    publishers: 2,
    subscribers: 0,
    qos,
    executor: { kind: 'constant-rate', rate: 10 },
    duration: '1s',
  })
  const clock = { nowMs: 1000 }
  const deferred = new Deferred()
  const broker = new ScriptedBroker()
  const reports: WorkerReport[] = []
  const own = new LoadWorker(
    {
      role: 'worker',
      config,
      credentials: {},
      runId: 'r',
      part: { index: 0, count: 1 },
      clockOffsetMs: 0,
      seriesStepMs: 1000,
    },
    planOf(config),
    {
      now: () => clock.nowMs,
      dial: broker.dialFor(new BrokerSession()),
      defer: deferred.defer,
      report: (r) => reports.push(r),
      heard: () => undefined,
      watch: {
        begin: () => undefined,
        read: () => ({ maxLoopDelayMs: 0, p99LoopDelayMs: 0, stalledShare: 0, utilization: 0 }),
      },
    },
  )
  own.command({ type: 'connect', role: 'publishers' })
  for (const end of broker.ends) {
    end.open()
    end.send(CONNACK(false))
  }
  own.command({ type: 'start', atMs: 2000 })
  const settled = (): boolean => {
    own.reportProgress()
    const last = reports.at(-1)
    return last?.type === 'progress' && last.settled
  }
  return { own, clock, deferred, broker, reports, settled }
}

it('counts what came due between the last step and the end', () => {
  const { own, clock } = worker(1)
  clock.nowMs = 2500
  own.beat()
  expect(own.counts().offered).toBe(11)
  clock.nowMs = 3000
  own.command({ type: 'stop' })
  expect(own.counts().offered).toBe(20)
  clock.nowMs = 9000
  own.beat()
  expect(own.counts().offered).toBe(20)
})

it('at QoS 0 is settled only when the broker has answered that it has read everything', () => {
  const { own, clock, deferred, broker, settled } = worker(0)
  clock.nowMs = 3000
  own.command({ type: 'stop' })
  deferred.run()
  expect(own.counts().acknowledged).toBe(20)
  expect(settled()).toBe(false)
  expect(settled()).toBe(false)
  for (const end of broker.ends) {
    end.read()
    end.answer()
  }
  expect(settled()).toBe(true)
})

it('reports offered = acknowledged + failed + in flight at the end, message by message', () => {
  const { own, clock, deferred, broker, reports } = worker(1)
  clock.nowMs = 3000
  own.command({ type: 'stop' })
  deferred.run()
  broker.ends[0]?.read()
  broker.ends[0]?.answer(3)
  broker.ends[1]?.cut()
  own.command({ type: 'finish' })
  const result = reports.find((r) => r.type === 'result')?.result
  const [group] = result?.groups ?? []
  expect(group?.counts).toMatchObject({ offered: 20, acknowledged: 3, failed: 10 })
  expect(group?.identity.publishers).toEqual([
    { publisher: 0, offered: 10, failed: [], inFlight: [3, 10] },
    { publisher: 1, offered: 10, failed: [0, 10], inFlight: [] },
  ])
})

it('a few publishers of a closed loop send on at each answer, many and QoS 0 half a window at a time', () => {
  const at = (qos: 0 | 1 | 2, publishers: number, kind: 'max' | 'constant-rate' = 'max'): number =>
    refillAt(
      loadSchema.parse({
        qos,
        publishers,
        window: 20,
        executor: kind === 'max' ? { kind } : { kind, rate: 1 },
      }),
    )
  expect([at(1, 1), at(2, 15), at(1, 16), at(2, 100), at(0, 1)]).toEqual([19, 19, 10, 10, 10])
  expect(at(1, 100, 'constant-rate')).toBe(19)
})
