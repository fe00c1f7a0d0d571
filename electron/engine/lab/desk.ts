import { DESK_RECEIVED, type DeskMessage, type DeskState, type Published, type TestClientConfig } from '../../contract/desk' // prettier-ignore
import { ApiError } from '../../contract/errors'
import type { LinkConfig } from '../../contract/link-config'
import type { LogLine, Note, RunState } from '../../contract/model'
import type { Scenario } from '../../contract/scenario'
import { note } from '../base/notes'
import { mqttProperties } from '../mqtt/message-properties'
import type { Timer } from '../simulation/clock/clock'
import type { Device } from '../simulation/fleet/device'
import type { Link } from '../simulation/link/types'
import type { Simulation } from '../simulation/simulation'
import { TestClient } from './test-client'

/** What the desk needs of its lab. */
interface DeskLab {
  readonly state: RunState
  readonly scenario: Scenario
  readonly observation: { readonly capture: { readonly seen: number } }
  publish(message: Omit<OneMessage, 'from'>): void
  log(level: LogLine['level'], about: Note): void
}

type OneMessage = Omit<DeskMessage, 'repeat' | 'payload'> & { payload: Buffer }

interface Repetition {
  message: OneMessage
  perSecond: number
  sent: number
  count: number
  timer: Timer | undefined
}

/** Messages that wait until the test client is connected. */
const MAX_WAITING = 100
const CLIENT_ID = 'test-client'

/** Publishes what the user writes: from the broker, from a device, or from a test client that also subscribes. */
export class Desk {
  private client: TestClient | null = null
  private repetition: Repetition | null = null
  private waiting: OneMessage[] = []

  constructor(
    private readonly sim: Simulation,
    private readonly lab: DeskLab,
  ) {}

  /** Publishes a message, and repeats it where that is asked for. @throws ApiError; see the contract */
  publish({ repeat, ...asked }: DeskMessage): Published {
    if (this.lab.state === 'stopped')
      throw new ApiError('conflict', 'the run has ended; restart it, then publish again')
    const { payload } = asked
    const message = {
      ...asked,
      payload: typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload),
    }
    const after = this.lab.observation.capture.seen
    const published = { ...this.send(message), after }
    this.endRepeat()
    if (repeat) {
      this.repetition = { message, ...repeat, sent: 1, timer: undefined }
      this.arm(this.repetition)
    }
    return published
  }

  endRepeat(): void {
    this.sim.clock.cancel(this.repetition?.timer)
    this.repetition = null
  }

  /** Opens the test client, changes it, or ends it. */
  setClient(config: TestClientConfig | null): void {
    if (config === null) {
      this.waiting = []
      this.client?.close()
      this.client = null
      return
    }
    if (this.lab.state === 'stopped') throw new ApiError('conflict', 'the run has ended; restart it first')
    if (this.client) this.client.update(config)
    else {
      this.client = new TestClient(this.sim, this.freeId(), this.lab.scenario.link, config, {
        ready: () => this.sendWaiting(),
        log: (level, about) => this.lab.log(level, about),
      })
    }
  }

  /** The link of the test client, where that is its identifier. */
  link(clientId: string): Link | undefined {
    return this.client?.clientId === clientId ? this.client.link : undefined
  }

  /** The test client has the link that groups have which name none. */
  setLink(link: LinkConfig): void {
    this.client?.link.setConfig(link)
  }

  /** @param after number of the last received message that is known */
  state(after: number): DeskState {
    const r = this.repetition
    return {
      client: this.client?.info() ?? null,
      received: this.client?.received(after).slice(-DESK_RECEIVED.messages) ?? [],
      total: this.client?.total ?? 0,
      repeat: r && {
        topic: r.message.topic,
        clientId: this.idOf(r.message),
        perSecond: r.perSecond,
        sent: r.sent,
        count: r.count,
      },
    }
  }

  close(): void {
    this.endRepeat()
    this.waiting = []
    this.client?.kill()
  }

  private arm(r: Repetition): void {
    r.timer = this.sim.clock.schedule(1000 / r.perSecond, () => {
      try {
        this.send(r.message)
      } catch (thrown) {
        // Nobody waits for an answer any more: the device has gone, or cannot publish now.
        if (!(thrown instanceof ApiError)) throw thrown
        this.endRepeat()
        const values = { topic: r.message.topic, why: thrown.message }
        this.lab.log('warn', note('repetition-ended', 'The repetition to {topic} has ended: {why}', values))
        return
      }
      r.sent++
      if (r.sent < r.count) this.arm(r)
      else this.endRepeat()
    })
  }

  private send(message: OneMessage): Omit<Published, 'after'> {
    const { from = 'broker' } = message
    const clientId = this.idOf(message)
    if (from === 'broker') {
      this.lab.publish(message)
      return { clientId: null, waits: false }
    }
    if (from === 'test-client') return this.sendFromClient(message)
    const device = this.sim.fleet.device(from.clientId)
    if (!device) throw new ApiError('not-found', `unknown device ${from.clientId}`)
    this.hand(device, message)
    return { clientId, waits: !device.connected }
  }

  private sendFromClient(message: OneMessage): Omit<Published, 'after'> {
    if (!this.client) this.setClient({ protocol: message.properties ? 5 : 4, subscribes: [] })
    const client = this.client as TestClient
    if (client.connected) this.hand(client.device, message)
    else {
      this.checkProperties(client.device, message)
      if (this.waiting.length >= MAX_WAITING)
        throw new ApiError(
          'conflict',
          `${client.clientId} is not connected, and ${MAX_WAITING} messages wait`,
        )
      this.waiting.push(message)
    }
    return { clientId: client.clientId, waits: !client.connected }
  }

  private sendWaiting(): void {
    const { client } = this
    if (client) for (const message of this.waiting.splice(0)) this.hand(client.device, message)
  }

  private hand(device: Device, message: OneMessage): void {
    this.checkProperties(device, message)
    const { topic, payload, qos, retain, properties } = message
    const options = { retain, ...(properties && { properties: mqttProperties(properties) }) }
    if (device.interpose({ topic, payload, qos }, options)) return
    throw new ApiError(
      'conflict',
      qos === 0
        ? `${device.clientId} is not connected, and at QoS 0 nothing waits; choose QoS 1 or 2, or wait until it is back`
        : `${device.clientId} has too many messages without an acknowledgement; wait, or take its loss away`,
    )
  }

  /** @throws ApiError `bad-request` for properties that the publisher's version of MQTT does not have */
  private checkProperties(device: Device, { properties }: OneMessage): void {
    if (!properties || device.spec.group.protocol === 5) return
    throw new ApiError(
      'bad-request',
      `properties: ${device.clientId} speaks MQTT 3.1.1, which has none; leave them empty, or choose a client of MQTT 5`,
    )
  }

  private idOf({ from = 'broker' }: OneMessage): string | null {
    if (from === 'broker') return null
    return from === 'test-client' ? (this.client?.clientId ?? CLIENT_ID) : from.clientId
  }

  private freeId(): string {
    let id = CLIENT_ID
    for (let n = 2; this.sim.fleet.device(id) || this.sim.guests.link(id); n++) id = `${CLIENT_ID}-${n}`
    return id
  }
}
