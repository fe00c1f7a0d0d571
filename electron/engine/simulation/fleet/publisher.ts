import type { IClientPublishOptions } from 'mqtt'
import type { PublishConfig } from '../../../contract/scenario'
import { steadyMs, type Clock, type Timer } from '../clock/clock'
import { createRandom, type Random } from '../../base/random'
import { fillTemplate } from './fill-template'
import { buildMessage, offer, type Message } from './message'
import { createGenerator, type Generator } from './payload'
import { scheduleOf } from './schedule'
import type { Recordings } from './recorded'
import type { DeviceSpec, Offered } from './types'
import { publishProperties } from './version5'

export interface PublisherDeps {
  clock: Clock
  seed: number
  /** Next message number of the device, or null when it may publish no more. */
  nextSequence(): number | null
  send(message: Offered, options: IClientPublishOptions): void
  /** See mqtt.js' `cbStorePut`. */
  onStored(error?: Error): void
  recordings: Recordings
}

/** Publishes one of a device's topics by its schedule, from `start` to `stop`. Rate, QoS and payload may change meanwhile. */
export class Publisher {
  private timer: Timer | undefined
  private dueMs = 0
  private generate: Generator
  private topic: string
  private readonly gaps: Random
  private options: IClientPublishOptions

  constructor(
    private config: PublishConfig,
    private readonly slot: number,
    private readonly spec: DeviceSpec,
    private readonly deps: PublisherDeps,
  ) {
    this.gaps = createRandom(deps.seed, `gaps/${spec.clientId}/${slot}`)
    this.generate = this.createGenerator()
    this.topic = fillTemplate(config.topic, spec)
    this.options = publishOptions(this.config, this.deps)
  }

  /** It goes on for as long as it may. */
  readonly done = false

  /** Begins at a moment of its own within the first gap, so that a large group does not publish in step. */
  start(): void {
    if (!this.timer) this.arm((1000 / this.config.rate) * (this.spec.group.count > 1 ? this.gaps() : 0.5))
  }

  stop(): void {
    this.deps.clock.cancel(this.timer)
    this.timer = undefined
  }

  /** Takes over a changed configuration; the time already waited counts in proportion. */
  update(config: PublishConfig): void {
    const before = this.config
    this.config = config
    this.topic = fillTemplate(config.topic, this.spec)
    this.options = publishOptions(this.config, this.deps)
    if (JSON.stringify(before.payload) !== JSON.stringify(config.payload))
      this.generate = this.createGenerator()
    if (this.timer && before.rate !== config.rate) {
      const left = Math.max(0, this.dueMs - steadyMs(this.deps.clock)) * (before.rate / config.rate)
      this.stop()
      this.arm(left)
    }
  }

  private createGenerator(): Generator {
    const { clientId } = this.spec
    return createGenerator(
      this.config.payload,
      createRandom(this.deps.seed, `payload/${clientId}/${this.slot}`),
    )
  }

  private arm(delayMs: number): void {
    this.dueMs = steadyMs(this.deps.clock) + delayMs
    this.timer = this.deps.clock.schedule(delayMs, this.fire)
  }

  private readonly fire = (): void => this.publish()

  private publish(): void {
    const sequence = this.deps.nextSequence()
    if (sequence === null) {
      this.timer = undefined
      return
    }
    const { config, spec } = this
    const atMs = this.deps.clock.now()
    this.arm(scheduleOf(config.schedule).nextGapMs(1000 / config.rate, this.gaps))
    const { clientId, index, group, state } = spec
    const context = { clientId, group: group.name, index, sequence, atMs, state }
    const message = buildMessage(this.generate, context, config.identity, group.protocol)
    const offered = offer(spec, { topic: this.topic, qos: config.qos }, message, sequence, atMs)
    this.deps.send(offered, optionsOf(this.options, config, message, spec, sequence))
  }
}

/** One object for all messages of a configuration: mqtt.js copies what it is given. */
export const publishOptions = (
  { qos, retain }: PublishConfig,
  { onStored }: Pick<PublisherDeps, 'onStored'>,
): IClientPublishOptions => (qos === 0 ? { qos, retain } : { qos, retain, cbStorePut: onStored })

/** What one message is published with. @param options of all messages of its configuration */
export function optionsOf(
  options: IClientPublishOptions,
  { properties }: PublishConfig,
  { userProperties }: Message,
  spec: DeviceSpec,
  sequence: number,
): IClientPublishOptions {
  if (!userProperties && !properties) return options
  const said = properties ? publishProperties(properties, spec, sequence) : {}
  return {
    ...options,
    properties: {
      ...said,
      ...(userProperties && { userProperties: { ...said.userProperties, ...userProperties } }),
    },
  }
}
