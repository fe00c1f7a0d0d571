import type { Qos2Method } from '../../../contract/scenario'
import type { Duplex } from 'node:stream'
import { isValidTopic } from '../../../contract/topics'
import { atOnce, type Steps } from '../../base/slices'
import type { QoS } from '../../../contract/packet'
import type { PacketPort } from '../../mqtt/port'
import { steadyMs } from '../clock/clock'
import { Access } from './access'
import { createAedesCore, type AedesCore } from './aedes-core'
import { Connection } from './connection'
import type { ClientContext, Hub } from './hub'
import { Endings } from './endings'
import { Kept } from './kept'
import { keptBySteps } from './kept-by'
import { Listeners } from './listener/listeners'
import type { EndClient } from './listener/open-server'
import { Dispatcher } from './dispatcher'
import { Message } from './message'
import { ownMessage } from './own-message'
import { RetainedStore } from './retained'
import { Router } from './router'
import { logMessages } from './log-messages'
import type { Session } from './session'
import { Sessions } from './sessions'
import { SocketPort, TooMuchKeptError } from './socket-port'
import { SysTopics } from './sys-topics'
import { BrokerTraffic } from './traffic'
import { Turns } from './turns'
import type {
  BrokerDeps,
  BrokerEvent,
  BrokerLimits,
  BrokerOptions,
  EmbeddedBroker,
  ListenerKind,
  Origin,
} from './types'
import { DEFAULT_LIMITS } from './types'
import type { Will } from './wire/connect'
import { Reason } from './wire/protocol-error'
import type { Publish } from './wire/publish'

/** Real ms after which `close` cuts what has not closed by itself. */
const CLOSE_MS = 250

/** Real ms between two times that expired messages are looked for, when a limit is reached. */
const EXPIRED_EVERY_MS = 250

class Broker implements Hub {
  readonly limits: BrokerLimits
  readonly kept: Kept
  readonly access: Access
  readonly qos2: Qos2Method
  readonly retained: RetainedStore
  readonly sessions: Sessions
  readonly endings = new Endings()
  readonly traffic = new BrokerTraffic()
  private readonly sys: SysTopics | null
  readonly connected = new Map<string, ClientContext>()
  readonly connections = new Set<ClientContext>()
  readonly turns: Turns
  private readonly dispatcher: Dispatcher
  private readonly core: AedesCore
  private readonly listenersOfEvents = new Set<(e: BrokerEvent) => void>()
  /** It is as if it were not there. */
  away = false
  private messages = 0
  /** When expired messages were removed last, in real ms. */
  private expiredMs = -Infinity

  constructor(
    readonly deps: BrokerDeps,
    options: BrokerOptions,
  ) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.turns = new Turns(
      () => deps.realClock.now(),
      (thrown) => this.log({ level: 'error', note: logMessages.fault(`internal error: ${String(thrown)}`) }),
    )
    this.kept = new Kept(this.limits, {
      sessions: () => this.sessions.count,
      connected: () => this.connected.size,
      connections: () => this.connections.size,
    })
    this.access = new Access(options.users, options.refuse)
    this.qos2 = options.qos2 ?? 'on-publish'
    this.retained = new RetainedStore(
      () => steadyMs(deps.clock),
      this.kept,
      (about) => this.log({ level: 'warn', note: about }),
    )
    const router = new Router()
    this.dispatcher = new Dispatcher({ router, turns: this.turns, connected: this.connected })
    this.sessions = new Sessions({
      router,
      outbox: {
        kept: this.kept,
        nowMs: () => steadyMs(deps.clock),
        removeExpired: () => this.removeExpired(),
        warn: (about, clientId) => this.log({ level: 'warn', note: about, clientId }),
      },
      publishWill: (session, will) => this.publishWill(session, will),
      willWithdrawn: ({ clientId }, { topic }) => this.routes?.will?.({ clientId, topic, withdrawn: true }),
      later: (session, steps) => (session.clock === deps.clock ? atOnce(steps) : this.later(steps)),
    })
    this.core = createAedesCore({
      route: (message) => this.dispatcher.route(message),
      storeRetained: (message) => this.retained.store(message),
      adopt: ({ topic, payload, retain }) =>
        new Message({ id: ++this.messages, topic, payload, qos: 0, retain }),
      warn: (about) => this.log({ level: 'warn', note: about }),
    })
    const every = options.sysInterval ?? 0
    this.sys =
      every > 0
        ? new SysTopics(
            this,
            deps.realClock,
            every,
            options.version ?? '',
            (topic, payload) => {
              this.say(topic, payload, 0, true)
              this.emit({ kind: 'sys', topic, payload })
            },
            (steps) => this.later(steps),
          )
        : null
  }

  /** Does some of a long work now, and the rest by turns with that of the clients. */
  private later(steps: Steps<void>): void {
    if (this.turns.start(steps)) this.turns.add(() => this.turns.some(steps))
  }

  /** A message of the broker's own. */
  say(topic: string, payload: Buffer, qos: QoS, retain: boolean): void {
    const topicBytes = Buffer.from(topic, 'utf8')
    const fields = { topic, topicBytes, payload, qos, retain, expiry: null, forward: Buffer.alloc(0) }
    this.publish(this.newMessage(null, fields, false))
  }

  get routes() {
    return this.deps.routes
  }

  clockOf(device: boolean) {
    return device ? this.deps.clock : this.deps.realClock
  }

  handOver(port: Parameters<AedesCore['handOver']>[0]): void {
    this.core.handOver(port)
  }

  left(clientId: string): void {
    this.core.left(clientId)
  }

  newMessage(clientId: string | null, p: Omit<Publish, 'packetId'>, external: boolean): Message {
    const { topic, topicBytes, payload, qos, retain, expiry, forward } = p
    const expiresAtMs = expiry === null ? null : steadyMs(this.deps.clock) + expiry * 1000
    return new Message({
      id: ++this.messages,
      topic,
      topicBytes,
      payload,
      qos,
      retain,
      forward,
      expiresAtMs,
      publisher: clientId,
      external,
    })
  }

  publish(message: Message): void {
    this.core.publish(message)
  }

  emit(e: BrokerEvent): void {
    for (const listener of this.listenersOfEvents) {
      try {
        listener(e)
      } catch (error) {
        // An observer's fault must not end a client's connection.
        this.log({
          level: 'error',
          note: logMessages.fault(`an observer of the broker failed: ${String(error)}`),
        })
      }
    }
  }

  log(line: Parameters<BrokerDeps['log']>[0]): void {
    this.deps.log(line)
  }

  on(listener: (e: BrokerEvent) => void): () => void {
    this.listenersOfEvents.add(listener)
    return () => this.listenersOfEvents.delete(listener)
  }

  accept(port: PacketPort, origin: Origin): void {
    if (this.away) port.close()
    else new Connection(this, port, origin)
  }

  setAway(away: boolean): void {
    this.away = away
    if (away) this.endAll('the broker restarts')
  }

  private endAll(why: string): void {
    for (const c of [...this.connections]) {
      // The broker leaves, not the client: its will is not due.
      c.will = null
      c.end(Reason.SHUTTING_DOWN, why)
    }
  }

  async shutDown(): Promise<void> {
    this.endAll('the broker is shutting down')
    this.sys?.stop()
    this.turns.stop()
    this.sessions.stop()
    await this.core.close()
  }

  /** At most once in a while: it looks through every queue with messages that expire. */
  private removeExpired(): void {
    const nowMs = this.deps.realClock.now()
    if (nowMs - this.expiredMs < EXPIRED_EVERY_MS) return
    this.expiredMs = nowMs
    for (const queue of this.kept.expiring) queue.removeExpired()
    this.retained.removeExpired()
  }

  private publishWill({ clientId, clock }: Session, will: Will): void {
    const { topic, payload, qos, retain, expiry, forward } = will
    const topicBytes = Buffer.from(topic, 'utf8')
    this.routes?.will?.({ clientId, topic, withdrawn: false })
    const fields = { topic, topicBytes, payload, qos, retain, expiry, forward }
    this.publish(this.newMessage(clientId, fields, clock === this.deps.realClock))
  }
}

