import { DESK_RECEIVED, type DeskReceived, type DeskState, type TestClientConfig } from '../../contract/desk'
import type { LinkConfig } from '../../contract/link-config'
import type { LogLine, Note } from '../../contract/model'
import type { QoS } from '../../contract/packet'
import { groupSchema } from '../../contract/scenario'
import type { Device } from '../simulation/fleet/device'
import type { FleetObserver, Received } from '../simulation/fleet/types'
import type { Link } from '../simulation/link/types'
import type { Simulation } from '../simulation/simulation'

interface TestClientDeps {
  /** It is connected and subscribed. */
  ready(): void
  log(level: LogLine['level'], about: Note): void
}

const groupOf = (clientId: string, { protocol, subscribes }: TestClientConfig) =>
  groupSchema.parse({ name: clientId.slice(0, 64), id: clientId, protocol, subscribes })

/** The desk's own client: one device besides the fleet, over a link of its own, and what it has received recently. */
export class TestClient {
  device: Device
  /** Messages received. */
  total = 0
  private messages: DeskReceived[] = []

  constructor(
    private readonly sim: Simulation,
    readonly clientId: string,
    link: LinkConfig,
    private config: TestClientConfig,
    private readonly deps: TestClientDeps,
  ) {
    this.device = this.open(link)
  }

  get link(): Link {
    return this.device.link
  }

  get connected(): boolean {
    return this.device.connected
  }

  /** Filters are changed where the client is; another version of the protocol needs a new connection. */
  update(config: TestClientConfig): void {
    const before = this.config
    this.config = config
    if (before.protocol === config.protocol) {
      this.device.update(groupOf(this.clientId, config))
      return
    }
    const link = this.link.config
    this.device.kill()
    this.device = this.open(link)
  }

  info(): NonNullable<DeskState['client']> {
    const { device, config } = this
    return {
      clientId: this.clientId,
      state: device.state === 'ready' ? 'ready' : device.state === 'waiting' ? 'away' : 'connecting',
      protocol: config.protocol,
      subscribes: config.subscribes.map((s) => ({
        ...s,
        granted: (device.subscriptions.get(s.filter) ?? null) as QoS | null,
      })),
      link: this.link.config,
    }
  }

  /** What is kept of the messages after a number, oldest first. */
  received(after: number): DeskReceived[] {
    return this.messages.filter((m) => m.n > after)
  }

  /** Says DISCONNECT and ends. */
  close(): void {
    this.device.close()
  }

  /** Ends at once. */
  kill(): void {
    this.device.kill()
  }

  private open(link: LinkConfig): Device {
    const group = groupOf(this.clientId, this.config)
    const device = this.sim.extra({ clientId: this.clientId, index: 1, group, link }, this.observer)
    this.sim.clock.schedule(0, () => device.connect())
    return device
  }

  private readonly observer: FleetObserver = {
    offered: () => undefined,
    interposed: () => undefined,
    received: (m) => this.take(m),
    changed: () => {
      if (this.device.state === 'ready') this.deps.ready()
    },
    log: (level, about) => this.deps.log(level, about),
  }

  private take({ topic, payload, packet, retained, atMs }: Received): void {
    const kept = payload.subarray(0, DESK_RECEIVED.bytes)
    this.messages.push({
      n: ++this.total,
      atMs,
      topic,
      qos: packet.qos,
      retained,
      dup: packet.dup,
      payload: new Uint8Array(kept),
      bytes: payload.length,
    })
    if (this.messages.length > DESK_RECEIVED.messages) this.messages.shift()
  }
}
