import type { LoadConfig, Population } from '../../../contract/load-config'
import { WireClient } from '../wire/client'
import type { ClientEvents, ClientFields, MessageSource } from '../wire/client-types'
import { FlushQueue } from '../wire/flush-queue'
import type { OneClient } from './fleet'
import { nameClient } from './names'
import type { Connack } from '../wire/frames'
import type { Dial } from '../wire/transport'
import { LoadError, explain } from './failures'
import type { ClientRow } from './client-list'
import type { Credentials } from './messages'
import type { PayloadMaterial } from './payload-files'
import { troubleText } from './hints'
import { lacking } from './lacking'
import { filtersOf, layoutOf, responseTopic, topologyOf } from './topologies'
import { placeOf, writerOf } from './writers'

const TICK_MS = 250
/** More than a run can have. */
const NO_PUBLISHER = 0xffffffff
/** For the acknowledgement of the first message. */
const FIRST_ACK_MS = 10_000
/** For a broker's own topics, which are retained where there are any. */
const NAME_MS = 300
const NAME_FILTERS = ['$SYS/broker/version', '$SYS/brokers/+/version']

const ignore = (): void => undefined
const QUIET: ClientEvents = {
  connected: ignore,
  ready: ignore,
  refused: ignore,
  closed: ignore,
  acknowledged: ignore,
  sent: ignore,
  confirmed: ignore,
  failed: ignore,
  arrived: ignore,
  anomaly: ignore,
  bytes: ignore,
  churned: ignore,
}

/** What a probe works with. */
export interface ProbeDeps {
  config: LoadConfig
  /** Whose clients it tries out. */
  population: Population
  credentials: Credentials
  runId: string
  /** Index of the shard. */
  shard: number
  /** Whose name it has and whose topic it uses: the first client of this shard, before that connects itself. */
  client: OneClient
  /** Who it connects as, where a list says it. */
  row?: ClientRow | undefined
  /** What the messages of the run are made from. */
  material: PayloadMaterial | null
  dial: Dial
  now(): number
}

function fieldsOf({ config, credentials, client, row }: ProbeDeps, filters: readonly string[]): ClientFields {
  return {
    ...nameClient(config, client.number, client.usual, row),
    level: config.protocol,
    clean: true,
    keepAlive: 30,
    password: row?.password ?? credentials.password,
    window: 1,
    refillAt: 0,
    // at QoS 0 the answer to a PINGREQ says that the message before it was taken
    barriers: config.qos === 0,
    filters,
    subscribeQos: config.subscribeQos ?? config.qos,
    resume: false,
    caller: { localAddress: config.localAddresses[0], cert: row?.cert, key: row?.key },
  }
}

/** What a probe found: remarks, and the broker's limits as it states them. */
interface Probed {
  remarks: string[]
  limits: string | null
}

/** One message like those of the run. It names a publisher that the run does not have, so that its receivers do not count it. */
function oneMessage(
  { config, runId, material, client, shard, now }: ProbeDeps,
  name: ClientFields,
): MessageSource {
  // another shard's publisher may have left its own there already
  const template = writerOf({ ...config, retain: config.retain && shard === 0 }, material, {
    topic: topologyOf(config).topicOf(client.index, layoutOf(config, runId)),
    runTag: 0,
    publisher: NO_PUBLISHER,
    responses: config.request ? responseTopic(config, NO_PUBLISHER, { runId, tag: 0 }) : undefined,
    number: client.number,
    name,
  })
  return {
    template,
    taken: 0,
    due() {
      return this.taken === 0 ? now() : -1
    },
    take() {
      return (this as { taken: number }).taken++
    },
  }
}

/** What a CONNACK says of the broker's limits; null at 3.1.1, where it says nothing. */
function limitsOf(level: number, a: Connack): string | null {
  if (level !== 5) return null
  return [
    `maximum QoS ${a.maximumQos}`,
    `Receive Maximum ${a.receiveMaximum}`,
    ...(a.maximumPacketSize === Infinity ? [] : [`packets of at most ${a.maximumPacketSize} bytes`]),
    ...(a.serverKeepAlive === null ? [] : [`keep-alive ${a.serverKeepAlive} s`]),
    ...(a.topicAliasMaximum === 0 ? [] : [`${a.topicAliasMaximum} topic aliases`]),
    ...(a.retains ? [] : ['no retained messages']),
    ...(a.sharedSubscriptions ? [] : ['no shared subscriptions']),
    ...(a.wildcards ? [] : ['no wildcards']),
  ].join(', ')
}

