import type { QoS } from '../../contract/packet'
import type { PacketTransit, TransitObserver } from '../mqtt/transit'
import type { PacedClock } from '../simulation/clock/clock'
import type { Fleet } from '../simulation/fleet/fleet'
import type { SimulationObserver } from '../simulation/observers'
import { createCapture, type Capture } from './capture/capture'
import { RateMeter, type Meter } from './meters'
import { TrafficCounts } from './packet-counts'
import { createRates, type Rates } from './traffic/rates'
import { createTopicTree, type TopicTree } from './traffic/topic-tree'

interface Publisher {
  clientId: string
  /** Of the fleet, when it was looked up. */
  revision: number
  /** Null for an external client. */
  group: string | null
  meter: Meter
}

/** Clients of no group whose QoS is kept; the oldest are forgotten. */
const OUTSIDE = 10_000

/** What a page shows of a run: capture, topics, rates and meters, fed from links, listeners and the broker's routing. */
export class Observation {
  readonly capture: Capture
  readonly topics: TopicTree
  readonly rates: Rates
  /** Packets of the simulated links. */
  readonly counts = new TrafficCounts()
  /** Application messages that reached the broker, by publisher. */
  readonly messages = new RateMeter()
  /** Highest QoS published at, by clients of no group. */
  private readonly outside = new Map<string, QoS>()
  readonly groupMessages = new RateMeter()
  readonly packets = new RateMeter()
  /** By the capture's number of the client, so that nothing is looked up by name for every message. */
  private readonly publishers: Publisher[] = []

  constructor(
    private readonly clock: PacedClock,
    private readonly fleet: Fleet,
    keeps?: (topic: string) => boolean,
  ) {
    this.capture = createCapture({ clock, arrived: (p, client) => this.arrived(p, client) })
    this.topics = createTopicTree({ clock, ...(keeps && { keeps }) })
    this.rates = createRates({ clock })
  }

  observers(): SimulationObserver[] {
    const { capture, counts, traffic } = this
    return [
      { links: counts },
      { links: capture, listeners: capture, routes: capture },
      { links: traffic, listeners: traffic },
    ]
  }

  private arrived({ clientId, settledMs, packet }: PacketTransit, client: number): void {
    // No topic, and no message [MQTT-3.3.2-2].
    if (/[+#]/.test(packet.topic)) return
    const { qos } = packet
    const { group, meter } = this.publisher(clientId, client)
    this.messages.countOn(meter)
    this.topics.published({
      topic: packet.topic,
      clientId,
      qos,
      retain: packet.retain,
      payload: packet.payload,
      atMs: settledMs,
    })
    this.rates.published(qos, group)
    if (group === null) this.heardOutside(clientId, qos)
    else this.groupMessages.count(group)
  }

  private heardOutside(clientId: string, qos: QoS): void {
    const known = this.outside.get(clientId)
    if (known !== undefined && known >= qos) return
    this.outside.set(clientId, qos)
    if (this.outside.size > OUTSIDE) this.outside.delete(this.outside.keys().next().value ?? '')
  }

  /** Highest QoS at which a client of no group has published in this run; 0 where none is known. */
  publishedQos(clientId: string): QoS {
    return this.outside.get(clientId) ?? 0
  }

  private publisher(clientId: string, client: number): Publisher {
    const known = this.publishers[client]
    if (known?.clientId === clientId && known.revision === this.fleet.revision && !known.meter.gone)
      return known
    return (this.publishers[client] = {
      clientId,
      revision: this.fleet.revision,
      group: this.fleet.device(clientId)?.spec.group.name ?? null,
      meter: this.messages.meter(clientId),
    })
  }

  private readonly traffic: Partial<TransitObserver> = {
    entered: (p) => {
      this.packets.countOne()
      this.rates.sent(p)
    },
    settled: (p) => {
      this.rates.settled(p)
    },
  }

  /** Closes the meters of the interval that ends now. */
  roll(): void {
    const now = this.clock.now()
    this.messages.roll(now)
    this.groupMessages.roll(now)
    this.packets.roll(now)
    this.rates.advance()
  }
}
