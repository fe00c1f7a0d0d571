import { MqttClient, type IClientOptions } from 'mqtt'
import { linkSchema, type LinkInput } from '../../electron/contract/link-config'
import type { LegEvent, PacketTransit } from '../../electron/engine/mqtt/transit'
import type { Attachment, Link } from '../../electron/engine/simulation/link/types'
import { createSimulation } from '../../electron/engine/simulation/simulation'
import { scenarioOf } from './lab-run'

/** Clock ms after which a test that waits has failed. */
const PATIENCE_MS = 600_000

/** A simulation without devices of its own: the test's mqtt.js clients, each behind a link to the embedded broker. */
export class MqttJsLab {
  readonly faults: unknown[] = []
  readonly transits: PacketTransit[] = []
  readonly events: LegEvent[] = []
  readonly sim
  private readonly clients: MqttClient[] = []
  private readonly attachments: Attachment[] = []
  private closing = false

  private constructor(seed: number) {
    this.sim = createSimulation({
      scenario: scenarioOf({ seed }),
      observers: [{ links: { entered: (p) => this.transits.push(p), event: (e) => this.events.push(e) } }],
      onFault: (thrown) => this.faults.push(thrown),
    })
  }

  static async open(seed = 1): Promise<MqttJsLab> {
    const lab = new MqttJsLab(seed)
    await lab.sim.start()
    return lab
  }

  get links(): Link[] {
    return this.attachments.map((a) => a.link)
  }

  device(clientId: string, input: LinkInput, options: IClientOptions = {}): MqttClient {
    const attachment = this.sim.attach(clientId, linkSchema.parse(input))
    this.attachments.push(attachment)
    const client = new MqttClient(() => attachment.connect(), {
      clientId,
      clean: false,
      keepalive: 0,
      reconnectPeriod: 0,
      protocolVersion: 4,
      ...options,
    })
    client.on('close', () => {
      if (this.closing) return
      this.sim.clock.schedule(50, () => {
        const { incomingStore, outgoingStore } = client
        if (!this.closing) client.reconnect({ incomingStore, outgoingStore })
      })
    })
    client.on('error', (e) => this.faults.push(e))
    this.clients.push(client)
    return client
  }

  /** Lets time run until the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    if (await this.sim.until(condition, { patienceMs: PATIENCE_MS })) return
    throw new Error('it stalled')
  }

  async close(): Promise<void> {
    this.closing = true
    for (const client of this.clients) client.end(true)
    await this.sim.close()
  }
}
