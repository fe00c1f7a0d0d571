import type { IConnectPacket } from 'mqtt-packet'
import type { Dial } from '../load/wire/transport'
import { connackCode, ProbeClient } from './client'
import { Unclear, type Level } from './outcome'

/** Where the broker is and how to enter; the same for all statements. */
export interface BrokerAccess {
  dial: Dial
  username?: string | undefined
  password?: string | undefined
  /** How long the broker may take for one answer, ms. */
  patienceMs: number
  /** Letters and digits that no other probe uses: part of every client identifier and topic. */
  tag: string
}

export type ConnectFields = Partial<Omit<IConnectPacket, 'cmd'>>

/** What one statement works with: clients and topics of its own, cleared away when it is done. */
export class Bench {
  private readonly clients: ProbeClient[] = []
  private readonly sessions: string[] = []
  private readonly retained: string[] = []
  private ids = 0

  /** @param index number of the statement, for names of its own */
  constructor(
    private readonly access: BrokerAccess,
    readonly level: Level,
    private readonly index: number,
  ) {}

  /** A topic that only this statement uses. */
  topic(tail = 't'): string {
    return `fleetlab-probe/${this.access.tag}/${this.index}/${tail}`
  }

  /** A client identifier that nobody else uses: at most 23 letters and digits. */
  clientId(): string {
    return `flp${this.access.tag}s${this.index}c${this.ids++}`
  }

  /** How long the broker may take for one answer, ms. */
  get patienceMs(): number {
    return this.access.patienceMs
  }

  /** A connection without CONNECT. */
  async open(level: 3 | Level = this.level): Promise<ProbeClient> {
    const client = new ProbeClient({ ...this.access, level })
    this.clients.push(client)
    await client.open().catch((e: unknown) => {
      throw new Unclear(`no connection: ${e instanceof Error ? e.message : String(e)}`)
    })
    return client
  }

  /** Fields of a plain CONNECT. */
  connectFields(more: ConnectFields = {}): IConnectPacket {
    const { username, password } = this.access
    return {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: this.level,
      clientId: more.clientId ?? this.clientId(),
      clean: true,
      keepalive: 60,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: Buffer.from(password) }),
      ...more,
    }
  }

  /** A connected client and the session present flag of its CONNACK. @throws Unclear when it is refused */
  async connecting(more: ConnectFields = {}): Promise<{ client: ProbeClient; sessionPresent: boolean }> {
    const client = await this.open()
    client.send(this.connectFields(more))
    const ack = await client.take('connack')
    const code = connackCode(ack)
    if (code !== 0) throw new Unclear(`a plain CONNECT was refused with code ${code}`)
    return { client, sessionPresent: ack.sessionPresent }
  }

  async connect(more: ConnectFields = {}): Promise<ProbeClient> {
    return (await this.connecting(more)).client
  }

  /** A client whose session outlives its connection; `clientId` resumes it. Removed at the end. */
  resuming(
    clientId: string,
    more: ConnectFields = {},
  ): Promise<{ client: ProbeClient; sessionPresent: boolean }> {
    if (!this.sessions.includes(clientId)) this.sessions.push(clientId)
    const { properties, ...rest } = more
    return this.connecting({
      clientId,
      clean: false,
      ...(this.level === 5 ? { properties: { sessionExpiryInterval: 600, ...properties } } : {}),
      ...rest,
    })
  }

  /** The topic's retained message is removed at the end. */
  willRetain(topic: string): string {
    this.retained.push(topic)
    return topic
  }

  /** Ends all connections and takes away what was left with the broker. Never throws. */
  async close(): Promise<void> {
    for (const client of this.clients) client.cut()
    try {
      for (const clientId of this.sessions) await (await this.connect({ clientId })).leave()
      if (this.retained.length > 0) {
        const client = await this.connect()
        for (const topic of this.retained) await client.publish(topic, '', 0, { retain: true })
        await client.ping()
        await client.leave()
      }
    } catch {
      // a broker that is gone has nothing left either
    }
    for (const client of this.clients) client.cut()
  }
}

/** A subscriber of a topic and a publisher. */
export async function pair(
  b: Bench,
  qos: 0 | 1 | 2,
  more: { filter?: string; subscription?: object } = {},
): Promise<{ publisher: ProbeClient; subscriber: ProbeClient; topic: string }> {
  const topic = b.topic()
  const [publisher, subscriber] = await Promise.all([b.connect(), b.connect()])
  await granted(subscriber, more.filter ?? topic, qos, more.subscription)
  return { publisher, subscriber, topic }
}

/** Lets real time pass, for what the broker forgets by itself. */
export const elapse = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Subscribes. @throws Unclear when the broker refuses the filter or lowers its QoS */
export async function granted(
  client: ProbeClient,
  filter: string,
  qos: 0 | 1 | 2,
  more: object = {},
): Promise<void> {
  const [code] = await client.subscribe([filter], qos, more)
  if (code !== qos) throw new Unclear(`a subscription at QoS ${qos} got code ${code ?? 'none'}`)
}
