import { generate, type Packet as Fields } from 'mqtt-packet'
import type { PacketRow } from '../../../../electron/contract/model'
import type { Direction } from '../../../../electron/contract/packet'
import { createCapture, type Capture } from '../../../../electron/engine/observe/capture/capture'
import { ContentCorrelator } from '../../../../electron/engine/observe/content-correlator'
import { ackFrame, Packet, Type, type Frame } from '../../../../electron/engine/mqtt/packet'
import { framePacketId, withDup } from '../../../helpers/frames'
import type { LegEvent, PacketTransit } from '../../../../electron/engine/mqtt/transit'

export const frameOf = (p: Fields, level: 3 | 4 | 5 = 4): Frame => generate(p, { protocolVersion: level })

export function publishFrame(
  o: {
    topic?: string
    payload?: string | Buffer
    qos?: 0 | 1 | 2
    id?: number
    dup?: boolean
    retain?: boolean
  } = {},
  level: 3 | 4 | 5 = 4,
): Frame {
  const { topic = 't', payload = 'x', qos = 0, id, dup = false, retain = false } = o
  return frameOf(
    { cmd: 'publish', topic, payload, qos, dup, retain, ...(qos > 0 ? { messageId: id ?? 1 } : {}) },
    level,
  )
}

/** How a packet is sent: at which protocol level, as which message, and what is unusual about its way. */
export type Sending = Partial<PacketTransit> & { level?: number; messageId?: number }

/**
 * A capture fed by hand: packets are sent, arrive or are lost one statement at a time. Messages are numbered by their
 * content, as with an external broker, or by the test in the place of the embedded one.
 */
export class Bench {
  readonly clock = { epochMs: 1_700_000_000_000, ms: 0, now: () => this.clock.ms }
  readonly capture: Capture
  private readonly contents = new ContentCorrelator()
  private nextTransit = 1

  constructor(
    packets = 1000,
    bytes = 1 << 20,
    private readonly numbers: 'by-content' | 'by-test' = 'by-content',
  ) {
    this.capture = createCapture({ packets, bytes, clock: this.clock })
  }

  /** Sends a packet and leaves it on its way. */
  send(
    clientId: string,
    direction: Direction,
    frame: Frame,
    { level = 4, messageId = 0, ...more }: Sending = {},
  ): PacketTransit {
    const p: PacketTransit = {
      id: this.nextTransit++,
      clientId,
      direction,
      packet: new Packet(frame, level, messageId),
      sentMs: this.clock.ms,
      origin: 'endpoint',
      attempt: 1,
      state: 'transit',
      settledMs: this.clock.ms,
      lossPoint: 1,
      cause: null,
      segmentLosses: 0,
      ...more,
    }
    if (this.numbers === 'by-content') this.contents.entered(p)
    this.capture.entered(p)
    return p
  }

  arrive(p: PacketTransit): PacketTransit {
    p.state = 'delivered'
    p.settledMs = this.clock.ms
    this.capture.settled(p)
    return p
  }

  lose(p: PacketTransit, cause: PacketTransit['cause'] = 'model'): PacketTransit {
    p.state = 'lost'
    p.cause = cause
    p.lossPoint = 0.5
    p.settledMs = this.clock.ms
    this.capture.settled(p)
    return p
  }

  /** Sends a packet that arrives one millisecond later. */
  pass(clientId: string, direction: Direction, frame: Frame, more: Sending = {}): PacketRow {
    const p = this.send(clientId, direction, frame, more)
    this.clock.ms++
    this.arrive(p)
    return this.row()
  }

  drop(clientId: string, direction: Direction, frame: Frame, more: Sending = {}): PacketRow {
    const p = this.send(clientId, direction, frame, more)
    this.clock.ms++
    this.lose(p)
    return this.row()
  }

  event(e: LegEvent): void {
    this.capture.event(e)
  }

  /** The row of the packet sent last, or of a number. */
  row(seq = this.capture.seen): PacketRow {
    const row = this.capture.row(seq)
    if (!row) throw new Error(`packet ${seq} is not kept`)
    return row
  }

  exchange(seq = this.capture.seen) {
    const found = this.all().exchanges.find((e) => e.id === this.row(seq).exchange)
    if (!found) throw new Error(`packet ${seq} has no exchange`)
    return found
  }

  journey(seq = this.capture.seen) {
    const found = this.all().journeys.find((j) => j.id === this.row(seq).journey)
    if (!found) throw new Error(`packet ${seq} has no journey`)
    return found
  }

  all() {
    return this.capture.latest('', 1000)
  }

  connect(clientId: string, clean = true, sessionPresent = false, level: 4 | 5 = 4): void {
    this.event({ kind: 'opened', clientId, atMs: this.clock.ms })
    this.pass(
      clientId,
      'uplink',
      frameOf(
        { cmd: 'connect', clientId, clean, protocolId: 'MQTT', protocolVersion: level, keepalive: 60 },
        level,
      ),
      { level },
    )
    this.pass(
      clientId,
      'downlink',
      frameOf({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent }, level),
      { level },
    )
  }
}

export const puback = (id: number): Frame => ackFrame(Type.PUBACK, id)
export const pubrec = (id: number): Frame => ackFrame(Type.PUBREC, id)
export const pubrel = (id: number): Frame => ackFrame(Type.PUBREL, id)
export const pubcomp = (id: number): Frame => ackFrame(Type.PUBCOMP, id)
export const dup = (f: Frame): Frame => withDup(f, true)
export const idOf = framePacketId
