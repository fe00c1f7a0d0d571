import type { RetryTimer } from '../../../contract/device'
import type { LinkConfig } from '../../../contract/link-config'
import { isHandshake, Type, type Packet } from '../../mqtt/packet'
import { EPSILON_MS, type Timer } from '../clock/clock'
import type { AgentHost, LinkAgent } from './agent'
import { answerTo } from './control'
import { refused } from './retransmission'

const keyOf = (type: number, packetId: number): number => (type << 16) | packetId

const ACKNOWLEDGEMENTS = [Type.PUBACK, Type.PUBREC, Type.PUBCOMP]

/** What ends the wait for this packet's answer; 0 for packets that wait for none. */
function awaited(packet: Packet): number {
  switch (packet.type) {
    case Type.PUBLISH:
      return [0, Type.PUBACK, Type.PUBREC, 0][packet.qos] ?? 0
    case Type.PUBREL:
      return Type.PUBCOMP
    default:
      return answerTo(packet.type)
  }
}

/**
 * Takes the place of an `Agent` beside an endpoint that is somebody else's program. It repeats, answers and changes
 * nothing: what the endpoint wrote is what arrives. It only knows which answers are due, so that with recovery `reconnect`
 * the link can end a connection on which one does not come.
 */
export class Bystander implements LinkAgent {
  /** For each answer, the timer at whose end it is overdue; the oldest first. */
  private readonly retryTimers = new Map<number, RetryTimer>()
  private wakeUp: Timer | undefined

  constructor(
    private readonly host: AgentHost,
    private config: LinkConfig,
  ) {}

  get pending(): number {
    return this.wakeUp === undefined ? 0 : 1
  }

  retryTimer(packetId: number): RetryTimer | null {
    const timers = ACKNOWLEDGEMENTS.flatMap((type) => this.retryTimers.get(keyOf(type, packetId)) ?? [])
    return timers.sort((a, b) => a.atMs - b.atMs)[0] ?? null
  }

  configure(config: LinkConfig): void {
    this.config = config
    if (this.waits) this.arm()
    else this.disconnected()
  }

  fromEndpoint(packet: Packet): void {
    const { host } = this
    const { type, packetId } = packet
    if (this.waits) this.expect(packet)
    if (!isHandshake(type)) host.enter(packet, 'endpoint', null)
    else if (type === Type.PUBLISH) host.enter(packet, 'endpoint', host.sent.publish(packet))
    else {
      const table = type === Type.PUBREL ? host.sent : host.received
      host.enter(packet, 'endpoint', table.find(packetId) ?? null)
    }
  }

  fromNetwork(packet: Packet): void {
    const { type, packetId } = packet
    this.retryTimers.delete(keyOf(type, packetId))
    if (type === Type.PUBACK || type === Type.PUBCOMP || (type === Type.PUBREC && refused(packet)))
      this.host.sent.complete(packetId)
    this.host.push(packet)
  }

  /** Nothing is repeated. */
  controlLost(): void {
    return undefined
  }

  disconnected(): void {
    this.retryTimers.clear()
    this.host.pace.cancel(this.wakeUp)
    this.wakeUp = undefined
  }

  /** A connection begins with nothing awaited. */
  resetSession(): void {
    return undefined
  }

  private get waits(): boolean {
    return this.config.kind === 'radio' && this.config.recovery.mode === 'reconnect'
  }

  private expect(packet: Packet): void {
    const type = awaited(packet)
    if (type === 0) return
    const key = keyOf(type, packet.packetId)
    this.retryTimers.delete(key)
    const { timeout } = this.config.recovery
    this.retryTimers.set(key, { atMs: this.host.pace.steadyMs() + timeout, timerMs: timeout })
    this.arm()
  }

  /** One timer for the oldest; an answer that came leaves it standing, and it is set again when it fires for nothing. */
  private arm(): void {
    if (this.wakeUp !== undefined || this.retryTimers.size === 0) return
    const { pace } = this.host
    const next = Math.min(...[...this.retryTimers.values()].map(({ atMs }) => atMs))
    this.wakeUp = pace.schedule(Math.max(0, next - pace.steadyMs()), () => {
      this.wakeUp = undefined
      const nowMs = pace.steadyMs()
      for (const { atMs } of this.retryTimers.values()) {
        if (atMs > nowMs + EPSILON_MS) continue
        this.host.recover()
        return
      }
      this.arm()
    })
  }
}
