import type { QoS } from '../../../electron/contract/packet'
import { WireClient } from '../../../electron/engine/load/wire/client'
import type { ClientFields, MessageSource } from '../../../electron/engine/load/wire/client-types'
import { FlushQueue } from '../../../electron/engine/load/wire/flush-queue'
import { PublishTemplate } from '../../../electron/engine/load/wire/template'
import { BrokerSession, CONNACK, CONNACK5, Deferred, ScriptedBroker, listener } from './scripted-broker'

export interface RigOptions {
  qos?: QoS
  level?: 4 | 5
  window?: number
  refillAt?: number
  messages?: number
  resume?: boolean
  barriers?: boolean
  filters?: string[]
  publishes?: boolean
  keepAlive?: number
  size?: number
  receiveMaximum?: number
}

/** One client against a scripted broker, with time and turns of the loop in the test's hands. */
export function rig(o: RigOptions = {}) {
  const level = o.level ?? 4
  const clock = { nowMs: 1_000_000 }
  const deferred = new Deferred()
  const broker = new ScriptedBroker(level)
  const session = new BrokerSession()
  const { told, events } = listener()
  const template = new PublishTemplate({
    topic: 'load/1',
    qos: o.qos ?? 1,
    size: o.size ?? 24,
    level,
    runTag: 7,
    publisher: 3,
    seed: 1,
  })
  const total = o.messages ?? 0
  const source: MessageSource & { taken: number; total: number } = {
    template,
    taken: 0,
    total,
    due: () => (source.taken < source.total ? clock.nowMs : -1),
    take: () => source.taken++,
  }
  const window = o.window ?? 4
  const fields: ClientFields = {
    clientId: 'c1',
    level,
    clean: o.resume !== true,
    keepAlive: o.keepAlive ?? 60,
    window,
    refillAt: o.refillAt ?? window - 1,
    barriers: o.barriers ?? false,
    filters: o.filters ?? [],
    subscribeQos: o.qos ?? 1,
    resume: o.resume ?? false,
    receiveMaximum: o.receiveMaximum,
    caller: {},
  }
  const client = new WireClient(0, fields, o.publishes === false ? null : source, {
    dial: broker.dialFor(session),
    flushQueue: new FlushQueue(deferred.defer),
    events,
    now: () => clock.nowMs,
  })
  /** Connects; the broker has the session or not. */
  const connect = (present = false, properties: number[] = []): void => {
    client.connect()
    broker.last.open()
    broker.last.read()
    broker.last.send(level === 5 ? CONNACK5(present, 0, properties) : CONNACK(present))
    deferred.run()
  }
  return { clock, deferred, broker, session, told, source, client, connect }
}
