/**
 * A stream of MQTT packets, as the broker, the load generator and the capture read it; what our readers take must be what
 * mqtt-packet, which mqtt.js and aedes use, reads in it.
 *
 * Input: one byte for the protocol level, one for how the stream is cut, then the stream.
 */
import mqttPacket, { type Packet as Theirs } from 'mqtt-packet'
import { MalformedPacketError } from '../../../electron/engine/mqtt/errors'
import { Packet, Type } from '../../../electron/engine/mqtt/packet'
import { varint } from '../../../electron/engine/mqtt/varint'
import { atOnce } from '../../../electron/engine/base/slices'
import { FrameSplitter } from '../../../electron/engine/mqtt/splitter'
import { decodePacket } from '../../../electron/engine/observe/capture/decode/decode'
import { PacketReader } from '../../../electron/engine/load/wire/reader'
import { readPublish as readReceived, readSuback } from '../../../electron/engine/load/wire/incoming'
import { readConnect } from '../../../electron/engine/simulation/broker/wire/connect'
import { ProtocolError } from '../../../electron/engine/simulation/broker/wire/protocol-error'
import { readPublish } from '../../../electron/engine/simulation/broker/wire/publish'
import { checkPing, readAck, readDisconnect } from '../../../electron/engine/simulation/broker/wire/small'
import { readSubscribe, readUnsubscribe } from '../../../electron/engine/simulation/broker/wire/subscribe'
import { attempt, check, same } from './check'

const LEVELS = [4, 5, 3] as const
/** Longer packets are refused: what is tried here is how they are read. */
const MAX_BYTES = 65_536
const NO_LIMITS = { filters: MAX_BYTES, levels: MAX_BYTES }

export function fuzz(data: Buffer): void {
  const level = LEVELS[(data[0] ?? 0) % LEVELS.length] ?? 4
  const stream = data.subarray(2)
  const whole = split(stream, stream.length)
  const pieces = split(stream, 1 + ((data[1] ?? 0) % 7))
  same(pieces.frames, whole.frames, 'packets are the same however the stream is cut')
  same(pieces.fault, whole.fault, 'so is the error')
  const received = splitForLoad(stream, 1 + ((data[1] ?? 0) % 7))
  same(received.frames, whole.frames, 'the load generator finds the same packets')
  same(received.fault, whole.fault, 'and the same error')
  for (const frame of whole.frames) {
    checkFields(frame, level)
    checkBroker(frame, level)
    checkLoad(frame, level)
  }
}

interface Split {
  frames: Buffer[]
  fault: string | null
}

function split(stream: Buffer, piece: number): Split {
  const frames: Buffer[] = []
  const splitter = new FrameSplitter(MAX_BYTES)
  const fault = inPieces(stream, piece, (chunk) => splitter.push(chunk, (f) => frames.push(Buffer.from(f))))
  return { frames, fault }
}

function splitForLoad(stream: Buffer, piece: number): Split {
  const frames: Buffer[] = []
  const reader = new PacketReader((b, start, _body, end) => {
    frames.push(Buffer.from(b.subarray(start, end)))
  }, MAX_BYTES)
  const fault = inPieces(stream, piece, (chunk) => reader.push(Buffer.from(chunk), chunk.length))
  return { frames, fault }
}

function inPieces(stream: Buffer, piece: number, push: (chunk: Buffer) => unknown): string | null {
  try {
    for (let at = 0; at < stream.length; at += piece) push(stream.subarray(at, at + piece))
    return null
  } catch (thrown) {
    if (thrown instanceof MalformedPacketError) return thrown.message
    throw thrown
  }
}

/** The capture's fields that are no headings cover every byte once, bits of a byte together. */
function checkFields(frame: Buffer, level: number): void {
  const fields = decodePacket(frame, level)
  let at = 0
  fields.forEach((f, i) => {
    check(f.start <= f.end && f.end <= frame.length, `${f.key} lies within the packet`)
    const next = fields[i + 1]
    const heading = next !== undefined && next.depth > f.depth
    if (heading || f.bits) return
    check(f.start === at || f.start === at + 1, `${f.key} begins where the field before it ends`)
    at = Math.max(at, f.end)
  })
  check(at >= frame.length - 1, 'the fields reach to the end of the packet')
  const cut = frame.subarray(0, Math.max(1, frame.length >> 1))
  decodePacket(cut, level, frame.length)
}

