import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ledger } from '../../../../electron/engine/observe/ledger/ledger'

const offer = (
  ledger: Ledger,
  sequence: number,
  more: { atMs?: number; subscribers?: number; deadlineMs?: number } = {},
) =>
  ledger.offered(
    { group: 'g', publisher: 'p', sequence, qos: 1, atMs: more.atMs ?? sequence * 10 },
    more.subscribers ?? 1,
    more.deadlineMs ?? Infinity,
  )
const only = (ledger: Ledger) => {
  const [row] = ledger.rows()
  if (!row) throw new Error('no row')
  return row
}

test('a duplicate never hides a loss', () => {
  const ledger = new Ledger()
  offer(ledger, 1)
  offer(ledger, 2)
  ledger.received('p', 1, 's', 't', 30)
  ledger.received('p', 1, 's', 't', 40)
  ledger.sweep(Infinity, true)
  expect(only(ledger)).toMatchObject({
    offered: 2,
    expected: 2,
    delivered: 1,
    lost: 1,
    duplicated: 1,
    inFlight: 0,
  })
})

test('what is late is lost at its deadline and found again if it comes after all', () => {
  const ledger = new Ledger()
  offer(ledger, 1, { deadlineMs: 100 })
  ledger.sweep(99)
  expect(only(ledger)).toMatchObject({ lost: 0, inFlight: 1 })
  ledger.sweep(100)
  expect(only(ledger)).toMatchObject({ lost: 1, inFlight: 0 })
  ledger.received('p', 1, 's', 't', 150)
  expect(only(ledger)).toMatchObject({ delivered: 1, lost: 0, inFlight: 0 })
})

test('latency is measured from the time a message was due to its first copy', () => {
  const ledger = new Ledger()
  for (let n = 1; n <= 100; n++) {
    offer(ledger, n, { atMs: 0 })
    ledger.received('p', n, 's', 't', n)
    ledger.received('p', n, 's', 't', 5000)
  }
  const { p50, p99, max } = only(ledger).latencyMs
  expect(p50).toBeCloseTo(50, 0)
  expect(p99).toBeCloseTo(99, 0)
  expect(max).toBeCloseTo(100, 0)
  const [[group, latencies] = ['none', null]] = ledger.latencies()
  expect([group, latencies?.count, latencies?.countsUpTo([5, 50, 100])]).toEqual(['g', 100, [5, 50, 100]])
})

test('a publisher that counts from 1 again is a new one', () => {
  const ledger = new Ledger()
  offer(ledger, 1)
  offer(ledger, 2)
  ledger.received('p', 1, 's', 't', 1)
  offer(ledger, 1)
  ledger.received('p', 1, 's', 't', 2)
  ledger.sweep(Infinity, true)
  expect(only(ledger)).toMatchObject({ offered: 3, delivered: 2, lost: 1, duplicated: 0 })
})

interface Arrival {
  sequence: number
  subscriber: number
}

test('agrees with counting by hand, whatever the order of arrivals', () => {
  const scenario = fc.record({
    messages: fc.integer({ min: 1, max: 60 }),
    subscribers: fc.integer({ min: 1, max: 4 }),
    arrivals: fc.array(
      fc.record({ sequence: fc.integer({ min: 1, max: 60 }), subscriber: fc.integer({ min: 0, max: 3 }) }),
      { maxLength: 300 },
    ),
  })
  fc.assert(
    fc.property(scenario, ({ messages, subscribers, arrivals }) => {
      const ledger = new Ledger()
      for (let n = 1; n <= messages; n++) offer(ledger, n, { subscribers })
      const valid = (a: Arrival): boolean => a.sequence <= messages && a.subscriber < subscribers
      const seen = new Set<string>()
      const highest = new Map<number, number>()
      let outOfOrder = 0
      for (const a of arrivals.filter(valid)) {
        ledger.received('p', a.sequence, `s${a.subscriber}`, 't', 1000)
        const key = `${a.subscriber}/${a.sequence}`
        if (!seen.has(key)) {
          if (a.sequence < (highest.get(a.subscriber) ?? 0)) outOfOrder++
          highest.set(a.subscriber, Math.max(a.sequence, highest.get(a.subscriber) ?? 0))
        }
        seen.add(key)
      }
      ledger.sweep(Infinity, true)
      const expected = messages * subscribers
      expect(only(ledger)).toMatchObject({
        offered: messages,
        expected,
        delivered: seen.size,
        lost: expected - seen.size,
        duplicated: arrivals.filter(valid).length - seen.size,
        outOfOrder,
        inFlight: 0,
      })
    }),
  )
})
