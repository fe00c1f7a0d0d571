import { MqttClient, type IClientOptions } from 'mqtt'
import { linkSchema, type LinkInput } from '../../electron/contract/link-config'
import { createBroker } from '../../electron/engine/simulation/broker/broker'
import type { EmbeddedBroker } from '../../electron/engine/simulation/broker/types'
import type { PacedClock } from '../../electron/engine/simulation/clock/clock'
import { createGate } from '../../electron/engine/simulation/link/gate'
import { createLink } from '../../electron/engine/simulation/link/link'
import type { Link } from '../../electron/engine/simulation/link/types'
import type { LegEvent, PacketTransit, TransitObserver } from '../../electron/engine/mqtt/transit'
import { createPacedClock } from '../../electron/engine/simulation/clock/paced-clock'
import { createRealClock } from '../../electron/engine/simulation/clock/real-clock'
import { tick } from './link-rig'

/** mqtt.js devices and the embedded broker, each device behind a link, in virtual time as fast as it goes. */
export class MqttJsLab {
  readonly faults: unknown[] = []
  readonly transits: PacketTransit[] = []
  readonly events: LegEvent[] = []
  readonly clock: PacedClock = createPacedClock({ speed: Infinity, onFault: (e) => this.faults.push(e) })
  readonly broker: EmbeddedBroker
  readonly links: Link[] = []
  private readonly clients: MqttClient[] = []
  private readonly gate = createGate({ skip: (ms) => this.clock.skip(ms) })
  private transitId = 0
  private closing = false

  constructor() {
    this.gate.onChange((holding) => (holding ? this.clock.freeze('gate') : this.clock.thaw('gate')))
    this.broker = createBroker({
      clock: this.clock,
      realClock: createRealClock(),
      observer: this.observer,
      nextTransitId: () => ++this.transitId,
      log: () => undefined,
    })
    this.clock.start()
  }

  private get observer(): TransitObserver {
    return {
      entered: (p) => {
        this.transits.push(p)
        this.clock.touch()
      },
      settled: () => this.clock.touch(),
      event: (e) => void this.events.push(e),
    }
  }

  device(clientId: string, input: LinkInput, options: IClientOptions = {}, seed = 1): MqttClient {
    const link = createLink(clientId, linkSchema.parse(input), {
      clock: this.clock,
      observer: this.observer,
      seed,
      nextTransitId: () => ++this.transitId,
      gate: this.gate,
    })
    this.links.push(link)
    const open = () => {
      const { client, broker } = link.connect()
      this.broker.attach(broker, { device: true, clientId })
      return client
    }
    const client = new MqttClient(open, {
      clientId,
      clean: false,
      keepalive: 0,
      reconnectPeriod: 0,
      protocolVersion: 4,
      ...options,
    })
    client.on('close', () => {
      if (this.closing) return
      this.clock.schedule(50, () => {
        const { incomingStore, outgoingStore } = client
        if (!this.closing) client.reconnect({ incomingStore, outgoingStore })
      })
    })
    client.on('error', (e) => this.faults.push(e))
    this.clients.push(client)
    return client
  }

  /** Lets the event loop turn until the condition holds. */
  async until(condition: () => boolean, realMs = 5000): Promise<void> {
    const end = performance.now() + realMs
    while (!condition()) {
      if (performance.now() > end) throw new Error('it stalled')
      for (let i = 0; i < 20; i++) await tick()
    }
  }

  async close(): Promise<void> {
    this.closing = true
    for (const client of this.clients) client.end(true)
    for (const link of this.links) link.close()
    this.clock.stop()
    await this.broker.close()
  }
}
