import { ChangeLog } from './change-log'
import { ClientTable, type ClientState } from './clients'
import { DOWN } from './codes'
import { ExchangeIndex } from './exchange-index'
import { ExchangeTable, JourneyTable } from './exchange-table'
import { ByteInterner } from './intern'
import { PacketTable } from './packet-table'

/** All tables of a capture, joined so that what leaves one gives back what it held in the others. */
export class CaptureState {
  readonly clients = new ClientTable()
  readonly topics = new ByteInterner()
  readonly changedPackets = new ChangeLog()
  readonly changedExchanges = new ChangeLog()
  readonly packets: PacketTable
  readonly exchanges: ExchangeTable
  /** Which exchange a packet identifier stands for. */
  readonly inUse: ExchangeIndex
  readonly journeys: JourneyTable

  /** @param forgotten told of each exchange just before it goes, by its row */
  constructor(
    packets: number,
    bytes: number,
    private readonly forgotten?: (i: number) => void,
  ) {
    this.packets = new PacketTable(packets, bytes, (_seq, i) => {
      this.topics.release(this.packets.topic[i] as number)
      this.clients.release(this.packets.client[i] as number)
    })
    this.exchanges = new ExchangeTable(packets, (i) => {
      this.forgetExchange(i)
    })
    this.inUse = new ExchangeIndex(this.exchanges)
    this.journeys = new JourneyTable(packets, (i) => {
      this.topics.release(this.journeys.topic[i] as number)
      this.clients.release(this.journeys.client[i] as number)
    })
  }

  addExchange(
    client: number,
    direction: number,
    id: number,
    qos: number,
    topic: number,
    nowMs: number,
  ): number {
    this.clients.retain(client)
    this.topics.retain(topic)
    return this.exchanges.add(client, direction, id, qos, topic, nowMs)
  }

  addJourney(client: number, topic: number, qos: number, publish: number, nowMs: number): number {
    this.clients.retain(client)
    this.topics.retain(topic)
    return this.journeys.add(client, topic, qos, publish, nowMs)
  }

  /** Exchanges that packet identifiers of a client stand for, both directions, the oldest first. */
  inUseBy(client: ClientState): number[] {
    const x = this.exchanges
    const found: number[] = []
    for (let id = client.lastExchange; x.has(id); id = x.prevOfClient[x.at(id)] as number) {
      const i = x.at(id)
      const current = this.inUse.find(client.ix, x.direction[i] as number, x.packetId[i] as number)
      if (current === id) found.push(id)
    }
    return found.reverse()
  }

  /** Forgets all packets, exchanges and journeys; numbers go on, so an old number never names a new packet. */
  clear(): void {
    this.packets.clear()
    this.exchanges.clear()
    this.journeys.clear()
  }

  private forgetExchange(i: number): void {
    const x = this.exchanges
    this.forgotten?.(i)
    if (x.packetId[i] !== 0) this.inUse.remove(i)
    if (x.direction[i] === DOWN) {
      this.clients.at(x.client[i] as number)?.reached?.delete(x.journey[i] as number)
    }
    this.topics.release(x.topic[i] as number)
    this.clients.release(x.client[i] as number)
  }
}
