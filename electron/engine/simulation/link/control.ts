import { Type, type Packet } from '../../mqtt/packet'
import { EPSILON_MS } from '../clock/clock'
import { retryDelay, type RetryPolicy } from './retransmission'

/**
 * Recovery of the packets outside the PUBLISH handshake. TCP, which MQTT counts on, never loses them; a link that may
 * lose all packets does, and a client library then waits for ever: a second subscribe() after a lost SUBACK sends
 * nothing, one lost PINGREQ ends the connection.
 */

/** The answer a request waits for; 0 for packets that are no request. */
export function answerTo(type: number): number {
  switch (type) {
    case Type.CONNECT:
      return Type.CONNACK
    case Type.SUBSCRIBE:
      return Type.SUBACK
    case Type.UNSUBSCRIBE:
      return Type.UNSUBACK
    case Type.PINGREQ:
      return Type.PINGRESP
    default:
      return 0
  }
}

const keyOf = (type: number, packetId: number): number => (type << 16) | packetId

interface Request {
  readonly packet: Packet
  readonly sentMs: number
  attempts: number
  dueMs: number
}

/** The client's half: requests that have no answer yet. */
export class Requests {
  private waiting: Map<number, Request> | undefined

  constructor(public policy: RetryPolicy) {}

  /** Requests without an answer. */
  get size(): number {
    return this.waiting?.size ?? 0
  }

  /** True from CONNECT until CONNACK. */
  get connecting(): boolean {
    return this.waiting?.has(keyOf(Type.CONNACK, 0)) ?? false
  }

  /** Steady ms of the next deadline; Infinity without one. */
  get nextDueMs(): number {
    if (this.waiting === undefined) return Infinity
    let next = Infinity
    for (const request of this.waiting.values()) next = Math.min(next, request.dueMs)
    return next
  }

  /** The endpoint sends a request. `timed`: it may get lost, so it is sent again without an answer. */
  sent(packet: Packet, nowMs: number, timed: boolean): void {
    const type = packet.type
    const dueMs = timed && this.policy.timed ? nowMs + retryDelay(this.policy, 1) : Infinity
    this.waiting ??= new Map()
    this.waiting.set(keyOf(answerTo(type), packet.packetId), {
      packet,
      sentMs: nowMs,
      attempts: 1,
      dueMs,
    })
  }

  /** A packet was lost: from now on what waits is timed, as from when it was sent. */
  arm(nowMs: number): void {
    if (!this.policy.timed) return
    for (const request of this.waiting?.values() ?? []) {
      if (request.dueMs === Infinity)
        request.dueMs = Math.max(nowMs, request.sentMs + retryDelay(this.policy, 1))
    }
  }

  /** An answer has come in. False for one that nobody waits for: a repeated one. */
  answered(packet: Packet): boolean {
    const type = packet.type
    const known = this.waiting?.delete(keyOf(type, packet.packetId)) ?? false
    if (this.waiting?.size === 0) this.waiting = undefined
    return known || type === Type.PINGRESP
  }

  /** Requests to send again now. One that was sent often enough is given up silently: its endpoint has a timeout. */
  expire(nowMs: number): Packet[] {
    const again: Packet[] = []
    for (const request of this.waiting?.values() ?? []) {
      if (request.dueMs > nowMs + EPSILON_MS) continue
      if (request.attempts >= this.policy.maxAttempts) {
        request.dueMs = Infinity
        continue
      }
      request.attempts++
      request.dueMs = nowMs + retryDelay(this.policy, request.attempts)
      again.push(request.packet)
    }
    return again
  }

  /** The connection has ended, and with it every request. */
  disconnected(): void {
    this.waiting = undefined
  }
}

/** Requests remembered as handed to the broker. */
const REMEMBERED = 16

/** The broker's half: keeps repeated requests from the broker and repeats lost answers. */
export class Answers {
  private handed: number[] = []
  private lost: Map<number, Packet> | undefined

  /**
   * A request has come in.
   * @param repeated it was sent by the agent at the other end
   */
  request(packet: Packet, repeated: boolean): { pass: boolean; answer: Packet | null } {
    const type = packet.type
    if (type === Type.PINGREQ) return { pass: true, answer: null }
    const key = keyOf(answerTo(type), packet.packetId)
    const answer = this.lost?.get(key) ?? null
    this.lost?.delete(key)
    if (repeated && this.handed.includes(key)) return { pass: false, answer }
    this.handed.push(key)
    if (this.handed.length > REMEMBERED) this.handed.shift()
    return { pass: true, answer: null }
  }

  /** A packet to the client was lost. */
  answerLost(packet: Packet): void {
    this.lost ??= new Map()
    this.lost.set(keyOf(packet.type, packet.packetId), packet)
  }

  disconnected(): void {
    this.handed = []
    this.lost = undefined
  }
}
