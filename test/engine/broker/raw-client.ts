import mqttPacket, { type Packet } from 'mqtt-packet'
import type { Duplex } from 'node:stream'
import { createBroker } from '../../../electron/engine/broker/broker'
import type {
  BrokerDeps,
  BrokerEvent,
  BrokerLogLine,
  BrokerOptions,
  EmbeddedBroker,
  RouteLeg,
} from '../../../electron/engine/broker/types'
import type { Clock, Timer } from '../../../electron/engine/clock'
import { createPair } from '../../../electron/engine/mqtt/pair'
import type { LegEvent, Passage } from '../../../electron/engine/mqtt/passage'
import { FrameSplitter } from '../../../electron/engine/mqtt/splitter'
import { createRealClock } from '../../../electron/engine/real-clock'

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  readonly epochMs = 0
  private t = 0
  private timers: { dueMs: number; fire: () => void }[] = []

  now(): number {
    return this.t
  }
  schedule(delayMs: number, fire: () => void): Timer {
    const timer = { dueMs: this.t + delayMs, fire }
    this.timers.push(timer)
    return timer
  }
  cancel(timer: Timer | undefined): void {
    this.timers = this.timers.filter((x) => x !== timer)
  }
  advance(ms: number): void {
    const end = this.t + ms
    for (;;) {
      const due = this.timers.filter((x) => x.dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0]
      if (due === undefined) break
      this.cancel(due)
      this.t = due.dueMs
      due.fire()
    }
    this.t = end
  }
  get pending(): number {
    return this.timers.length
  }
}

export interface Bench {
  broker: EmbeddedBroker
  clock: ManualClock
  logs: BrokerLogLine[]
  events: BrokerEvent[]
  passages: Passage[]
  legEvents: LegEvent[]
  ingress: RouteLeg[]
  egress: RouteLeg[]
  discarded: { clientId: string; packetId: number; why: string }[]
}

export function bench(options: BrokerOptions = {}, deps: Partial<BrokerDeps> = {}): Bench {
  const clock = new ManualClock()
  let passage = 0
  const b: Omit<Bench, 'broker'> = {
    clock,
    logs: [],
    events: [],
    passages: [],
    legEvents: [],
    ingress: [],
    egress: [],
    discarded: [],
  }
  const broker = createBroker(
    {
      clock,
      realClock: createRealClock(),
      observer: {
        entered: (p) => b.passages.push(p),
        settled: () => undefined,
        event: (e) => b.legEvents.push(e),
      },
      nextPassageId: () => ++passage,
      log: (line) => b.logs.push(line),
      routes: {
        ingress: (e) => b.ingress.push(e),
        egress: (e) => b.egress.push(e),
        discarded: (e) => b.discarded.push(e),
      },
      ...deps,
    },
    options,
  )
  broker.on((e) => b.events.push(e))
  return { broker, ...b }
}

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

/** A client that sends exactly the bytes it is told and acknowledges nothing by itself. */
export class RawClient {
  readonly got: Packet[] = []
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
    b.broker.attach(broker, { device: true, clientId })
    return new RawClient(client, level)
  }

  static async connected(b: Bench, clientId: string, fields: ConnectFields = {}): Promise<RawClient> {
    const c = RawClient.inMemory(b, fields.level ?? 4, clientId)
    c.connect(clientId, fields)
    await settle()
    return c
  }

  encode(packet: Packet): Buffer {
    return mqttPacket.generate(packet, { protocolVersion: this.level })
  }

  connect(clientId: string, fields: ConnectFields = {}): void {
    const { level: _level, ...rest } = fields
    this.send({
      cmd: 'connect',
      clientId,
      protocolId: this.level === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion: this.level,
      clean: true,
      keepalive: 0,
      ...rest,
    } as Packet)
  }

  /** Everything given goes out in one chunk. */
  send(...packets: Packet[]): void {
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
    } as Packet)
  }

  subscribe(topic: string, qos: 0 | 1 | 2, messageId = 60_000, more: object = {}): void {
    this.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos, ...more }] } as Packet)
  }

  ack(cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', messageId: number): void {
    this.send({ cmd, messageId } as Packet)
  }

  of<C extends Packet['cmd']>(cmd: C): Extract<Packet, { cmd: C }>[] {
    return this.got.filter((p): p is Extract<Packet, { cmd: C }> => p.cmd === cmd)
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
