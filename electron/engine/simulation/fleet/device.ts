import type { Duplex } from 'node:stream'
import { MqttClient, type IClientOptions, type IClientPublishOptions, type IPublishPacket } from 'mqtt'
import { subscriptionsOf } from '../../../contract/answers'
import type { GroupConfig } from '../../../contract/scenario'
import type { QoS } from '../../../contract/packet'
import type { Timer } from '../clock/clock'
import type { Attachment, Link } from '../link/types'
import { IDENTITY_MEMBER } from '../../mqtt/identity'
import { note } from '../../base/notes'
import { Answers } from './answers'
import { clientOptions } from './client-options'
import { DISCONNECT, DISCONNECT_WITH_WILL } from './goodbye'
import type { PublisherDeps } from './publisher'
import { Publishers } from './publishers'
import type { DeviceDeps, DeviceSpec, Offered } from './types'
import { wantedOf } from './subscribing'
import { WARNINGS } from './warnings'

/** See `DeviceDeps.maxInFlight`. */
const MAX_IN_FLIGHT = 2000
const FIRST_RECONNECT_MS = 500
const LAST_RECONNECT_MS = 8000
/** A link that recovers by reconnecting does so at once, or nearly. */
const RECOVERY_RECONNECT_MS = 50
/** After this many attempts in a row nobody waits for a device to come back. */
const HOPELESS_FAILURES = 4
const CONNECT_TIMEOUT_MS = 30_000

export type DeviceState = 'new' | 'connecting' | 'connected' | 'ready' | 'waiting' | 'closed'

/** One simulated MQTT client behind its link: connects, subscribes, publishes, and comes back after a lost connection. */
export class Device {
  state: DeviceState = 'new'
  sessionPresent = false
  /** Granted QoS by filter. */
  readonly subscriptions = new Map<string, number>()
  private readonly attachment: Attachment
  private client: MqttClient | null = null
  private stream: Duplex | null = null
  private readonly publishers: Publishers
  private publishing = false
  private sequence = 0
  /** Messages of its own accord, which the limit is for; the others are answers. */
  private unasked = 0
  private readonly answers: Answers
  private failures = 0
  private inFlight = 0
  /** The message mqtt.js reports on now is not in its store. */
  private unstored = false
  /** A message is being given up. That is not logged: the timeline shows it. */
  private abandoning = false
  private reconnectTimer: Timer | undefined
  private connectTimer: Timer | undefined

  constructor(
    readonly spec: DeviceSpec,
    private readonly deps: DeviceDeps,
  ) {
    this.attachment = deps.attach(spec.clientId, spec.link)
    this.publishers = new Publishers(spec, this.publisherDeps())
    this.answers = new Answers(spec, {
      clock: deps.clock,
      seed: deps.seed,
      nextSequence: () => ++this.sequence,
      send: (message, options) => {
        if (this.state !== 'closed') this.send(message, options)
      },
      onStored: this.onStored,
      warn: (why, about) => this.warn(why, about),
    })
  }

  get clientId(): string {
    return this.spec.clientId
  }

  get link(): Link {
    return this.attachment.link
  }

  get connected(): boolean {
    return this.state === 'connected' || this.state === 'ready'
  }

  /** Messages published so far. */
  get published(): number {
    return this.sequence
  }

  /** PUBLISH packets at QoS 1 and 2 not acknowledged yet. */
  get unacknowledged(): number {
    return this.inFlight
  }

  /** True while it is on its way back to the broker, where messages may wait for it or it may have some to resend. */
  get returning(): boolean {
    const away = this.state === 'connecting' || this.state === 'waiting' || this.state === 'connected'
    return away && this.failures < HOPELESS_FAILURES
  }

  /** True when it will publish no more by itself. */
  get done(): boolean {
    return this.publishers.done || this.unasked >= this.deps.messageLimit
  }

  /** True while it has messages to answer. */
  get answering(): boolean {
    return this.answers.pending > 0 && this.state !== 'closed'
  }

  /** True while it goes on to publish by itself. */
  get publishes(): boolean {
    return this.publishing && !this.done
  }

  connect(): void {
    if (this.client || this.state === 'closed') return
    this.state = 'connecting'
    this.armConnectTimeout()
    const client = new MqttClient(() => this.openStream(), this.options())
    this.client = client
    client.on('connect', (packet) => this.onConnect(packet.sessionPresent))
    client.on('close', () => this.onClose())
    client.on('error', (error) => this.warn('device-error', error.message))
    client.on('message', (topic, payload, packet) => this.onMessage(topic, payload, packet))
  }

