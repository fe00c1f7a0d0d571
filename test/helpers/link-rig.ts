import type { Duplex } from 'node:stream'
import { linkSchema, type LinkInput } from '../../electron/contract/link-config'
import { PACKET_TYPES, type Direction, type PacketType, type QoS } from '../../electron/contract/packet'
import { createGate } from '../../electron/engine/simulation/link/gate'
import { createLink } from '../../electron/engine/simulation/link/link'
import type { GateKeeper, Link } from '../../electron/engine/simulation/link/types'
import { ackFrame, Type } from '../../electron/engine/mqtt/packet'
import { framePacketId, frameQos, frameType, payloadOffset } from './frames'
import type { LegEvent, PacketTransit } from '../../electron/engine/mqtt/transit'
import type { PacketPort } from '../../electron/engine/mqtt/port'
import { FrameSplitter } from '../../electron/engine/mqtt/splitter'
import { ManualClock } from './manual-clock'

/** A PUBLISH at level 4 that carries the identity `publisher:sequence`. */
export function publishFrame(qos: QoS, packetId: number, sequence: number, publisher = 'pub'): Buffer {
  const payload = Buffer.from(`{"_id":"${publisher}:${sequence}"}`)
  const id = qos === 0 ? Buffer.alloc(0) : Buffer.from([packetId >> 8, packetId & 255])
  const body = Buffer.concat([Buffer.from([0, 1, 0x74]), id, payload])
  return Buffer.concat([Buffer.from([(Type.PUBLISH << 4) | (qos << 1), body.length]), body])
}

export const connectFrame = (clean: boolean, level = 4): Buffer => {
  const name = level === 3 ? 'MQIsdp' : 'MQTT'
  const properties = level === 5 ? [0] : []
  const body = Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([level, clean ? 2 : 0, 0, 0, ...properties, 0, 1, 0x61]),
  ])
  return Buffer.concat([Buffer.from([Type.CONNECT << 4, body.length]), body])
}
export const connackFrame = (sessionPresent: boolean): Buffer =>
  Buffer.from([Type.CONNACK << 4, 2, sessionPresent ? 1 : 0, 0])

/** The smallest endpoint that keeps the rules of the handshakes; resends nothing by itself. */
export class TinyEndpoint {
  /** Payloads, in order: at QoS 2 once an identifier. */
  readonly delivered: string[] = []
  readonly frames: Buffer[] = []
  /** False: the next packets get no automatic answer. */
  answering = true
  /** The other end has said that nothing more comes (broker's end only). */
  ended = false
  /** Called before each packet is taken. */
  onPacket: (() => void) | undefined
  private readonly incoming = new Set<number>()
  private out: ((frame: Buffer) => void) | undefined

  /** Takes the broker's end of a link. */
  attachPort(port: PacketPort): void {
    this.out = (frame) => port.send(frame)
    port.receiver = {
      packet: (p) => this.take(p.frame),
      ended: () => {
        this.ended = true
        port.close()
      },
      drained: () => undefined,
      failed: () => undefined,
    }
  }

  /** Takes the client's end. */
  attach(stream: Duplex): void {
    this.out = (frame) => void stream.write(frame)
    const splitter = new FrameSplitter()
    stream.on('data', (chunk: Buffer) => {
      splitter.push(chunk, (frame) => {
        this.take(frame)
      })
    })
    stream.on('error', () => undefined)
  }

  send(frame: Buffer): void {
    this.out?.(frame)
  }

  private take(frame: Buffer): void {
    this.onPacket?.()
    this.frames.push(frame)
    if (!this.answering) return
    const id = framePacketId(frame)
    switch (frameType(frame)) {
      case Type.PUBLISH:
        this.takePublish(frame, id)
        break
      case Type.PUBREC:
        this.send(ackFrame(Type.PUBREL, id))
        break
      case Type.PUBREL:
        this.incoming.delete(id)
        this.send(ackFrame(Type.PUBCOMP, id))
        break
    }
  }

  private takePublish(frame: Buffer, id: number): void {
    const qos = frameQos(frame)
    if (qos < 2 || !this.incoming.has(id))
      this.delivered.push(frame.toString('utf8', payloadOffset(frame, 4)))
    if (qos === 2) this.incoming.add(id)
    if (qos > 0) this.send(ackFrame(qos === 1 ? Type.PUBACK : Type.PUBREC, id))
  }
}

/** A link in virtual time, with a record of everything that passes. */
export class LinkRig {
  readonly clock = new ManualClock()
  readonly transits: PacketTransit[] = []
  readonly settled: PacketTransit[] = []
  readonly events: LegEvent[] = []
  readonly gate: GateKeeper
  readonly link: Link
  client = new TinyEndpoint()
  broker = new TinyEndpoint()
  ends: { client: Duplex; broker: PacketPort } | undefined

  /** @param real the client is a program of somebody else's */
  constructor(input: LinkInput, seed = 1, id = 'device-1', real = false) {
    this.gate = createGate({ skip: (ms) => this.clock.skip(ms) })
    this.gate.onChange((holding) => (this.clock.frozen = holding))
    let next = 0
    this.link = createLink(id, linkSchema.parse(input), {
      clock: this.clock,
      seed,
      real,
      gate: this.gate,
      nextTransitId: () => ++next,
      observer: {
        entered: (p) => void this.transits.push(p),
        settled: (p) => void this.settled.push(p),
        event: (e) => void this.events.push(e),
      },
    })
  }

  /** Opens a connection; the streams flow when this resolves. */
  async open(): Promise<void> {
    this.ends = this.link.connect()
    this.client.attach(this.ends.client)
    this.broker.attachPort(this.ends.broker)
    await tick()
  }

  /** Opens a connection and exchanges CONNECT and CONNACK. */
  async connect(clean = true, sessionPresent = false, level = 4): Promise<void> {
    await this.open()
    this.client.send(connectFrame(clean, level))
    this.clock.run(10_000)
    this.broker.send(connackFrame(sessionPresent))
    this.clock.run(10_000)
  }

  count(direction: Direction, type: PacketType, filter: (p: PacketTransit) => boolean = () => true): number {
    const number = PACKET_TYPES.indexOf(type)
    return this.transits.filter((p) => p.direction === direction && p.packet.type === number && filter(p))
      .length
  }

  /** Types and identifiers in the order they entered, such as `> PUBLISH 7 dup`. */
  story(): string[] {
    return this.transits.map((p) => {
      const dup = p.packet.type === Type.PUBLISH && p.packet.dup ? ' dup' : ''
      const id = p.packet.packetId
      const lost = p.state === 'lost' ? ` lost:${p.cause}` : ''
      const agent = p.origin === 'agent' ? ' agent' : ''
      const arrow = p.direction === 'uplink' ? '>' : '<'
      return `${arrow} ${PACKET_TYPES[p.packet.type]}${id ? ` ${id}` : ''}${dup}${agent}${lost}`
    })
  }
}

export const tick = () => new Promise<void>((resolve) => setImmediate(resolve))
