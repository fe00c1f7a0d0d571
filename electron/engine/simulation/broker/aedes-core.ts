import type { EventEmitter } from 'node:events'
import { Aedes, type AedesOptions, type PublishPacket } from 'aedes'
import type { Note } from '../../../contract/model'
import { AedesPort } from './aedes-port'
import { Message } from './message'
import { createPersistence } from './persistence'
import { logMessages } from './log-messages'

/** Interval of aedes' own timers, which a single broker has no use for; four times it still fits a timer. */
const IDLE_MS = 2 ** 28

type Carrier = NonNullable<PublishPacket['properties']> & { message?: Message }

export interface AedesCoreDeps {
  route(message: Message): void
  storeRetained(message: Message): void
  /** Makes a message of a packet that aedes publishes by itself, on `$SYS/…`. */
  adopt(packet: { topic: string; payload: Buffer; retain: boolean }): Message
  warn(about: Note): void
}

/** aedes, with its emitter and persistence replaced by this layer's router and stores. */
export interface AedesCore {
  publish(message: Message): void
  /** Runs the connection of a port; waits until aedes has started. */
  handOver(port: AedesPort): void
  /** Tells on `$SYS` that a client is gone, which aedes cannot know once its port was released. */
  left(clientId: string): void
  close(): Promise<void>
}

interface EmittedPacket {
  topic: string
  payload: Buffer
  retain: boolean
  properties?: Carrier
}

function emitterOf(deps: AedesCoreDeps, messageOf: (p: EmittedPacket) => Message, ignored: () => string) {
  return {
    on: (_topic: string, _notify: unknown, done?: () => void) => done?.(),
    removeListener: (_topic: string, _notify: unknown, done?: () => void) => done?.(),
    emit(packet: EmittedPacket, done?: () => void) {
      if (packet.topic !== ignored()) deps.route(messageOf(packet))
      done?.()
    },
    close: (done: () => void) => setImmediate(done),
  }
}

function optionsOf(deps: AedesCoreDeps, ignored: () => string): AedesOptions {
  const messageOf = (p: EmittedPacket): Message => p.properties?.message ?? deps.adopt(p)
  return {
    heartbeatInterval: IDLE_MS,
    connectTimeout: IDLE_MS,
    drainTimeout: 0,
    maxClientsIdLength: 65_535,
    mq: emitterOf(deps, messageOf, ignored),
    persistence: createPersistence(deps.storeRetained, (p) => messageOf(p as EmittedPacket)),
    authenticate: (client, _username, _password, done) => {
      const { conn } = client
      const owner = conn instanceof AedesPort ? conn.owner : null
      const code = owner === null ? 5 : owner.authenticate()
      if (code === null) done(null, true)
      else done(Object.assign(new Error('login refused'), { returnCode: code }), null)
    },
  }
}

export function createAedesCore(deps: AedesCoreDeps): AedesCore {
  // Where aedes says that a client is gone: as soon as its port is released, so it is said here when it is true.
  let goneTopic = ''
  const aedes = new Aedes(optionsOf(deps, () => goneTopic))
  goneTopic = `$SYS/${aedes.id}/disconnect/clients`
  Object.assign(aedes, {
    // aedes refuses topics of more than 100 levels for the sake of the matcher that is replaced here.
    maxTopicLevels: 65_536,
    // In its plain object a client called "constructor" is found before it comes, and the process ends.
    clients: Object.create(null) as object,
  })
  let started = false
  const ready = aedes.listen().then(
    () => {
      started = true
    },
    (e: unknown) => deps.warn(logMessages.fault(`aedes did not start: ${String(e)}`)),
  )
  const emitter: EventEmitter = aedes
  emitter.on('error', (e: Error) => deps.warn(logMessages.fault(`aedes: ${e.message}`)))
  return {
    publish(message) {
      const properties: Carrier = { message }
      const { topic, payload, retain } = message
      // The carried message has the QoS. With 0, aedes leaves out its own queue for those who are away: ours serves them.
      aedes.publish({ cmd: 'publish', topic, payload, qos: 0, retain, dup: false, properties }, (e) => {
        if (e) deps.warn(logMessages.notPassedOn(topic, e.message))
      })
    },
    left(clientId) {
      deps.route(deps.adopt({ topic: goneTopic, payload: Buffer.from(clientId), retain: false }))
    },
    handOver(port) {
      if (started) aedes.handle(port)
      else void ready.then(() => aedes.handle(port))
    },
    close: () => ready.then(() => new Promise<void>((resolve) => aedes.close(resolve))),
  }
}