  /** Begins to publish once it is ready. */
  startPublishing(): void {
    this.publishing = true
    if (this.state === 'ready') this.publishers.start()
  }

  stopPublishing(): void {
    this.publishing = false
    this.publishers.stop()
  }

  /** Takes over new publishes and subscribes of its group without a new connection. */
  update(group: GroupConfig): void {
    const before = this.spec.group
    this.spec.group = group
    this.publishers.update(group.publishes)
    this.takeState(group.state)
    if (JSON.stringify(subscriptionsOf(before)) !== JSON.stringify(subscriptionsOf(group)))
      this.changeSubscriptions()
  }

  /** What is kept already stays; what is new begins as the group has it. */
  private takeState(state: GroupConfig['state']): void {
    const before = this.spec.state
    if (!state) delete this.spec.state
    else this.spec.state = new Map(Object.entries(state).map(([k, v]) => [k, before?.get(k) ?? v]))
  }

  /**
   * Leaves its connection without DISCONNECT, as a phone that changes networks does, and comes back on a new one; the broker is not
   * told that the first has ended.
   */
  roam(): void {
    this.link.die()
    this.stream?.destroy()
  }

  /**
   * Says goodbye with DISCONNECT where the connection stands, and ends for good.
   * @param withWill MQTT 5: asks the broker to publish the will all the same
   */
  close(withWill = false): void {
    if (this.state === 'closed') return
    const { stream, connected } = this
    this.state = 'closed'
    this.stopPublishing()
    for (const timer of [this.reconnectTimer, this.connectTimer]) this.deps.clock.cancel(timer)
    const finish = (): void => {
      this.client?.end(true)
      this.attachment.close()
    }
    if (!stream || !connected || stream.destroyed) {
      finish()
      return
    }
    stream.once('close', finish)
    stream.end(withWill ? DISCONNECT_WITH_WILL : DISCONNECT)
    this.deps.clock.schedule(5000, finish)
  }

  /** Ends at once, without DISCONNECT. */
  kill(): void {
    this.state = 'closed'
    this.stopPublishing()
    for (const timer of [this.reconnectTimer, this.connectTimer]) this.deps.clock.cancel(timer)
    this.client?.end(true)
    this.attachment.close()
  }

  private publisherDeps(): PublisherDeps {
    return {
      clock: this.deps.clock,
      seed: this.deps.seed,
      nextSequence: () => {
        if (this.unasked >= this.deps.messageLimit) return null
        this.unasked++
        return ++this.sequence
      },
      send: (message, options) => this.send(message, options),
      onStored: this.onStored,
      recordings: this.deps.recordings,
    }
  }

  private options(): IClientOptions {
    return clientOptions(this.spec, this.deps, {
      heardMs: () => this.link.heardMs,
      restart: () => this.client?.reschedulePing(true),
    })
  }

  private openStream(): Duplex {
    const client = this.attachment.connect()
    this.stream = client
    const mqtt = this.client
    // Still there when the last connection ended before its CONNACK.
    if (mqtt?.listenerCount('packetreceive') === 0) {
      mqtt.once('packetreceive', (first) => {
        if (first.cmd === 'connack' && (first.returnCode ?? first.reasonCode) === 0) this.onAccepted()
      })
    }
    return client
  }

  /** CONNACK has come. mqtt.js says `connect` only when all it had stored is acknowledged, which may take long. */
  private onAccepted(): void {
    this.deps.clock.cancel(this.connectTimer)
    this.failures = 0
  }

  private armConnectTimeout(): void {
    this.connectTimer = this.deps.clock.schedule(CONNECT_TIMEOUT_MS, () => this.stream?.destroy())
  }

  private onConnect(sessionPresent: boolean): void {
    this.onAccepted()
    this.sessionPresent = sessionPresent
    this.state = 'connected'
    if (sessionPresent && this.subscriptions.size > 0) this.becomeReady()
    else this.subscribe()
    this.deps.observer.changed()
  }

  private subscribe(): void {
    const wanted = wantedOf(this.spec)
    let unanswered = wanted.length
    this.subscriptions.clear()
    if (unanswered === 0) this.becomeReady()
    for (const { filters, options } of wanted) {
      this.client?.subscribe(filters, options, (error, granted) => {
        if (error) {
          if (this.connected) this.warn('subscribe-failed', error.message)
          return
        }
        for (const g of granted ?? []) {
          if (g.qos < 128) this.subscriptions.set(g.topic, g.qos)
          else this.warn('subscribe-refused', g.topic)
        }
        if (--unanswered === 0) this.becomeReady()
      })
    }
  }

