import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadSchema, type LoadInput } from '../../../electron/contract/load-config'
import { planOf } from '../../../electron/engine/load/run/executors'
import { Connector } from '../../../electron/engine/load/run/connector'
import { checkLimits, memoryNote } from '../../../electron/engine/load/run/limits'
import { Pacer, pacerOf } from '../../../electron/engine/load/run/pacer'
import { startWaitOf } from '../../../electron/engine/load/run/schedule'
import { dealt, indicesOf, within } from '../../../electron/engine/load/run/slice'
import { OpenSource } from '../../../electron/engine/load/run/sources'
import { PublishTemplate } from '../../../electron/engine/load/wire/template'
import { topologyOf, layoutOf } from '../../../electron/engine/load/run/topologies'

const open = (input: LoadInput) => {
  const plan = planOf(loadSchema.parse(input))
  if (plan.publishing.kind !== 'open') throw new Error('not open')
  return { ...plan, schedule: plan.publishing.schedule }
}

const PLAIN = { topic: 't', qos: 0, size: 20, level: 4, runTag: 1, publisher: 0, seed: 1 } as const

describe('schedules', () => {
  it('constant rate: even gaps, the publishers one after another', () => {
    const { schedule } = open({ publishers: 4, executor: { kind: 'constant-rate', rate: 5 }, duration: '2s' })
    expect(schedule.total).toBe(40)
    expect([0, 1, 4, 39].map((n) => schedule.timeOf(n))).toEqual([0, 50, 200, 1950])
  })

  it('goes down to one message an hour', () => {
    const { schedule } = open({
      publishers: 1,
      executor: { kind: 'constant-rate', rate: 1 / 3600 },
      duration: '3h',
    })
    expect(schedule.total).toBe(3)
    expect(schedule.timeOf(2)).toBeCloseTo(7_200_000, 3)
  })

  const spread = (arrivals: 'jittered' | 'poisson', seed = 1) =>
    open({ publishers: 4, arrivals, seed, executor: { kind: 'constant-rate', rate: 250 }, duration: '20s' })
      .schedule
  const N = 20_000

  it('jittered: each message somewhere in its gap', () => {
    const { timeOf } = spread('jittered')
    const places = Array.from({ length: N }, (_, n) => timeOf(n) - n)
    expect(places.every((p) => p >= 0 && p < 1)).toBe(true)
    expect(places.reduce((a, b) => a + b, 0) / N).toBeCloseTo(0.5, 1)
  })

  it('poisson: exponential gaps, the same whoever asks in whatever order, and others with another seed', () => {
    const { timeOf } = spread('poisson')
    const times = Array.from({ length: N }, (_, n) => timeOf(n))
    const gaps = times.map((t, n) => t - (times[n - 1] ?? 0))
    const mean = gaps.reduce((a, b) => a + b, 0) / N
    const deviation = Math.sqrt(gaps.reduce((a, b) => a + (b - mean) ** 2, 0) / N)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0)
    // rate 1 a ms: mean and deviation of an exponential distribution are equal
    expect([mean, deviation].map((v) => Math.abs(v - 1) < 0.05)).toEqual([true, true])
    const again = spread('poisson')
    expect([19_999, 3, 12_345].map((n) => again.timeOf(n))).toEqual([19_999, 3, 12_345].map((n) => times[n]))
    expect(spread('poisson', 2).timeOf(0)).not.toBe(times[0])
  })

  it('stops at the message count when that comes first', () => {
    expect(
      open({ publishers: 10, executor: { kind: 'constant-rate', rate: 10 }, messages: 7 }).schedule.total,
    ).toBe(7)
  })

  it('ramping: the number sent by any time is the area under the rate', () => {
    const stages = [
      { over: '10s', rate: 10 },
      { over: '10s', rate: 10 },
      { over: '5s', rate: 0 },
    ]
    const { schedule, durationMs } = open({ publishers: 2, executor: { kind: 'ramping', stages } })
    expect(durationMs).toBe(25_000)
    expect(schedule.total).toBe(350)
    expect(schedule.timeOf(100)).toBeCloseTo(10_000, 6)
    expect(schedule.timeOf(25)).toBeCloseTo(5_000, 6)
    expect(schedule.timeOf(200)).toBeCloseTo(15_000, 6)
    let last = -1
    for (let n = 0; n < schedule.total; n++) {
      expect(schedule.timeOf(n)).toBeGreaterThanOrEqual(last)
      last = schedule.timeOf(n)
    }
    expect(last).toBeLessThanOrEqual(25_000)
  })
})

