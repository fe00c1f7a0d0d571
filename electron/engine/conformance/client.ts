import mqttPacket, { type Packet as Fields } from 'mqtt-packet'
import type { Dial, Transport } from '../load/wire/transport'
import { Violation, type Level } from './outcome'

type Cmd = Fields['cmd']
type Of<C extends Cmd> = Extract<Fields, { cmd: C }>
export type Received = Of<'publish'>

/** What a client is made with. */
export interface ClientDeps {
  dial: Dial
  level: 3 | Level
  /** How long the broker may take for one answer, ms. */
  patienceMs: number
}

const hex = (code: number): string => `0x${code.toString(16).toUpperCase().padStart(2, '0')}`

/** Return or reason code of a CONNACK; -1 where it has none. */
export const connackCode = (p: Of<'connack'>): number => p.reasonCode ?? p.returnCode ?? -1

/** A client that sends exactly what it is asked to, also what no client may send, and notes all that comes. */
export class ProbeClient {
  /** Packets that came and were not taken yet, oldest first. */
  readonly inbox: Fields[] = []
  closed = false
  /** False: what comes is left unacknowledged. */
  acknowledges = true
  private problem: string | null = null
  private readonly transport: Transport
  private readonly waiting = new Set<() => void>()
  private opened = false
  private nextId = 1

  constructor(private readonly deps: ClientDeps) {
    const parser = mqttPacket.parser({ protocolVersion: deps.level })
    parser.on('packet', (p) => this.arrived(p))
    parser.on('error', (e: Error) => (this.problem ??= `the broker sent what cannot be read: ${e.message}`))
    this.transport = deps.dial(
      {
        opened: () => {
          this.opened = true
          this.wake()
        },
        // the transport uses its buffer again
        data: (bytes, length) => {
          parser.parse(Buffer.from(bytes.subarray(0, length)))
          this.wake()
        },
        drained: () => undefined,
        closed: (error) => {
          this.closed = true
          if (!this.opened) this.problem ??= error?.message ?? 'the connection was refused'
          this.wake()
        },
      },
      {},
    )
  }

  /** Resolves when the connection is there. @throws Violation when there is none */
  async open(): Promise<void> {
    await this.until(() => (this.opened ? true : undefined), 'connection')
  }

  send(...packets: Fields[]): void {
    this.bytes(...packets.map((p) => this.encode(p)))
  }

  encode(packet: Fields): Buffer {
    return mqttPacket.generate(packet, { protocolVersion: this.deps.level })
  }

  /** All in one write. */
  bytes(...parts: readonly Buffer[]): void {
    if (!this.closed) this.transport.write(Buffer.concat(parts))
  }

  /** The next packet of this kind that fits. @throws Violation when none comes */
  take<C extends Cmd>(cmd: C, fits: (p: Of<C>) => boolean = () => true): Promise<Of<C>> {
    return this.until(() => {
      const at = this.inbox.findIndex((p) => p.cmd === cmd && fits(p as Of<C>))
      return at < 0 ? undefined : (this.inbox.splice(at, 1)[0] as Of<C>)
    }, cmd.toUpperCase())
  }

  /** An identifier this client has not used. */
  freshId(): number {
    return this.nextId++
  }

  /** Publishes and waits for the end of the handshake. Resolves to the reason code of the last acknowledgement. */
  async publish(topic: string, payload: string, qos: 0 | 1 | 2 = 0, more: object = {}): Promise<number> {
    const messageId = this.freshId()
    const mine = (p: { messageId?: number | undefined }): boolean => p.messageId === messageId
    this.send({ cmd: 'publish', topic, payload, qos, messageId, dup: false, retain: false, ...more })
    if (qos === 1) return (await this.take('puback', mine)).reasonCode ?? 0
    if (qos === 0) return 0
    const { reasonCode = 0 } = await this.take('pubrec', mine)
    if (reasonCode >= 0x80) return reasonCode
    this.send({ cmd: 'pubrel', messageId })
    return (await this.take('pubcomp', mine)).reasonCode ?? 0
  }

