import { connectHead } from '../../mqtt/connect'
import { typeOf } from '../../mqtt/first-byte'
import { Packet, Type } from '../../mqtt/packet'
import { decodePacket } from '../../observe/capture/decode/decode'
import { Half, type ByteSink } from './half'
import { PacketStream, type PacketSink } from './packet-stream'
import { faultOf } from './plausible'
import { openingOf } from './protocol'
import { WebSocketStream } from './websocket'

/** One end of a connection. */
export interface End {
  address: string
  port: number
}

/** What carries MQTT on a connection; `other` for one that is not MQTT, as far as can be seen. */
export type Transport = 'undecided' | 'tcp' | 'websocket' | 'tls' | 'other'

/** Whoever a conversation is told to. */
export interface ConversationListener {
  /** A client is known by its CONNECT, or by its address where that is not in the file. */
  opened(c: Conversation): void
  packet(c: Conversation, uplink: boolean, packet: Packet, size: number): void
  /** A name that the file gives an address. */
  nameOf(end: End): string
}

/** Bytes of an end that are held while it cannot be told what the connection carries. */
const HELD_BYTES = 16 * 1024
/** The port that IANA gives MQTT: there a connection is read without its CONNECT too. */
const MQTT_PORT = 1883
/** Longest client identifier that is taken as it is, in characters. */
const NAME_LENGTH = 1024

type Side = 0 | 1