/** A broker inside the application: aedes, with sessions and packet checks that follow the specification. */
export function createBroker(deps: BrokerDeps, options: BrokerOptions = {}): EmbeddedBroker {
  const broker = new Broker(deps, options)
  const accept = (stream: Duplex, remote: string, listener: ListenerKind): EndClient => {
    broker.turns.hurry()
    const { limits, turns, kept } = broker
    const port = new SocketPort(stream, limits.packetBytes, deps.realClock, turns, kept)
    broker.accept(port, { device: false, remote, listener })
    return () => port.receiver?.failed(new TooMuchKeptError('halfReadBytesInAll'))
  }
  const listeners = new Listeners({
    limits: broker.limits,
    kept: broker.kept,
    clock: deps.realClock,
    accept,
    log: (line) => deps.log(line),
  })
  broker.on((e) => {
    if (e.kind === 'connected' && e.client.remote !== null) listeners.connected(e.client.remote)
  })
  return {
    attach: (port, origin) => broker.accept(port, origin),
    accept,
    listen: (spec) => listeners.open(spec),
    listeners: () => listeners.list(),
    clients: () => [...broker.connected.values()].flatMap((c) => c.info() ?? []),
    client: (clientId) => broker.connected.get(clientId)?.info() ?? null,
    sessions: () => Array.from(broker.sessions.all(), (s) => s.info()),
    session: (clientId) => broker.sessions.get(clientId)?.info() ?? null,
    retained: (filter) =>
      atOnce(broker.retained.matching(filter)).map(({ topic, payload, qos }) => ({ topic, payload, qos })),
    kept: () => broker.kept.bytes(),
    keptBySteps: (most) => keptBySteps(broker, most),
    clearRetained: (topic) => broker.retained.remove(topic),
    publish: ({ topic, payload, qos = 0, retain = false, properties }) => {
      if (!isValidTopic(topic)) throw new RangeError(`"${topic}" is not a topic name`)
      const own = ownMessage({ topic, payload: Buffer.from(payload), qos, retain, properties })
      broker.publish(broker.newMessage(null, own, false))
    },
    disconnect: (clientId) => {
      const c = broker.connected.get(clientId)
      c?.end(Reason.ADMINISTRATIVE, 'ended by the user')
      return c !== undefined
    },
    setAway: (away) => broker.setAway(away),
    get away() {
      return broker.away
    },
    on: (listener) => broker.on(listener),
    close: () => closeAll(broker, listeners, deps),
  }
}

async function closeAll(broker: Broker, listeners: Listeners, deps: BrokerDeps): Promise<void> {
  const closing = Promise.all([broker.shutDown(), listeners.close()])
  const timer = deps.realClock.schedule(CLOSE_MS, () => listeners.destroySockets())
  await closing
  deps.realClock.cancel(timer)
}