/** What the first subscriber of a population subscribes to, if there is one. */
function probedFilters({ config, population, runId, material }: ProbeDeps): string[] {
  const place = placeOf(config, material)
  return config.subscribers > 0 ? filtersOf(population, 0, { runId, tag: 0, place }) : []
}

/** A shard without publishers of a population leaves it to the others to try a message out. */
const publishesOne = ({ config, client }: ProbeDeps): boolean =>
  client.role === 'publishers' && config.executor.kind !== 'connection-storm'

/** A broker that does not answer: first with a DISCONNECT, before which a retained message is removed, then without. */
function giveUpLate(client: WireClient, state: { missing: string | null }, waitedMs: number): void {
  if (waitedMs <= FIRST_ACK_MS) return
  state.missing ??= `no answer to a first message within ${FIRST_ACK_MS / 1000} s`
  if (waitedMs <= FIRST_ACK_MS + 4 * TICK_MS) client.end()
  else client.cut(state.missing)
}

/**
 * Connects once with the run's will, subscribes and publishes one message as the run will (a retained one is
 * removed), and disconnects, so that a wrong address, password or certificate, and what the broker cannot do, are reported in
 * one line before thousands of clients meet it.
 * Resolves to what the report says of it.
 * @throws LoadError
 */
export function probe(deps: ProbeDeps): Promise<Probed> {
  const { config, now } = deps
  const publishes = publishesOne(deps)
  const filters = probedFilters(deps)
  return new Promise((resolve, reject) => {
    const state = {
      connected: false,
      missing: null as string | null,
      limits: null as string | null,
      readyMs: Infinity,
      remarks: new Set<string>(),
    }
    const closed = (cause: string, error: Error | null): void => {
      clearInterval(timer)
      const why = state.missing ?? (cause === 'ended' && state.connected ? null : explain(cause, error))
      if (why === null) resolve({ remarks: [...state.remarks], limits: state.limits })
      else {
        const what =
          state.connected || why.startsWith('the broker ') ? config.url : `cannot connect to ${config.url}`
        const reached = { connected: state.connected, published: publishes && state.readyMs < Infinity }
        reject(new LoadError(`${what}: ${troubleText(fields.clientId, why, config, reached)}`, 'start'))
      }
    }
    const events: ClientEvents = {
      ...QUIET,
      connected: (_c, _ms, ack) => {
        state.connected = true
        state.missing = lacking(config, ack, filters)
        state.limits = limitsOf(config.protocol, ack)
      },
      ready: () => {
        state.readyMs = now()
        if (!publishes || state.missing !== null) client.end()
      },
      acknowledged: () => client.end(),
      confirmed: () => client.end(),
      failed: (_c, _from, _to, reason) => {
        if (reason === null) return
        state.missing = `the broker refuses a message of the run: ${reason}`
        client.end()
      },
      anomaly: (_c, text) => state.remarks.add(`at the first subscription: ${text}`),
      closed: (_c, cause, error) => closed(cause, error),
    }
    const fields = fieldsOf(deps, filters)
    const source = publishes ? oneMessage(deps, fields) : null
    const client = new WireClient(0, fields, source, {
      dial: deps.dial,
      flushQueue: new FlushQueue(setImmediate),
      events,
      now,
    })
    const timer = setInterval(() => {
      client.tick(now())
      giveUpLate(client, state, now() - state.readyMs)
    }, TICK_MS)
    client.connect()
  })
}

/** What the broker calls itself in its own topics, such as `mosquitto version 2.0.18`; null where it does not. */
export function brokerName(deps: ProbeDeps): Promise<string | null> {
  return new Promise((resolve) => {
    let name: string | null = null
    const end = (): void => client.end()
    const timer = setTimeout(end, NAME_MS)
    const client = new WireClient(
      0,
      { ...fieldsOf(deps, NAME_FILTERS), will: undefined, subscribeQos: 0, takesRetained: true },
      null,
      {
        dial: deps.dial,
        flushQueue: new FlushQueue(setImmediate),
        now: deps.now,
        events: {
          ...QUIET,
          arrived: (_c, m) => {
            const until = Math.min(m.end, m.payloadAt + 100)
            name ??= m.bytes.toString('utf8', m.payloadAt, until).replace(/[^\x20-\x7e]/g, '')
            end()
          },
          closed: () => {
            clearTimeout(timer)
            resolve(name)
          },
        },
      },
    )
    client.connect()
  })
}
