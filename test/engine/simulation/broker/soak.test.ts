import { afterEach, describe, expect, it } from 'vitest'
import { bench, ManualClock, quietTurns, RawClient, settle, type Bench } from './raw-client'
import type { Duplex } from 'node:stream'
import { createPair } from '../../../../electron/engine/mqtt/pair'
import { ackFrame, Type } from '../../../../electron/engine/mqtt/packet'
import { framePacketId, frameQos, frameType, payloadOffset, withDup } from '../../../helpers/frames'
import { FrameSplitter, MAX_PACKET_BYTES } from '../../../../electron/engine/mqtt/splitter'
import { SocketPort } from '../../../../electron/engine/simulation/broker/socket-port'
import { createRealClock } from '../../../../electron/engine/simulation/clock/real-clock'

let b: Bench
afterEach(() => b.broker.close())

/** A small deterministic generator (mulberry32). */
function random(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const DELAY_MS = 20
const LOSS = 0.2
const RETRY_MS = 100

/**
 * A persistent subscriber at QoS 2 behind a network that delays each direction by 20 ms, loses one packet in five,
 * hands over what falls into the same millisecond as one chunk, and is cut every second. Both ends repeat.
 */
class LossySubscriber {
  readonly got = new Map<string, number>()
  readonly order: number[] = []
  private stream: Duplex | null = null
  private readonly stored = new Set<number>()
  /** The broker end's retry agent: PUBLISH or PUBREL without an answer, by identifier. */
  private readonly open = new Map<number, Buffer>()
  private readonly recd = new Set<number>()
  private epoch = 0
  private batch: Buffer[] = []

  constructor(
    private readonly b: Bench,
    readonly id: string,
    private readonly chance: () => number,
  ) {}

  async connect(): Promise<boolean> {
    const [client, broker] = createPair()
    this.stream = client
    this.open.clear()
    this.recd.clear()
    const epoch = ++this.epoch
    const splitter = new FrameSplitter()
    let present = false
    client.on('data', (chunk: Buffer) =>
      splitter.push(chunk, (f) => {
        if (frameType(f) === Type.CONNACK) present = f[2] === 1
        else this.downlink(Buffer.from(f), epoch)
      }),
    )
    const turns = quietTurns()
    this.b.broker.attach(new SocketPort(broker, MAX_PACKET_BYTES, createRealClock(), turns), {
      device: true,
      clientId: this.id,
    })
    const raw = new RawClient(client)
    raw.connect(this.id, { clean: false })
    await settle(6)
    return present
  }

  subscribe(): void {
    this.stream?.write(Buffer.from([0x82, 6, 0, 1, 0, 1, 0x74, 2]))
  }

  cut(): void {
    this.epoch++
    this.batch = []
    this.stream?.destroy()
  }

  /** Broker to client. */
  private downlink(frame: Buffer, epoch: number): void {
    const type = frameType(frame)
    if (type !== Type.PUBLISH && type !== Type.PUBREL) return
    const id = framePacketId(frame)
    this.open.set(id, type === Type.PUBLISH ? withDup(frame, true) : frame)
    this.carry(frame, epoch, (f) => this.receive(f, epoch))
    this.repeat(id, epoch)
  }

  private repeat(id: number, epoch: number): void {
    this.b.clock.schedule(RETRY_MS, () => {
      const frame = this.open.get(id)
      if (frame === undefined || epoch !== this.epoch) return
      this.carry(frame, epoch, (f) => this.receive(f, epoch))
      this.repeat(id, epoch)
    })
  }

  private carry(frame: Buffer, epoch: number, arrive: (f: Buffer) => void): void {
    if (this.chance() < LOSS) return
    this.b.clock.schedule(DELAY_MS, () => {
      if (epoch === this.epoch) arrive(frame)
    })
  }

  /** At the client: method A of the specification, stored by identifier. */
  private receive(frame: Buffer, epoch: number): void {
    const id = framePacketId(frame)
    if (frameType(frame) === Type.PUBLISH) {
      if (frameQos(frame) !== 2) throw new Error('not QoS 2')
      if (!this.stored.has(id)) {
        this.stored.add(id)
        const text = frame.toString('utf8', payloadOffset(frame, 4))
        this.got.set(text, (this.got.get(text) ?? 0) + 1)
        this.order.push(Number(text))
      }
      this.answer(ackFrame(Type.PUBREC, id), epoch)
    } else {
      this.stored.delete(id)
      this.answer(ackFrame(Type.PUBCOMP, id), epoch)
    }
  }

  private answer(frame: Buffer, epoch: number): void {
    this.carry(frame, epoch, (f) => {
      const id = framePacketId(f)
      const waiting = this.open.get(id)
      const isRec = frameType(f) === Type.PUBREC
      if (waiting !== undefined && isRec === (frameType(waiting) === Type.PUBLISH)) this.open.delete(id)
      this.batch.push(f)
      if (this.batch.length === 1) process.nextTick(() => this.flush())
    })
  }

  /** What arrives at the same moment reaches the broker as one chunk. */
  private flush(): void {
    const chunk = Buffer.concat(this.batch)
    this.batch = []
    this.stream?.write(chunk)
  }
}

describe('exactly once', () => {
  it('10,000 QoS 2 messages to 5 persistent sessions over 20 ms, 20 % loss and a cut every second', async () => {
    b = bench()
    const clock: ManualClock = b.clock
    const subs = [1, 2, 3, 4, 5].map((n) => new LossySubscriber(b, `s${n}`, random(n)))
    for (const s of subs) {
      await s.connect()
      s.subscribe()
    }
    const pub = await RawClient.connected(b, 'pub')
    await settle()
    const total = 10_000
    let sent = 0
    let cuts = 0
    for (let tick = 0; tick < 4000 && (sent < total || !subs.every((s) => s.got.size === total)); tick++) {
      for (let i = 0; i < 20 && sent < total; i++) {
        sent++
        pub.publish('t', `${sent}`, 2, (sent % 65_000) + 1)
        pub.ack('pubrel', (sent % 65_000) + 1)
      }
      clock.advance(10)
      await settle(1)
      const s = subs[tick % 5]
      // Each is cut once a second, one after the other.
      if (s !== undefined && tick % 100 < 5 && tick > 20) {
        cuts++
        s.cut()
        await settle(2)
        expect(await s.connect()).toBe(true)
      }
    }
    for (let i = 0; i < 200; i++) {
      clock.advance(20)
      await settle(1)
    }
    for (const s of subs) {
      expect(s.got.size).toBe(total)
      expect([...s.got.values()].every((n) => n === 1)).toBe(true)
      expect(b.broker.session(s.id)).toMatchObject({ queued: 0, inFlight: 0, dropped: 0 })
    }
    expect(cuts).toBeGreaterThan(15)
    expect(b.broker.session('pub')?.receiving).toBe(0)
  })
})
