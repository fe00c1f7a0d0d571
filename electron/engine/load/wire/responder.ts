import type { QoS } from '../../../contract/packet'
import { findProperty, Prop } from '../../mqtt/properties'
import type { MessageSource, PublishWriter } from './client-types'
import { publishFrame } from './frames'

/** Responses that may wait in one client; a request beyond has none. */
const MOST_WAITING = 65_536

interface Response {
  frame: Buffer
  /** Where its packet identifier is. */
  idAt: number
  atMs: number
}

/** What a PUBLISH asks for (MQTT 5.0 section 4.10): where the response goes, and what it must bring back. */
interface Request {
  topic: Buffer
  correlation: Buffer | null
}

const prefixed = (b: Buffer, at: number): Buffer => b.subarray(at + 2, at + 2 + b.readUInt16BE(at))

/** Reads a request from the property block at `at`; null where no response is asked for. The bytes are those of `b`. */
export function readRequest(b: Buffer, at: number): Request | null {
  const topicAt = findProperty(b, at, Prop.RESPONSE_TOPIC)
  if (topicAt < 0) return null
  const correlationAt = findProperty(b, at, Prop.CORRELATION_DATA)
  return {
    topic: prefixed(b, topicAt),
    correlation: correlationAt < 0 ? null : prefixed(b, correlationAt),
  }
}

/** The responses of one client: each goes out as any message does, when window and connection let it. */
export class Responder implements MessageSource, PublishWriter {
  taken = 0
  length = 0
  readonly removal = null
  private added = 0
  private readonly responses = new Map<number, Response>()

  constructor(
    readonly qos: QoS,
    private readonly level: 4 | 5,
  ) {}

  get template(): PublishWriter {
    return this
  }

  /** Answers a request with its own payload; all bytes are copied. False where too many wait. */
  add(request: Request, payload: Buffer, atMs: number): boolean {
    if (this.responses.size >= MOST_WAITING) return false
    const { frame, idAt } = publishFrame(this.qos, this.level, request, payload)
    this.length = Math.max(this.length, frame.length)
    this.responses.set(this.added++, { frame, idAt, atMs })
    return true
  }

  due(): number {
    return this.responses.get(this.taken)?.atMs ?? -1
  }

  take(): number {
    return this.taken++
  }

  write(into: Buffer, at: number, dup: boolean, id: number, sequence: number): number {
    const { frame, idAt } = this.responses.get(sequence) as Response
    into.set(frame, at)
    if (dup) into[at] = (frame[0] as number) | 0x08
    if (this.qos > 0) into.writeUInt16BE(id, at + idAt)
    else this.responses.delete(sequence)
    return at + frame.length
  }

  /** Responses `from` to `to` (excluded) have arrived, or will not be sent again. */
  settled(from: number, to: number): void {
    for (let n = from; n < to; n++) this.responses.delete(n)
  }
}