  private changeSubscriptions(): void {
    const wanted = new Set(wantedOf(this.spec).flatMap((w) => Object.keys(w.filters)))
    const gone = [...this.subscriptions.keys()].filter((f) => !wanted.has(f))
    if (!this.connected || !this.client) {
      this.subscriptions.clear()
      return
    }
    if (gone.length > 0) this.client.unsubscribe(gone)
    this.subscribe()
  }

  private becomeReady(): void {
    if (this.state === 'closed') return
    this.state = 'ready'
    if (this.publishing) this.publishers.start()
    this.deps.observer.changed()
  }

  private onClose(): void {
    this.stream = null
    if (this.state === 'closed' || this.state === 'waiting') return
    this.state = 'waiting'
    this.deps.clock.cancel(this.connectTimer)
    const wait = this.reconnectDelayMs()
    this.failures++
    this.reconnectTimer = this.deps.clock.schedule(wait, () => this.reconnect())
    this.deps.observer.changed()
  }

  private reconnectDelayMs(): number {
    const { kind, cut, recovery } = this.link.config
    if (kind === 'cut') return cut.down
    const first = recovery.mode === 'reconnect' ? RECOVERY_RECONNECT_MS : FIRST_RECONNECT_MS
    return Math.min(LAST_RECONNECT_MS, first * 2 ** Math.min(this.failures, 8))
  }

  private reconnect(): void {
    const { client } = this
    if (!client || this.state === 'closed') return
    this.state = 'connecting'
    this.armConnectTimeout()
    // Without its stores mqtt.js would forget what is not acknowledged [MQTT-4.4.0-1].
    client.reconnect({ incomingStore: client.incomingStore, outgoingStore: client.outgoingStore })
  }

  /** The link repeats a message no more: its identifier is free again, as a client that gives up would have it. */
  gaveUp(packetId: number): void {
    this.abandoning = true
    this.client?.removeOutgoingMessage(packetId)
    this.abandoning = false
  }

  private onMessage(topic: string, payload: Buffer, packet: IPublishPacket): void {
    const carried = packet.properties?.userProperties?.[IDENTITY_MEMBER]
    this.deps.observer.received({
      subscriber: this.clientId,
      topic,
      payload,
      packetId: packet.messageId ?? 0,
      userIdentity: typeof carried === 'string' ? carried : null,
      retained: packet.retain,
      atMs: this.deps.clock.now(),
      packet,
    })
    this.answers.heard({ topic, payload, properties: packet.properties })
  }

  /** Publishes a message of the user's besides its group's. @returns false when it cannot leave, see `Offered.sent` */
  interpose(message: Pick<Offered, 'topic' | 'payload' | 'qos'>, options: IClientPublishOptions): boolean {
    if (!this.takes(message.qos) || !this.client) return false
    this.deps.observer.interposed(this.clientId)
    this.publish(message, { ...options, qos: message.qos, cbStorePut: this.onStored })
    return true
  }

  /** Whether a message can leave the device now. */
  private takes(qos: QoS): boolean {
    return qos === 0 ? this.connected : this.inFlight < (this.deps.maxInFlight ?? MAX_IN_FLIGHT)
  }

  private send(message: Offered, options: IClientPublishOptions): void {
    message.sent = this.takes(message.qos)
    message.link = this.link.config
    this.deps.observer.offered(message)
    if (message.sent && this.client) this.publish(message, options)
  }

  private publish(message: Pick<Offered, 'topic' | 'payload' | 'qos'>, options: IClientPublishOptions): void {
    if (message.qos > 0) this.inFlight++
    this.client?.publish(message.topic, message.payload, options, (error) => {
      if (message.qos > 0) this.inFlight--
      if (error && this.unstored && this.state !== 'closed') {
        this.unstored = false
        // mqtt.js drops what it was given while it resends its store, when the connection ends meanwhile.
        process.nextTick(() => this.publish(message, options))
        return
      }
      const failed = error && message.qos > 0 && this.connected && !this.abandoning
      if (failed) this.warn('publish-failed', error.message)
    })
  }

  /** mqtt.js calls it when a message is in its store or, with an error and just before the callback, never will be. */
  private readonly onStored = (error?: Error): void => {
    this.unstored = error !== undefined
  }

  private warn(key: keyof typeof WARNINGS, why: string): void {
    this.deps.observer.log('warn', note(key, WARNINGS[key], { clientId: this.clientId, why }))
  }
}
