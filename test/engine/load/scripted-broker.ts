import { Type, ackFrame, type Frame } from '../../../electron/engine/mqtt/packet'
import { framePacketId, frameDup, frameQos, frameType, payloadOffset } from '../../helpers/frames'
import { FrameSplitter } from '../../../electron/engine/mqtt/splitter'
import type { ClientEvents } from '../../../electron/engine/load/wire/client-types'
import { payloadSequence } from '../../../electron/engine/load/wire/template'
import type { Dial, Transport, TransportEvents } from '../../../electron/engine/load/wire/transport'

/** Calls put off by the flush queue; `run` makes them, and those they put off, until none is left. */
export class Deferred {
  private waiting: (() => void)[] = []
  readonly defer = (f: () => void): void => void this.waiting.push(f)
  run(): void {
    while (this.waiting.length > 0) for (const f of this.waiting.splice(0)) f()
  }
}

/** What a broker knows of one client over all its connections. */
export class BrokerSession {
  /** QoS 2 identifiers received and not released. */
  readonly held = new Set<number>()
  /** Sees each PUBLISH as the broker reads it. */
  onPublish: (p: { id: number; sequence: number; dup: boolean }) => void = () => undefined
  /** Sequence numbers passed on, in order. */
  readonly delivered: number[] = []
  readonly publishes: { id: number; sequence: number; dup: boolean }[] = []
  readonly subscribed: Frame[] = []
}

/** One connection as the broker sees it. Bytes move only when told to. */
export class BrokerEnd {
  private readonly splitter = new FrameSplitter()
  readonly frames: Frame[] = []
  /** Bytes the client has written and the broker has not read. */
  inbox: Buffer = Buffer.alloc(0)
  /** Packets the broker wants to send, in order. */
  replies: Buffer[] = []
  closed = false
  ended = false
  /** The transport takes no more bytes until `drain`. */
  full = false

  constructor(
    readonly session: BrokerSession,
    private readonly events: TransportEvents,
    private readonly level: number,
  ) {}

  open(): void {
    this.events.opened()
  }

  /** The broker reads so many bytes and acts on the packets they complete. */
  read(bytes = this.inbox.length): void {
    const chunk = Buffer.from(this.inbox.subarray(0, bytes))
    this.inbox = this.inbox.subarray(bytes)
    if (chunk.length > 0) this.splitter.push(chunk, (f) => this.frame(f))
  }

  private frame(f: Frame): void {
    this.frames.push(f)
    const id = framePacketId(f)
    const s = this.session
    switch (frameType(f)) {
      case Type.PUBLISH: {
        this.publish(f, id)
        return
      }
      case Type.PUBREL:
        s.held.delete(id)
        this.replies.push(ackFrame(Type.PUBCOMP, id))
        return
      case Type.PINGREQ:
        this.replies.push(Buffer.from([0xd0, 0]))
        return
      case Type.SUBSCRIBE:
        s.subscribed.push(f)
        this.replies.push(
          Buffer.from([
            0x90,
            this.level === 5 ? 4 : 3,
            id >> 8,
            id & 255,
            ...(this.level === 5 ? [0] : []),
            0,
          ]),
        )
        return
      default:
    }
  }

  private publish(f: Frame, id: number): void {
    const s = this.session
    const sequence = payloadSequence(f, payloadOffset(f, this.level))
    const seen = { id, sequence, dup: frameDup(f) }
    s.publishes.push(seen)
    s.onPublish(seen)
    const qos = frameQos(f)
    if (qos === 2) {
      if (!s.held.has(id)) s.delivered.push(sequence)
      s.held.add(id)
      this.replies.push(ackFrame(Type.PUBREC, id))
    } else {
      s.delivered.push(sequence)
      if (qos === 1) this.replies.push(ackFrame(Type.PUBACK, id))
    }
  }

  /** Sends bytes to the client at once. */
  send(bytes: Buffer): void {
    if (!this.closed) this.events.data(bytes, bytes.length)
  }

  /** Sends the next so many packets. */
  answer(count = this.replies.length): void {
    const bytes = Buffer.concat(this.replies.splice(0, count))
    if (bytes.length > 0) this.send(bytes)
  }

  drain(): void {
    this.full = false
    this.events.drained()
  }

  /** The connection is gone; what was not read is lost. */
  cut(error: Error | null = null): void {
    if (this.closed) return
    this.closed = true
    this.events.closed(error)
  }

  transport(): Transport {
    return {
      write: (bytes) => {
        this.inbox = Buffer.concat([this.inbox, bytes])
        return !this.full
      },
      end: () => {
        this.ended = true
        this.cut()
      },
      destroy: () => this.cut(),
    }
  }
}

/** A broker for clients of one kind: hands out an end for every connection. */
export class ScriptedBroker {
  readonly ends: BrokerEnd[] = []

  constructor(readonly level: 4 | 5 = 4) {}

  dialFor(session: BrokerSession): Dial {
    return (events) => {
      const end = new BrokerEnd(session, events, this.level)
      this.ends.push(end)
      return end.transport()
    }
  }

  get last(): BrokerEnd {
    return this.ends[this.ends.length - 1]!
  }
}

export const CONNACK = (present: boolean, code = 0): Buffer => Buffer.from([0x20, 2, present ? 1 : 0, code])
/** MQTT 5 CONNACK with properties. */
export const CONNACK5 = (present: boolean, code: number, properties: number[] = []): Buffer =>
  Buffer.from([0x20, 3 + properties.length, present ? 1 : 0, code, properties.length, ...properties])

/** Everything a client told, for assertions. */
export interface Told {
  acknowledged: number[]
  failed: { from: number; to: number; reason: string | null }[]
  arrived: Buffer[]
  closed: string[]
  refused: string[]
  anomalies: string[]
  sent: number
  ready: number
  confirmed: number
}

export function listener(): { told: Told; events: ClientEvents } {
  const told: Told = {
    acknowledged: [],
    failed: [],
    arrived: [],
    closed: [],
    refused: [],
    anomalies: [],
    sent: 0,
    ready: 0,
    confirmed: 0,
  }
  const events: ClientEvents = {
    connected: () => undefined,
    ready: () => {
      told.ready++
    },
    refused: (_c, text) => void told.refused.push(text),
    closed: (_c, cause) => void told.closed.push(cause),
    acknowledged: (_c, sequence) => void told.acknowledged.push(sequence),
    sent: (_c, n) => void (told.sent += n),
    confirmed: () => {
      told.confirmed++
    },
    failed: (_c, from, to, reason) => void told.failed.push({ from, to, reason }),
    arrived: (_c, { bytes, payloadAt, end }) =>
      void told.arrived.push(Buffer.from(bytes.subarray(payloadAt, end))),
    anomaly: (_c, text) => void told.anomalies.push(text),
    bytes: () => undefined,
    churned: () => undefined,
  }
  return { told, events }
}
