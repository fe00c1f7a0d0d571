import mqttPacket, { type Packet as Fields } from 'mqtt-packet'
import type { Duplex } from 'node:stream'
import { createBroker } from '../../../../electron/engine/simulation/broker/broker'
import type {
  BrokerDeps,
  BrokerEvent,
  BrokerLogLine,
  BrokerOptions,
  EmbeddedBroker,
  RouteLeg,
} from '../../../../electron/engine/simulation/broker/types'
import type { Clock, Timer } from '../../../../electron/engine/simulation/clock/clock'
import { Packet, Type, type Frame } from '../../../../electron/engine/mqtt/packet'
import { createPair } from '../../../../electron/engine/mqtt/pair'
import type { LegEvent, PacketTransit } from '../../../../electron/engine/mqtt/transit'
import { FrameSplitter, MAX_PACKET_BYTES } from '../../../../electron/engine/mqtt/splitter'
import { SocketPort } from '../../../../electron/engine/simulation/broker/socket-port'
import { Turns } from '../../../../electron/engine/simulation/broker/turns'
import { createRealClock } from '../../../../electron/engine/simulation/clock/real-clock'

interface Due extends Timer {
  seq: number
  live: boolean
  fire: () => void
}

/** A clock that moves only when told. Timers fire in due order, ties in the order they were set. */
export class ManualClock implements Clock {
  readonly epochMs = 0
  pending = 0
  private t = 0
  private skipped = 0
  private seq = 0
  private readonly heap: Due[] = []

  now(): number {
    return this.t
  }

  skippedMs(): number {
    return this.skipped
  }

  /** Lets time pass without any timer coming nearer. */
  skip(ms: number): void {
    this.t += ms
    this.skipped += ms
    for (const due of this.heap) (due as { dueMs: number }).dueMs += ms
  }

  schedule(delayMs: number, fire: () => void): Timer {
    const timer: Due = { dueMs: this.t + delayMs, seq: this.seq++, live: true, fire }
    this.pending++
    this.heap.push(timer)
    for (let i = this.heap.length - 1; i > 0;) {
      const up = (i - 1) >> 1
      if (!this.swapIf(up, i)) break
      i = up
    }
    return timer
  }

  cancel(timer: Timer | undefined): void {
    const due = timer as Due | undefined
    if (due?.live !== true) return
    due.live = false
    this.pending--
  }

  advance(ms: number): void {
    const end = this.t + ms
    for (let due = this.heap[0]; due !== undefined && due.dueMs <= end; due = this.heap[0]) {
      this.pop()
      if (!due.live) continue
      due.live = false
      this.pending--
      this.t = due.dueMs
      due.fire()
    }
    this.t = end
  }

  private pop(): void {
    const last = this.heap.pop()
    if (last === undefined || this.heap.length === 0) return
    this.heap[0] = last
    for (let i = 0; ;) {
      const l = 2 * i + 1
      const r = l + 1
      const least = r < this.heap.length && this.before(r, l) ? r : l
      if (least >= this.heap.length || !this.swapIf(i, least)) return
      i = least
    }
  }

  private before(i: number, j: number): boolean {
    const a = this.heap[i]!
    const z = this.heap[j]!
    return a.dueMs < z.dueMs || (a.dueMs === z.dueMs && a.seq < z.seq)
  }

  private swapIf(parent: number, child: number): boolean {
    if (this.before(parent, child)) return false
    const p = this.heap[parent]!
    this.heap[parent] = this.heap[child]!
    this.heap[child] = p
    return true
  }
}

export interface Bench {
  broker: EmbeddedBroker
  clock: ManualClock
  logs: BrokerLogLine[]
  events: BrokerEvent[]
  transits: PacketTransit[]
  legEvents: LegEvent[]
  ingress: RouteLeg[]
  /** Every PUBLISH to a client in memory, with the number of its message. */
  sent: RouteLeg[]
  discarded: { clientId: string; packetId: number; why: string }[]
}

export function bench(options: BrokerOptions = {}, deps: Partial<BrokerDeps> = {}): Bench {
  const clock = new ManualClock()
  let transit = 0
  const b: Omit<Bench, 'broker'> = {
    clock,
    logs: [],
    events: [],
    transits: [],
    legEvents: [],
    ingress: [],
    sent: [],
    discarded: [],
  }
  const broker = createBroker(
    {
      clock,
      realClock: createRealClock(),
      observer: {
        entered: (p) => b.transits.push(p),
        settled: () => undefined,
        event: (e) => b.legEvents.push(e),
      },
      nextTransitId: () => ++transit,
      log: (line) => b.logs.push(line),
      routes: {
        ingress: (e) => b.ingress.push(e),
        discarded: (e) => b.discarded.push(e),
      },
      ...deps,
    },
    options,
  )
  broker.on((e) => b.events.push(e))
  return { broker, ...b }
}

