import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rig } from './client-rig'

type Rig = ReturnType<typeof rig>

/** One thing that happens on one client's connection. */
type Fault =
  | { kind: 'read'; client: number; bytes: number }
  | { kind: 'answer'; client: number; packets: number }
  | { kind: 'answer-part'; client: number; bytes: number }
  | { kind: 'turn'; client: number }
  | { kind: 'cut'; client: number; bytes: number }

const CLIENTS = 3
const MESSAGES = 40

const client = fc.nat(CLIENTS - 1)
const fault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      client,
      bytes: fc.integer({ min: 1, max: 200 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      client,
      packets: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('answer-part' as const),
      client,
      bytes: fc.integer({ min: 1, max: 7 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turn' as const), client }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      client,
      bytes: fc.integer({ min: 0, max: 60 }),
    }),
  },
)

/** Does one fault. A cut lets the broker read some bytes more, in mid-packet as often as not, and loses the rest. */
function act(r: Rig, f: Fault): boolean {
  const end = r.broker.last
  switch (f.kind) {
    case 'read':
      end.read(Math.min(f.bytes, end.inbox.length))
      return false
    case 'answer':
      end.answer(f.packets)
      return false
    case 'answer-part': {
      const next = end.replies[0]
      if (next === undefined) return false
      const take = Math.min(f.bytes, next.length)
      end.replies[0] = next.subarray(take)
      if (take === next.length) end.replies.shift()
      end.send(Buffer.from(next.subarray(0, take)))
      return false
    }
    case 'turn':
      r.deferred.run()
      return false
    case 'cut':
      end.read(Math.min(f.bytes, end.inbox.length))
      end.cut()
      r.connect(true)
      return true
  }
}

/** Runs until nothing moves any more. */
function heal(r: Rig): void {
  for (let i = 0; i < MESSAGES * 8; i++) {
    r.deferred.run()
    r.broker.last.read()
    r.broker.last.answer()
  }
}

/** Fails when an identifier is used for a message while another one that has it is not acknowledged. */
function watchIdentifiers(r: Rig): void {
  const holder = new Map<number, number>()
  r.session.onPublish = (p) => {
    const before = holder.get(p.id)
    if (before !== undefined && before !== p.sequence) {
      expect(p.dup).toBe(false)
      expect(r.told.acknowledged).toContain(before)
    }
    holder.set(p.id, p.sequence)
  }
}

const exactlyAll = Array.from({ length: MESSAGES }, (_, i) => i)

describe('under delays, cuts in mid-packet and acknowledgements in any order across clients', () => {
  it.each([1, 2] as const)('QoS %i with its session loses nothing and repeats only what it may', (qos) => {
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 120 }), fc.integer({ min: 1, max: 9 }), (faults, window) => {
        const rigs = Array.from({ length: CLIENTS }, () =>
          rig({ qos, window, messages: MESSAGES, resume: true }),
        )
        const cuts = rigs.map(() => 0)
        for (const r of rigs) {
          watchIdentifiers(r)
          r.connect()
        }
        for (const f of faults) if (act(rigs[f.client]!, f)) cuts[f.client]!++
        rigs.forEach((r, i) => {
          heal(r)
          expect([...r.told.acknowledged].sort((a, b) => a - b)).toEqual(exactlyAll)
          expect(r.told.failed).toEqual([])
          expect([...new Set(r.session.delivered)].sort((a, b) => a - b)).toEqual(exactlyAll)
          const repeats = r.session.delivered.length - MESSAGES
          if (qos === 2 || cuts[i] === 0) expect(repeats).toBe(0)
          else expect(repeats).toBeLessThanOrEqual(cuts[i]! * window)
          const first = r.session.delivered.filter((s, at, all) => all.indexOf(s) === at)
          expect(first).toEqual(exactlyAll)
        })
      }),
      { numRuns: 150 },
    )
  })

  it('without its session every message is acknowledged or failed, once, and none is sent twice', () => {
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 120 }), fc.constantFrom(0, 1, 2), (faults, qos) => {
        const r = rig({ qos: qos, window: 5, messages: MESSAGES })
        const act1 = (f: Fault): void => {
          if (f.kind !== 'cut') act(r, f)
          else {
            r.broker.last.read(Math.min(f.bytes, r.broker.last.inbox.length))
            r.broker.last.cut()
            r.session.held.clear()
            r.connect(false)
          }
        }
        r.connect()
        for (const f of faults) act1(f)
        heal(r)
        const failed = r.told.failed.reduce((n, f) => n + f.to - f.from, 0)
        const acknowledged = qos === 0 ? r.told.sent : r.told.acknowledged.length
        expect(acknowledged + failed).toBe(MESSAGES)
        expect(r.session.publishes.some((p) => p.dup)).toBe(false)
        expect(new Set(r.session.delivered).size).toBe(r.session.delivered.length)
        if (qos > 0) for (const s of r.told.acknowledged) expect(r.session.delivered).toContain(s)
      }),
      { numRuns: 150 },
    )
  })
})
