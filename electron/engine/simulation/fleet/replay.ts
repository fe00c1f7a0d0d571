import type { IClientPublishOptions } from 'mqtt'
import { topicMatches } from '../../../contract/topics'
import type { PublishConfig } from '../../../contract/scenario'
import type { ReplayConfig } from '../../../contract/replay'
import { steadyMs, type Timer } from '../clock/clock'
import { fillTemplate } from './fill-template'
import { buildMessage, offer } from './message'
import { optionsOf, publishOptions, type PublisherDeps } from './publisher'
import type { Recorded, RecordedMessage } from './recorded'
import type { DeviceSpec } from './types'

export type ReplayPublish = PublishConfig & { from: ReplayConfig }

/** How long the only message of a recording, or all that were sent at one moment, take until they may come again, ms. */
const LONE_MS = 1000

/** Plays what one device has of a recording, with the gaps that it has there. */
export class Replay {
  private timer: Timer | undefined
  private recorded: Recorded
  private own: readonly RecordedMessage[]
  private at = 0
  /** Messages played in earlier rounds end so late, in ms of the recording. */
  private roundMs = 0
  /** Clock time at which the recording's first message would have been played. */
  private beganMs: number | null = null
  /** How far it had come when it was stopped, in ms of the recording. */
  private reachedMs = 0
  private options: IClientPublishOptions
  private over = false

  /** @throws ApiError `unavailable` where the run has no recordings */
  constructor(
    private config: ReplayPublish,
    private readonly spec: DeviceSpec,
    private readonly deps: PublisherDeps,
  ) {
    this.recorded = deps.recordings.get(config.from.file)
    this.own = ownOf(this.recorded.messages, config.from, spec)
    this.options = publishOptions(config, deps)
    this.over = this.own.length === 0
  }

  /** It has played its last message. */
  get done(): boolean {
    return this.over
  }

  start(): void {
    if (this.timer || this.over) return
    this.beganMs = steadyMs(this.deps.clock) - this.reachedMs / this.speed
    this.arm()
  }

  stop(): void {
    if (this.beganMs !== null) this.reachedMs = (steadyMs(this.deps.clock) - this.beganMs) * this.speed
    this.deps.clock.cancel(this.timer)
    this.timer = undefined
    this.beganMs = null
  }

  /** Takes over a changed configuration; one that plays other messages begins at their beginning. */
  update(config: ReplayPublish): void {
    const before = this.config
    const playing = this.timer !== undefined
    this.stop()
    this.config = config
    this.options = publishOptions(config, this.deps)
    const chosen = ({ file, topics, client, share }: ReplayConfig): string =>
      JSON.stringify([file, topics, client, share])
    const recorded = this.deps.recordings.get(config.from.file)
    if (chosen(before.from) !== chosen(config.from) || recorded !== this.recorded) {
      this.recorded = recorded
      this.own = ownOf(recorded.messages, config.from, this.spec)
      this.at = this.roundMs = this.reachedMs = 0
    }
    this.over = this.own.length === 0 || (this.at >= this.own.length && !config.from.loop)
    if (playing) this.start()
  }

  /** 1 for a recording without times, of which the gaps are the publish's own. */
  private get speed(): number {
    return this.recorded.timed ? this.config.from.speed : 1
  }

  private arm(): void {
    if (this.at >= this.own.length) {
      this.over = !this.config.from.loop
      if (this.over) return
      this.at = 0
      this.roundMs += this.lengthMs()
    }
    const dueMs = (this.beganMs ?? 0) + (this.roundMs + this.offsetMs()) / this.speed
    this.timer = this.deps.clock.schedule(Math.max(0, dueMs - steadyMs(this.deps.clock)), this.fire)
  }

  private offsetMs(): number {
    return this.recorded.timed ? (this.own[this.at]?.atMs ?? 0) : ((this.at + 0.5) * 1000) / this.config.rate
  }

  /** From the first message of the recording to when it begins again: all devices stay in step. */
  private lengthMs(): number {
    const { messages, timed } = this.recorded
    if (!timed) return (this.own.length * 1000) / this.config.rate
    const spanMs = messages.at(-1)?.atMs ?? 0
    return spanMs === 0 ? LONE_MS : spanMs + spanMs / (messages.length - 1)
  }

  private readonly fire = (): void => {
    this.timer = undefined
    const message = this.own[this.at]
    const sequence = message ? this.deps.nextSequence() : null
    if (!message || sequence === null) return
    this.at++
    this.arm()
    this.play(message, sequence)
  }

  private play({ topic: recordedTopic, payload }: RecordedMessage, sequence: number): void {
    const { config, spec } = this
    const { clientId, index, group } = spec
    const atMs = this.deps.clock.now()
    const topic = fillTemplate(config.topic, spec).replaceAll('{topic}', () => recordedTopic)
    const context = { clientId, index, group: group.name, sequence, atMs, state: spec.state }
    const message = buildMessage(() => payload, context, config.identity, group.protocol)
    const offered = offer(spec, { topic, qos: config.qos }, message, sequence, atMs)
    this.deps.send(offered, optionsOf(this.options, config, message, spec, sequence))
  }
}

/** What one device of a group plays. */
function ownOf(
  messages: readonly RecordedMessage[],
  { topics, client, share }: ReplayConfig,
  spec: DeviceSpec,
): readonly RecordedMessage[] {
  const filter = topics === undefined ? null : fillTemplate(topics, spec)
  const wanted = client === undefined ? null : fillTemplate(client, spec)
  const chosen = messages.filter(
    (m) => (filter === null || topicMatches(filter, m.topic)) && (wanted === null || m.client === wanted),
  )
  if (share === undefined) return chosen
  const places = new Map<string, number>()
  return chosen.filter((m) => {
    const key = share === 'topics' ? m.topic : (m.client ?? '')
    const place = places.get(key) ?? places.size
    places.set(key, place)
    return place % spec.group.count === spec.index - 1
  })
}
