import { ChangeLog } from './change-log'
import { ClientTable } from './clients'
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
  readonly journeys: JourneyTable

  constructor(packets: number, bytes: number) {
    this.packets = new PacketTable(packets, bytes, (_seq, i) => {
      this.topics.release(this.packets.topic[i] as number)
      this.clients.release(this.packets.client[i] as number)
    })
    this.exchanges = new ExchangeTable(packets, (i) => {
      this.forgetExchange(i)
    })
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

  /** Forgets all packets, exchanges and journeys; numbers go on, so an old number never names a new packet. */
  clear(): void {
    this.packets.clear()
    this.exchanges.clear()
    this.journeys.clear()
  }

  private forgetExchange(i: number): void {
    const x = this.exchanges
    const client = this.clients.at(x.client[i] as number)
    if (client) {
      const live = x.direction[i] === 0 ? client.live[0] : client.live[1]
      const id = x.packetId[i] as number
      if (live.get(id) === x.id[i]) live.delete(id)
      if (x.direction[i] === 1) client.reached?.delete(x.journey[i] as number)
    }
    this.topics.release(x.topic[i] as number)
    this.clients.release(x.client[i] as number)
  }
}