describe('splitting', () => {
  it('any split by shards and workers does each publisher once, evenly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        (total, shards, workers) => {
          const all: number[] = []
          const sizes: number[] = []
          for (let s = 0; s < shards; s++)
            for (let w = 0; w < workers; w++) {
              const part = indicesOf(total, within({ index: s, count: shards }, { index: w, count: workers }))
              all.push(...part)
              sizes.push(part.length)
            }
          expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i))
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('deals out all messages', () => {
    expect([0, 1, 2].map((i) => dealt(8, 3, i))).toEqual([3, 3, 2])
    expect(dealt(1, 3, 2)).toBe(0)
  })

  it('a shard keeps the send times of the whole run', () => {
    const { schedule } = open({ publishers: 6, executor: { kind: 'constant-rate', rate: 2 }, duration: '3s' })
    const template = new PublishTemplate(PLAIN)
    const times = [0, 1, 2].flatMap((s) => {
      const paced = indicesOf(6, { index: s, count: 3 }).map((p) => {
        const source = new OpenSource(p, template, schedule, 6, dealt(schedule.total, 6, p))
        source.start(0)
        return { source, wake: () => undefined }
      })
      const pacer = new Pacer(paced)
      const out: number[] = []
      for (let t = pacer.nextMs(); t < Infinity; t = pacer.nextMs()) {
        out.push(t)
        expect(pacer.advance(t)).toBeGreaterThan(0)
      }
      return out
    })
    const whole = Array.from({ length: schedule.total }, (_, n) => schedule.timeOf(n))
    expect(times.sort((a, b) => a - b)).toEqual(whole)
  })
})

describe('pacer', () => {
  it('keeps the intended time of a message that leaves late, and counts it as late', () => {
    const { schedule } = open({ publishers: 1, executor: { kind: 'constant-rate', rate: 100 }, messages: 5 })
    const template = new PublishTemplate(PLAIN)
    const source = new OpenSource(0, template, schedule, 1, 5)
    source.start(1000)
    const pacer = new Pacer([{ source, wake: () => undefined }])
    expect(pacer.advance(999)).toBe(0)
    expect(pacer.advance(1045)).toBe(5)
    expect(pacer.lateSends).toBe(4)
    expect(pacer.maxDelayMs).toBe(45)
    expect([source.due(), source.take(), source.due()]).toEqual([1000, 0, 1010])
    expect(pacer.nextMs()).toBe(Infinity)
  })

  it('lets each publisher begin at a time of its own, and keeps the order of times', () => {
    const { schedule } = open({ publishers: 3, executor: { kind: 'constant-rate', rate: 10 }, messages: 9 })
    const waits = [0, 1, 2].map((p) => startWaitOf({ startWait: 1000, seed: 4 }, p))
    expect(new Set(waits).size).toBe(3)
    const members = waits.map((waitMs, p) => {
      const template = new PublishTemplate({ ...PLAIN, publisher: p })
      const source = new OpenSource(p, template, schedule, 3, 3, undefined, waitMs)
      source.start(5000)
      return { source, client: { wake: () => undefined } }
    })
    const pacer = pacerOf(members)
    const times: number[] = []
    for (let t = pacer.nextMs(); t < Infinity; t = pacer.nextMs()) {
      expect(pacer.advance(t)).toBe(1)
      times.push(t)
    }
    const own = waits.flatMap((w, p) => [0, 1, 2].map((k) => 5000 + w + schedule.timeOf(k * 3 + p)))
    expect(times).toEqual(own.sort((a, b) => a - b))
    expect(pacer.lateSends).toBe(0)
  })
})

