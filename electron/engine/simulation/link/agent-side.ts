import type { Packet } from '../../mqtt/packet'
import type { LegEvent, TransitObserver, TransitOrigin } from '../../mqtt/transit'
import type { AgentHost } from './agent'
import type { Connection } from './connection'
import type { MessageTable, MessageRecord } from './message-table'
import type { LinkDirection } from './link-direction'
import type { Pace } from './pace'

/** What one side sees of its link. */
interface Surroundings {
  readonly id: string
  readonly pace: Pace
  readonly level: number
  readonly observer: TransitObserver
  readonly connection: Connection | null
  recover(): void
}

/** One side of a link, as the agent there needs it. */
export class AgentSide implements AgentHost {
  readonly id: string
  readonly pace: Pace

  /** @param out direction this side sends on; @param back direction it receives on */
  constructor(
    private readonly link: Surroundings,
    private readonly out: LinkDirection,
    private readonly back: LinkDirection,
  ) {
    this.id = link.id
    this.pace = link.pace
  }

  get level(): number {
    return this.link.level
  }

  get sent(): MessageTable {
    return this.out.exchanges
  }

  get received(): MessageTable {
    return this.back.exchanges
  }

  enter(packet: Packet, origin: TransitOrigin, record: MessageRecord | null): void {
    if (this.link.connection !== null) this.out.enter(packet, origin, record)
  }

  push(packet: Packet): void {
    const { connection } = this.link
    if (this.out.direction === 'uplink') connection?.toClient(packet)
    else connection?.toBroker(packet)
  }

  event(event: LegEvent): void {
    this.link.observer.event(event)
  }

  recover(): void {
    this.link.recover()
  }
}