  /** Subscribes and resolves to the codes of the SUBACK. */
  async subscribe(filters: readonly string[], qos: 0 | 1 | 2, more: object = {}): Promise<number[]> {
    const messageId = this.freshId()
    const { properties, ...options } = more as { properties?: object }
    this.send({
      cmd: 'subscribe',
      messageId,
      subscriptions: filters.map((topic) => ({ topic, qos, ...options })),
      ...(properties === undefined ? {} : { properties }),
    })
    const { granted } = await this.take('suback', (p) => p.messageId === messageId)
    return granted as number[]
  }

  /** All PUBLISH up to the first with this payload, itself left out. @throws Violation when it does not come */
  async upTo(payload: string): Promise<Received[]> {
    const found: Received[] = []
    for (;;) {
      const p = await this.until(() => {
        const at = this.inbox.findIndex((q) => q.cmd === 'publish')
        return at < 0 ? undefined : (this.inbox.splice(at, 1)[0] as Received)
      }, `PUBLISH with payload ${payload}`)
      if (p.payload.toString() === payload) return found
      found.push(p)
    }
  }

  /** Waits until the broker has taken in all that was sent and has answered. */
  async ping(): Promise<void> {
    this.send({ cmd: 'pingreq' })
    await this.take('pingresp')
  }

  /** Resolves when the broker has closed the connection, to what it said last; null when it answers a PINGREQ instead. */
  async ended(): Promise<string | null> {
    this.send({ cmd: 'pingreq' })
    const seen = await this.until(
      () => (this.closed ? 'closed' : this.inbox.some((p) => p.cmd === 'pingresp') ? 'answered' : undefined),
      'end of the connection',
    )
    if (seen === 'answered') return null
    const last = this.inbox.find((p) => p.cmd === 'disconnect' || p.cmd === 'connack')
    if (last?.cmd === 'disconnect') return `DISCONNECT ${hex(last.reasonCode ?? 0)}, connection closed`
    if (last?.cmd === 'connack') return `CONNACK ${hex(connackCode(last))}, connection closed`
    return 'connection closed'
  }

  /** Resolves when the broker has closed the connection. @throws Violation when it does not within the time, ms */
  async closedWithin(ms: number): Promise<void> {
    await this.until(() => (this.closed ? true : undefined), 'end of the connection', ms)
  }

  /** A DISCONNECT, then the end. */
  async leave(more: object = {}): Promise<void> {
    this.send({ cmd: 'disconnect', ...more })
    this.transport.end()
    await this.closedWithin(this.deps.patienceMs).catch(() => this.cut())
  }

  /** As a pulled cable: no DISCONNECT. */
  cut(): void {
    this.transport.destroy()
  }

  private arrived(p: Fields): void {
    this.inbox.push(p)
    if (!this.acknowledges) return
    if (p.cmd === 'publish' && p.qos > 0) {
      this.send({ cmd: p.qos === 1 ? 'puback' : 'pubrec', messageId: p.messageId ?? 0 })
    } else if (p.cmd === 'pubrel') this.send({ cmd: 'pubcomp', messageId: p.messageId ?? 0 })
  }

  private wake(): void {
    for (const look of [...this.waiting]) look()
  }

  private until<T>(look: () => T | undefined, what: string, ms = this.deps.patienceMs): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        this.waiting.delete(again)
        settle()
      }
      const again = (): void => {
        const found = look()
        if (found !== undefined) end(() => resolve(found))
        else if (this.problem !== null) end(() => reject(new Violation(this.problem ?? '')))
        else if (this.closed) end(() => reject(new Violation(`the connection ended; expected: ${what}`)))
      }
      const timer = setTimeout(
        () => end(() => reject(new Violation(`no answer within ${ms / 1000} s; expected: ${what}`))),
        ms,
      )
      this.waiting.add(again)
      again()
    })
  }
}
