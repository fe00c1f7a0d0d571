import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Type, ackFrame, Packet, type Frame } from '../../../electron/engine/mqtt/packet'
import { framePacketId, frameQos, frameType, payloadOffset } from '../../helpers/frames'
import { FrameSplitter } from '../../../electron/engine/mqtt/splitter'
import { payloadPublisher, payloadSequence } from '../../../electron/engine/load/wire/template'

/** What the broker does to the messages it passes on; 1 copy is what is right. */
export interface Faults {
  /** @default 4 */
  level?: 4 | 5
  /** At level 5 the numbers are those of the user property `fl`, where a message has it: the publisher's with the tag of the run. */
  copies?(publisher: number, sequence: number, receiver: number): number
  /** QoS 2 is answered as if it were QoS 1, as RabbitMQ does. */
  lowersQos2?: boolean
  /** Return code of every CONNACK. */
  connack?: number
  /** Number of a subscriber that is not authorized. */
  refuses?: number
  /** Number of a subscriber that may not subscribe. */
  forbids?: number
  /** Of those that come after so many, who are let in. */
  full?: number
  /** Packets that it closes the connection at, as a broker of 3.1.1 does with what it does not support. */
  closesAt?(f: Frame): boolean
}

interface Client {
  socket: Socket
  filters: string[]
  receiver: number
}

/** A small broker on a real socket that drops and repeats exactly what it is told to. MQTT 3.1.1 or 5.0, passes on at QoS 0. */
export class FaultyBroker {
  private readonly clients = new Set<Client>()
  private readonly sockets = new Set<Socket>()
  private readonly server: Server
  private readonly level: 4 | 5
  private frozen: (() => void)[] | null = null
  connects = 0

  constructor(private readonly faults: Faults = {}) {
    this.level = faults.level ?? 4
    this.server = createServer((socket) => this.accept(socket))
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done))
    return `mqtt://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Does nothing at all for a time, as a stopped process would; for ever when no time is given. */
  freeze(ms?: number): void {
    this.frozen = []
    if (ms === undefined) return
    // eslint-disable-next-line no-restricted-syntax -- the time that a load test is to measure
    setTimeout(() => {
      const waiting = this.frozen ?? []
      this.frozen = null
      for (const f of waiting) f()
    }, ms)
  }

  private accept(socket: Socket): void {
    socket.setNoDelay(true)
    this.sockets.add(socket)
    const client: Client = { socket, filters: [], receiver: -1 }
    const splitter = new FrameSplitter()
    const read = (chunk: Buffer): void => {
      if (this.frozen !== null) this.frozen.push(() => read(chunk))
      else splitter.push(chunk, (f) => this.frame(client, f))
    }
    socket.on('data', read)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.clients.delete(client)
      this.sockets.delete(socket)
    })
  }

  private answerTo(receiver: number): number {
    if (this.connects > (this.faults.full ?? Infinity)) return 3
    return receiver === this.faults.refuses ? 5 : (this.faults.connack ?? 0)
  }

  private frame(c: Client, f: Frame): void {
    const id = framePacketId(f)
    if (this.faults.closesAt?.(f)) {
      c.socket.destroy()
      return
    }
    switch (frameType(f)) {
      case Type.CONNECT:
        this.connects++
        this.clients.add(c)
        c.receiver = Number(/-s(\d+)$/.exec(f.toString('latin1'))?.[1] ?? -1)
        c.socket.write(this.answer(0x20, 0, this.answerTo(c.receiver)))
        break
      case Type.SUBSCRIBE:
        c.filters.push(firstFilter(f, this.level))
        c.socket.write(this.suback(id, c.receiver === this.faults.forbids ? 0x80 : 0))
        break
      case Type.PUBLISH:
        this.publish(c, f, id)
        break
      case Type.PUBREL:
        c.socket.write(ackFrame(Type.PUBCOMP, id))
        break
      case Type.PINGREQ:
        c.socket.write(Buffer.from([0xd0, 0]))
        break
      default:
    }
  }

  /** Two bytes of an answer, and at level 5 no properties. */
  private answer(first: number, ...two: [number, number]): Buffer {
    return this.level === 5 ? Buffer.from([first, 3, ...two, 0]) : Buffer.from([first, 2, ...two])
  }

  private suback(id: number, code: number): Buffer {
    return this.level === 5
      ? Buffer.from([0x90, 4, id >> 8, id & 255, 0, code])
      : Buffer.from([0x90, 3, id >> 8, id & 255, code])
  }

  private publish(from: Client, f: Frame, id: number): void {
    const qos = frameQos(f)
    if (qos > 0)
      from.socket.write(ackFrame(qos === 1 || this.faults.lowersQos2 ? Type.PUBACK : Type.PUBREC, id))
    const at = payloadOffset(f, this.level)
    const { publisher, sequence } = identityOf(f, at)
    const { topic, propertiesAt } = new Packet(f, this.level)
    const copy = qos0(topic, f.subarray(propertiesAt))
    for (const c of this.clients) {
      if (!c.filters.some((x) => matches(x, topic))) continue
      const copies = this.faults.copies?.(publisher, sequence, c.receiver) ?? 1
      for (let i = 0; i < copies; i++) c.socket.write(copy)
    }
  }

  /** Ends all connections, and takes no more of them. */
  async close(): Promise<void> {
    for (const s of this.sockets) s.destroy()
    await new Promise<void>((done) => this.server.close(() => done()))
  }
}

const matches = (filter: string, topic: string): boolean =>
  new RegExp(`^${filter.replaceAll('+', '[^/]+')}$`).test(topic)

const firstFilter = (f: Frame, level: 4 | 5): string => {
  const at = level === 5 ? 5 : 4
  return f.toString('utf8', at + 2, at + 2 + f.readUInt16BE(at))
}

/** User property, name of two bytes, value of 24, as MQTT 5.0 section 2.2.2.2 has it. */
const PROPERTY = /&\0\x02fl\0\x18([0-9a-f]{8})([0-9a-f]{8})/

function identityOf(f: Frame, payloadAt: number): { publisher: number; sequence: number } {
  const [, publisher, sequence] = PROPERTY.exec(f.toString('latin1', 0, payloadAt)) ?? []
  return sequence === undefined
    ? { publisher: payloadPublisher(f, payloadAt), sequence: payloadSequence(f, payloadAt) }
    : { publisher: parseInt(publisher ?? '', 16), sequence: parseInt(sequence, 16) }
}

/** @param rest properties, where there are any, and payload */
function qos0(topic: string, rest: Buffer): Buffer {
  const name = Buffer.from(topic)
  const head = Buffer.from([0x30, 2 + name.length + rest.length, 0, name.length])
  return Buffer.concat([head, name, rest])
}
