import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Direction } from '../../../../electron/contract/packet'
import type { PacketTransit } from '../../../../electron/engine/mqtt/transit'
import { Type, type Frame } from '../../../../electron/engine/mqtt/packet'
import { Bench, dup, puback, pubcomp, publishFrame, pubrec, pubrel } from './wire'

/** One message of the model and what really became of it. */
interface Message {
  readonly direction: Direction
  readonly qos: 0 | 1 | 2
  readonly id: number
  readonly frame: Frame
  phase: 'publish' | 'pubrel'
  publishes: number
  pubrels: number
  /** Its own last acknowledgement arrived at the sender. */
  complete: boolean
  /** The receiver holds the identifier (QoS 2). */
  held: boolean
  handedOver: number
}

interface Sent {
  readonly transit: PacketTransit
  readonly seq: number
  readonly message: Message
  /** Capture number of the packet it answers, as the model knows. */
  readonly answers: number | null
}

const opposite = (d: Direction): Direction => (d === 'uplink' ? 'downlink' : 'uplink')

/**
 * Two ends of a leg, both sending, over links that keep order and lose packets. A sender believes every
 * acknowledgement of its identifier, as real clients do, so identifiers are used again while old packets are on
 * their way.
 */
class Leg {
  readonly bench = new Bench(20_000, 8 << 20)
  readonly sent: Sent[] = []
  readonly messages: Message[] = []
  private readonly wires: Record<Direction, Sent[]> = { uplink: [], downlink: [] }
  private readonly busy: Record<Direction, Map<number, Message>> = { uplink: new Map(), downlink: new Map() }

  publish(direction: Direction, qos: 0 | 1 | 2, id: number): void {
    if (qos > 0 && this.busy[direction].has(id)) return
    const payload = `message ${this.messages.length}`
    const frame = publishFrame({ topic: 't', qos, id, payload })
    const m: Message = {
      direction,
      qos,
      id: qos === 0 ? 0 : id,
      frame,
      phase: 'publish',
      publishes: 0,
      pubrels: 0,
      complete: false,
      held: false,
      handedOver: 0,
    }
    this.messages.push(m)
    if (qos > 0) this.busy[direction].set(id, m)
    this.sendPublish(m)
  }

  resend(direction: Direction, id: number): void {
    const m = this.busy[direction].get(id)
    if (!m) return
    if (m.phase === 'publish') this.sendPublish(m)
    else this.sendPubrel(m, null)
  }

  /** The next packet of a wire arrives or is lost. */
  next(direction: Direction, lose: boolean): void {
    const s = this.wires[direction].shift()
    if (!s) return
    this.bench.clock.ms++
    if (lose) {
      this.bench.lose(s.transit)
      return
    }
    this.bench.arrive(s.transit)
    this.arrived(s)
  }

  drain(): void {
    while (this.wires.uplink.length + this.wires.downlink.length > 0) {
      this.next('uplink', false)
      this.next('downlink', false)
    }
  }

  private arrived(s: Sent): void {
    const { message: m } = s
    switch (s.transit.packet.type) {
      case Type.PUBLISH:
        this.published(s)
        return
      case Type.PUBACK:
        m.complete = true
        this.busy[m.direction].delete(m.id)
        return
      case Type.PUBREC:
        if (this.busy[m.direction].get(m.id) === m) this.sendPubrel(m, s.seq)
        return
      case Type.PUBREL:
        if (m.held) m.handedOver++
        m.held = false
        this.send(opposite(m.direction), pubcomp(m.id), m, s.seq)
        return
      default:
        m.complete = true
        this.busy[m.direction].delete(m.id)
    }
  }

  private published(s: Sent): void {
    const { message: m } = s
    if (m.qos === 0) m.complete = true
    if (m.qos < 2) m.handedOver++
    if (m.qos === 1) this.send(opposite(m.direction), puback(m.id), m, s.seq)
    if (m.qos === 2) {
      m.held = true
      this.send(opposite(m.direction), pubrec(m.id), m, s.seq)
    }
  }

  private sendPublish(m: Message): void {
    m.publishes++
    this.send(m.direction, m.publishes > 1 ? dup(m.frame) : m.frame, m, null)
  }

  private sendPubrel(m: Message, answers: number | null): void {
    m.phase = 'pubrel'
    m.pubrels++
    this.send(m.direction, pubrel(m.id), m, answers)
  }

  private send(direction: Direction, frame: Frame, message: Message, answers: number | null): void {
    const transit = this.bench.send('c', direction, frame)
    const s = { transit, seq: this.bench.capture.seen, message, answers }
    this.sent.push(s)
    this.wires[direction].push(s)
  }
}

const direction = fc.constantFrom<Direction>('uplink', 'downlink')
const step = fc.oneof(
  fc.record({
    do: fc.constant('publish' as const),
    direction,
    qos: fc.constantFrom(0 as const, 1 as const, 1 as const, 2 as const),
    id: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ do: fc.constant('resend' as const), direction, id: fc.integer({ min: 1, max: 2 }) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('next' as const),
      direction,
      lose: fc.nat(3).map((n) => n === 0),
    }),
  },
)

function play(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): Leg {
  const leg = new Leg()
  for (const s of steps) {
    if (s.do === 'publish') leg.publish(s.direction, s.qos, s.id)
    else if (s.do === 'resend') leg.resend(s.direction, s.id)
    else leg.next(s.direction, s.lose)
  }
  leg.drain()
  return leg
}

describe('the tracker, whatever is lost and repeated', () => {
  it('gives every packet to the exchange of its message, links answers and repeats, and judges right', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const leg = play(steps)
        const { capture } = leg.bench
        const of = new Map<Message, number>()
        for (const s of leg.sent) {
          const row = capture.row(s.seq)!
          expect(row.exchange).not.toBeNull()
          const known = of.get(s.message) ?? row.exchange!
          expect(row.exchange).toBe(known)
          of.set(s.message, known)
          expect(row.answers).toBe(s.answers)
          if (row.resends !== null) {
            const before = capture.row(row.resends)!
            expect([before.type, before.exchange]).toEqual([row.type, row.exchange])
          }
        }
        expect(new Set(of.values()).size).toBe(leg.messages.length)
        const exchanges = new Map(capture.latest('', 20_000).exchanges.map((e) => [e.id, e]))
        for (const m of leg.messages) {
          const e = exchanges.get(of.get(m)!)!
          expect(e.verdict === 'complete').toBe(m.complete)
          expect(e.retries).toBe(m.publishes - 1 + Math.max(0, m.pubrels - 1))
          expect(e).toMatchObject({ qos: m.qos, direction: m.direction, packetId: m.id === 0 ? null : m.id })
          expect(e.packets).toEqual(leg.sent.filter((s) => s.message === m).map((s) => s.seq))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('counts what reaches the receiver: at QoS 2 once, at QoS 1 once and its duplicates', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const leg = play(steps)
        for (const m of leg.messages) {
          const effects = leg.sent.filter((s) => s.message === m).map((s) => leg.bench.row(s.seq).effect)
          const count = (e: string) => effects.filter((x) => x === e).length
          if (m.direction === 'uplink') expect(count('passed-on')).toBe(m.handedOver)
          else {
            expect(count('delivered')).toBe(Math.min(1, m.handedOver))
            expect(count('duplicate')).toBe(Math.max(0, m.handedOver - 1))
          }
          if (m.qos === 2) expect(m.handedOver).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 100 },
    )
  })
})
