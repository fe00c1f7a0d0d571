import type { RatePoint } from '../../../contract/model'
import { PACKET_TYPES, type QoS } from '../../../contract/packet'
import type { PacketTransit } from '../../mqtt/transit'

/** Seconds that are remembered. */
export const RATE_SECONDS = 300

/** Counts per second of clock time: packets of all legs by type, and application messages by QoS and by group. */
export interface Rates {
  /** A packet has entered a leg. */
  sent(p: PacketTransit): void
  settled(p: PacketTransit): void
  /** A message has come to the broker; `group` is its publisher's, null for an external client. */
  published(qos: QoS, group: string | null): void
  /** Seconds that are over and were not given yet, oldest first; at most the last 300. */
  advance(): RatePoint[]
  /** The last 300 full seconds, oldest first. */
  points(): RatePoint[]
  /** Forgets everything; counting begins with the second that runs. */
  clear(): void
}

export const createRates = (options: { clock: { now(): number } }): Rates => new SecondRates(options.clock)

class SecondRates implements Rates {
  private second: number
  private readonly types = new Uint32Array(16)
  private readonly qos = new Uint32Array(3)
  private groups = new Map<string, number>()
  private lost = 0
  private done: RatePoint[] = []
  /** Not given by `advance` yet. */
  private fresh: RatePoint[] = []

  constructor(private readonly clock: { now(): number }) {
    this.second = this.now()
  }

  sent(p: PacketTransit): void {
    if (p.sentMs >= this.endMs) this.close()
    const type = p.packet.type
    this.types[type] = (this.types[type] as number) + 1
  }

  settled(p: PacketTransit): void {
    if (p.state !== 'lost') return
    if (p.settledMs >= this.endMs) this.close()
    this.lost++
  }

  published(qos: QoS, group: string | null): void {
    this.close()
    this.qos[qos] = (this.qos[qos] as number) + 1
    if (group !== null) this.groups.set(group, (this.groups.get(group) ?? 0) + 1)
  }

  advance(): RatePoint[] {
    this.close()
    return this.fresh.splice(0)
  }

  points(): RatePoint[] {
    this.close()
    return [...this.done]
  }

  clear(): void {
    this.take()
    this.second = this.now()
    this.done = []
    this.fresh = []
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000)
  }

  /** Clock ms at which the second that runs is over. */
  private get endMs(): number {
    return (this.second + 1) * 1000
  }

  private close(): void {
    const now = this.now()
    if (now <= this.second) return
    this.keep(this.take())
    const from = Math.max(this.second + 1, now - RATE_SECONDS)
    for (let s = from; s < now; s++) {
      this.keep({ atMs: s * 1000, byType: {}, byQos: [0, 0, 0], byGroup: {}, lost: 0 })
    }
    this.second = now
  }

  private keep(point: RatePoint): void {
    this.done.push(point)
    this.fresh.push(point)
    if (this.done.length > RATE_SECONDS) this.done.shift()
    if (this.fresh.length > RATE_SECONDS) this.fresh.shift()
  }

  private take(): RatePoint {
    const byType: RatePoint['byType'] = {}
    PACKET_TYPES.forEach((name, i) => {
      const n = this.types[i] ?? 0
      if (n > 0) byType[name] = n
    })
    const [q0 = 0, q1 = 0, q2 = 0] = this.qos
    const point: RatePoint = {
      atMs: this.second * 1000,
      byType,
      byQos: [q0, q1, q2],
      byGroup: Object.fromEntries(this.groups),
      lost: this.lost,
    }
    this.types.fill(0)
    this.qos.fill(0)
    this.groups = new Map()
    this.lost = 0
    return point
  }
}