describe('connector', () => {
  const clients = (n: number) =>
    Array.from({ length: n }, () => ({
      tries: 0,
      connect() {
        this.tries++
      },
    }))

  it('has only so many connections under way', () => {
    const some = clients(10)
    const c = new Connector<(typeof some)[0]>(null, () => 0.5, 3)
    c.add(some)
    c.step(0)
    expect(some.filter((x) => x.tries > 0)).toHaveLength(3)
    c.succeeded(some[0]!)
    c.step(1)
    expect(some.filter((x) => x.tries > 0)).toHaveLength(4)
  })

  it('keeps to a rate', () => {
    const some = clients(100)
    const c = new Connector<(typeof some)[0]>(10, () => 0.5, 1000)
    c.add(some)
    for (let t = 0; t <= 2000; t += 10) c.step(t)
    const begun = some.filter((x) => x.tries > 0).length
    expect(begun).toBeGreaterThanOrEqual(20)
    expect(begun).toBeLessThanOrEqual(22)
  })

  it('tries a failed client again, later each time, and not sooner', () => {
    const some = clients(1)
    const c = new Connector<(typeof some)[0]>(null, () => 1)
    c.add(some)
    c.step(0)
    c.failed(some[0]!, 0)
    c.step(199)
    expect(some[0]!.tries).toBe(1)
    c.step(200)
    expect(some[0]!.tries).toBe(2)
    c.failed(some[0]!, 200)
    c.step(599)
    expect(some[0]!.tries).toBe(2)
    c.step(600)
    expect(some[0]!.tries).toBe(3)
    c.succeeded(some[0]!)
    expect(c.idle).toBe(true)
  })
})

describe('topologies', () => {
  const of = (input: LoadInput) => {
    const config = loadSchema.parse(input)
    return { t: topologyOf(config), l: layoutOf(config, 'r') }
  }
  it.each([
    [{ publishers: 3, subscribers: 3 }, 'pairs'],
    [{ publishers: 5, subscribers: 2 }, 'fan-in'],
    [{ publishers: 2, subscribers: 5 }, 'fan-out'],
    [{ publishers: 4, subscribers: 3, topology: 'shared-subscription' as const }, 'shared-subscription'],
  ])('%j is %s, and each topic matches the filters of exactly its receivers', (input, kind) => {
    const { t, l } = of(input)
    expect(t.kind).toBe(kind)
    for (let p = 0; p < l.publishers; p++) {
      const topic = t.topicOf(p, l)
      const matching = Array.from({ length: l.subscribers }, (_, s) => s).filter((s) =>
        t.filtersOf(s, l).some((f) => {
          const plain = f.replace(/^\$share\/[^/]+\//, '')
          return new RegExp(`^${plain.replace('+', '[^/]+')}$`).test(topic)
        }),
      )
      expect([...new Set(matching.map((s) => t.receiverOf(s)))]).toEqual(t.receiversOf(p, l))
    }
  })
})

describe('limits of the computer', () => {
  const config = loadSchema.parse({ publishers: 30_000 })
  it.each([
    [
      { openFiles: 20_000, ports: null },
      /need 30064 open files.* 20000; raise it \(ulimit -n 30064; .*LimitNOFILE=30064/,
    ],
    [
      { openFiles: 40_000, ports: { from: 32_768, to: 60_999 } },
      /are 28232; .*sysctl -w net\.ipv4\.ip_local_port_range/,
    ],
  ])('are named with the command that lifts them: %j', (limits, line) => {
    expect(() => checkLimits(30_000, config, limits)).toThrow(line)
  })

  it('memory for each client is told where there are enough to tell', () => {
    expect(memoryNote(100 * 2 ** 20, 200 * 2 ** 20, 10_000)).toBe(
      'memory of the generator: 200 MiB with 10000 clients connected, 100 MiB before its workers started: 10.2 KiB per client',
    )
    expect(memoryNote(0, 1, 999)).toBeNull()
  })
})