/** What the load generator reads of what a broker sends. */
function checkLoad(frame: Buffer, level: number): void {
  const { type, bodyAt } = new Packet(frame, level)
  const refusals = [MalformedPacketError]
  if (type === Type.SUBACK) attempt(() => readSuback(frame, bodyAt, frame.length, level), refusals)
  if (type !== Type.PUBLISH) return
  const head = attempt(() => readReceived(frame, 0, bodyAt, frame.length, level), refusals)
  if (head)
    check(head.topicAt <= head.topicEnd && head.payloadAt <= frame.length, 'parts of a PUBLISH lie in it')
}

/** What the broker takes is what mqtt-packet reads. */
function checkBroker(frame: Buffer, level: number): void {
  const packet = new Packet(frame, level)
  const found = attempt(() => ours(packet), [ProtocolError, MalformedPacketError])
  if (!found) return
  const { packet: theirs, fault } = reference(
    frame,
    found['level'] === undefined ? level : Number(found['level']),
  )
  // MQTT 3.1 has no rule for flags that it does not use, and mqtt-packet asks for 0 everywhere.
  if (
    fault !== null &&
    (level === 3 || found['level'] === 3) &&
    /^(Invalid header flag bits|Connect flag bit 0)/.test(fault)
  )
    return
  check(
    fault === null,
    `mqtt-packet takes what the broker takes, but says ${fault}: ${frame.toString('hex')}`,
  )
  const expected = theirs as unknown as Record<string, unknown> | undefined
  check(expected !== undefined, 'mqtt-packet finds the packet')
  for (const [key, value] of Object.entries(found)) {
    if (key !== 'level') same(plain(expected?.[key]), plain(value), `${String(expected?.['cmd'])} ${key}`)
  }
}

const plain = (value: unknown): unknown => (Buffer.isBuffer(value) ? value.toString('hex') : value)

/** Fields of a packet as the broker reads it, under the names that mqtt-packet has for them; null where it reads none. */
function ours(p: Packet): Record<string, unknown> | null {
  switch (p.type) {
    case Type.CONNECT: {
      const c = readConnect(p)
      const { clientId, keepAlive, level } = c
      return { clientId, keepalive: keepAlive, clean: c.clean, level, username: c.username ?? undefined }
    }
    case Type.PUBLISH: {
      const { topic, payload, qos, retain, packetId } = readPublish(p)
      return { topic, payload, qos, retain, dup: p.dup, messageId: qos === 0 ? undefined : packetId }
    }
    case Type.PUBACK:
    case Type.PUBREC:
    case Type.PUBREL:
    case Type.PUBCOMP:
      return { messageId: readAck(p).packetId }
    case Type.SUBSCRIBE: {
      const { packetId, requests } = atOnce(readSubscribe(p, NO_LIMITS))
      return {
        messageId: packetId,
        subscriptions: requests.map((r) => ({
          topic: r.filter,
          qos: r.qos,
          ...(p.level === 5 && { nl: r.noLocal, rap: r.retainAsPublished, rh: r.retainHandling }),
        })),
      }
    }
    case Type.UNSUBSCRIBE: {
      const { packetId, filters } = atOnce(readUnsubscribe(p, NO_LIMITS))
      return { messageId: packetId, unsubscriptions: filters }
    }
    case Type.PINGREQ:
      checkPing(p)
      return { cmd: 'pingreq' }
    case Type.DISCONNECT:
      readDisconnect(p)
      return { cmd: 'disconnect' }
    default:
      return null
  }
}

function reference(frame: Buffer, level: number): { packet: Theirs | undefined; fault: string | null } {
  let packet: Theirs | undefined
  let fault: string | null = null
  const parser = mqttPacket.parser({ protocolVersion: level })
  parser.on('packet', (p: Theirs) => (packet ??= p))
  parser.on('error', (e: Error) => (fault ??= e.message))
  parser.parse(frame)
  return { packet, fault }
}

/** The packets of a stream, each as its first byte and its body: lengths are written again, whatever was changed. */
export const form = {
  read: (data: Buffer): unknown => {
    const { frames } = split(data.subarray(2), data.length)
    return {
      head: data.subarray(0, 2),
      packets: frames.map((f) => [f.subarray(0, 1), f.subarray(new Packet(f, 4).bodyAt)]),
    }
  },
  write: (value: unknown): Buffer => {
    const { head, packets } = value as { head: Buffer; packets: [Buffer, Buffer][] }
    return Buffer.concat([head, ...packets.flatMap(([first, body]) => [first, varint(body.length), body])])
  },
}