/** One TCP connection: what it carries, its two directions put in order and cut into packets. */
export class Conversation {
  transport: Transport = 'undecided'
  clientId = ''
  /** Protocol level; 4 where the CONNECT is not in the file. */
  level = 4
  hasConnect = false
  /** Bytes that were sent and are not in the file. */
  missingBytes = 0
  /** Bytes of MQTT that are in the file and could not be read, because bytes before them are missing or malformed. */
  unreadBytes = 0
  malformed = 0
  /** Why the last malformed packet is none. */
  fault: string | null = null
  readonly halves: readonly [Half, Half]
  private readonly held: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)]
  private readonly packets: [PacketStream | null, PacketStream | null] = [null, null]
  private readonly streams: [ByteSink | null, ByteSink | null] = [null, null]
  private client: Side = 0
  private isOpen = false

  /**
   * @param ends the first is the end that sent the first frame
   * @param complete whether the file has the connection from its beginning
   */
  constructor(
    readonly ends: readonly [End, End],
    private readonly complete: boolean,
    private readonly listener: ConversationListener,
  ) {
    this.halves = [new Half(this.sink(0)), new Half(this.sink(1))]
  }

  /** The end that is the MQTT client. */
  get clientEnd(): End {
    return this.ends[this.client]
  }

  get serverEnd(): End {
    return this.ends[this.client === 0 ? 1 : 0]
  }

  get isMqtt(): boolean {
    return this.transport === 'tcp' || this.transport === 'websocket'
  }

  isClient(side: Side): boolean {
    return side === this.client
  }

  /** Nothing more comes. */
  end(): void {
    for (const half of this.halves) half.flush()
    for (const stream of this.packets) this.unreadBytes += stream?.end() ?? 0
  }

  private sink(side: Side): ByteSink {
    return {
      data: (bytes, atSegment) => {
        const stream = this.streams[side]
        if (stream) stream.data(bytes, atSegment)
        else if (this.transport === 'undecided') this.decide(side, bytes)
      },
      gap: (bytes) => {
        const stream = this.streams[side]
        if (stream) stream.gap(bytes)
        else if (this.transport === 'undecided') this.decideWithout(bytes)
      },
    }
  }

  private decide(side: Side, bytes: Buffer): void {
    const known = this.held[side]
    const b = known.length > 0 ? Buffer.concat([known, bytes]) : bytes
    const opening = openingOf(b)
    this.held[side] = Buffer.from(b.subarray(0, HELD_BYTES))
    switch (opening) {
      case 'short':
        return
      case 'mqtt':
        this.begin('tcp', side, true)
        return
      case 'http':
        this.begin('websocket', side, true)
        return
      case 'tls':
        this.transport = 'tls'
        this.client = side
        return
      case 'other':
        // An answer may stand before the end of what it answers.
        if (this.held[side === 0 ? 1 : 0].length > 0 && b.length < HELD_BYTES) return
        if (this.isOnMqttPort()) this.begin('tcp', this.clientByPort(), this.complete)
        else this.giveUp()
    }
  }

  /** Bytes are missing where the CONNECT would be. */
  private decideWithout(missing: number): void {
    if (!this.isOnMqttPort()) {
      this.giveUp()
      return
    }
    this.missingBytes += missing
    this.begin('tcp', this.clientByPort(), false)
  }

  private begin(transport: 'tcp' | 'websocket', client: Side, inStep: boolean): void {
    this.transport = transport
    this.client = client
    const server: Side = client === 0 ? 1 : 0
    for (const side of [client, server]) {
      const packets = new PacketStream(this.packetSink(side), inStep)
      this.packets[side] = packets
      this.streams[side] = transport === 'tcp' ? packets : this.webSocket(side, packets)
    }
    for (const side of [client, server]) {
      const held = this.held[side]
      this.held[side] = Buffer.alloc(0)
      if (held.length > 0) this.streams[side]?.data(held, true)
    }
  }

  private webSocket(side: Side, packets: PacketStream): ByteSink {
    return new WebSocketStream(packets, this.packetSink(side), (text) => {
      const asks = side === this.client ? /^sec-websocket-protocol:.*mqtt/im : /^http\/1\.1 101 /i
      const agrees = asks.test(text)
      if (!agrees) this.giveUp()
      return agrees
    })
  }

  private giveUp(): void {
    this.transport = 'other'
    this.streams[0] = this.streams[1] = null
    this.held[0] = this.held[1] = Buffer.alloc(0)
    this.unreadBytes = 0
  }

  private isOnMqttPort(): boolean {
    return this.ends.some((e) => e.port === MQTT_PORT)
  }

  private clientByPort(): Side {
    return this.ends[0].port === MQTT_PORT ? 1 : 0
  }

  private packetSink(side: Side): PacketSink {
    const level = (): number => this.level
    return {
      packet: (frame, size) => this.packet(side, frame, size),
      malformed: () => this.malformedBy('remaining length of more than four bytes'),
      unread: (bytes) => {
        this.unreadBytes += bytes
      },
      missing: (bytes) => {
        this.missingBytes += bytes
      },
      get level() {
        return level()
      },
    }
  }

  private packet(side: Side, frame: Buffer, size: number): void {
    const first = !this.isOpen
    if (first && typeOf(frame[0] as number) === Type.CONNECT && side === this.client) this.readConnect(frame)
    const packet = new Packet(frame, this.level)
    const fault = faultOf(packet, this.level, size) ?? bodyFault(packet, this.level, size)
    if (fault !== null) this.malformedBy(fault)
    if (first) {
      this.isOpen = true
      if (this.clientId === '') this.clientId = this.listener.nameOf(this.clientEnd)
      this.listener.opened(this)
    }
    this.listener.packet(this, side === this.client, packet, size)
  }

  private readConnect(frame: Buffer): void {
    this.hasConnect = true
    const { level } = connectHead(new Packet(frame, 4))
    this.level = level >= 5 ? 5 : level === 3 ? 3 : 4
    const id = decodePacket(frame, this.level).find((f) => f.key === 'clientIdentifier')
    if (id && id.end > id.start)
      this.clientId = frame.toString('utf8', id.start, id.end).slice(0, NAME_LENGTH)
  }

  private malformedBy(fault: string): void {
    this.malformed++
    this.fault = fault
  }
}

/** Why the body of a packet without a handshake cannot be read, or null. */
function bodyFault(packet: Packet, level: number, size: number): string | null {
  const { type, frame } = packet
  if (frame.length < size || (type >= Type.PUBLISH && type <= Type.PUBCOMP)) return null
  return decodePacket(frame, level).find((f) => f.key === 'malformed')?.value ?? null
}