/** Turns that fail the test on what they throw. */
export const quietTurns = (nowMs = () => performance.now()): Turns =>
  new Turns(nowMs, (thrown) => {
    throw thrown
  })

/** Lets everything that needs no timer happen. */
export async function settle(turns = 8): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((r) => setImmediate(r))
}

export interface ConnectFields {
  clean?: boolean
  keepalive?: number
  level?: 3 | 4 | 5
  [more: string]: unknown
}

/** Notes under which number a PUBLISH leaves. */
class NotingPort extends SocketPort {
  constructor(
    stream: Duplex,
    private readonly clientId: string,
    private readonly sent: RouteLeg[],
  ) {
    super(stream, MAX_PACKET_BYTES, createRealClock(), quietTurns())
  }

  override send(frame: Frame, messageId = 0): void {
    const { type, packetId } = new Packet(frame, this.level)
    if (type === Type.PUBLISH) this.sent.push({ messageId, clientId: this.clientId, packetId })
    super.send(frame)
  }
}

/** A client that sends exactly the bytes it is told and acknowledges nothing by itself. */
export class RawClient {
  readonly got: Fields[] = []
  readonly raw: Buffer[] = []
  closed = false
  private readonly splitter = new FrameSplitter()

  constructor(
    readonly stream: Duplex,
    readonly level: 3 | 4 | 5 = 4,
  ) {
    const parser = mqttPacket.parser({ protocolVersion: level })
    parser.on('packet', (p) => this.got.push(p))
    stream.on('data', (chunk: Buffer) => {
      this.splitter.push(chunk, (f) => this.raw.push(Buffer.from(f)))
      parser.parse(chunk)
    })
    stream.on('error', () => undefined)
    stream.on('close', () => (this.closed = true))
    stream.on('end', () => (this.closed = true))
  }

  static inMemory(b: Bench, level: 3 | 4 | 5 = 4, clientId = 'any'): RawClient {
    const [client, broker] = createPair()
    b.broker.attach(new NotingPort(broker, clientId, b.sent), { device: true, clientId })
    return new RawClient(client, level)
  }

  static async connected(b: Bench, clientId: string, fields: ConnectFields = {}): Promise<RawClient> {
    const c = RawClient.inMemory(b, fields.level ?? 4, clientId)
    c.connect(clientId, fields)
    await settle()
    return c
  }

  encode(packet: Fields): Buffer {
    return mqttPacket.generate(packet, { protocolVersion: this.level })
  }

  connect(clientId: string, fields: ConnectFields = {}): void {
    this.send({
      cmd: 'connect',
      clientId,
      protocolId: this.level === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion: this.level,
      clean: true,
      keepalive: 0,
      ...fields,
    })
  }

  /** Everything given goes out in one chunk. */
  send(...packets: Fields[]): void {
    this.stream.write(Buffer.concat(packets.map((p) => this.encode(p))))
  }

  bytes(...values: (number | Buffer | string)[]): void {
    this.stream.write(
      Buffer.concat(values.map((v) => (typeof v === 'number' ? Buffer.from([v]) : Buffer.from(v)))),
    )
  }

  publish(
    topic: string,
    payload: string | Buffer,
    qos: 0 | 1 | 2 = 0,
    messageId = 0,
    more: object = {},
  ): void {
    this.send({
      cmd: 'publish',
      topic,
      payload,
      qos,
      messageId,
      dup: false,
      retain: false,
      ...more,
    })
  }

  subscribe(topic: string, qos: 0 | 1 | 2, messageId = 60_000, more: object = {}): void {
    this.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos, ...more }] })
  }

  ack(cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', messageId: number): void {
    this.send({ cmd, messageId })
  }

  of<C extends Fields['cmd']>(cmd: C): Extract<Fields, { cmd: C }>[] {
    return this.got.filter((p): p is Extract<Fields, { cmd: C }> => p.cmd === cmd)
  }

  payloads(): string[] {
    return this.of('publish').map((p) => p.payload.toString())
  }

  /** As a pulled cable: no DISCONNECT. */
  async cut(): Promise<void> {
    this.stream.destroy()
    await settle(3)
  }
}
