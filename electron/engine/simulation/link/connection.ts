import type { Direction } from '../../../contract/packet'
import type { Frame, Packet } from '../../mqtt/packet'
import type { PacketPort, PortReceiver } from '../../mqtt/port'
import { LinkEnd, type EndHooks } from './end'
import type { LinkDirection } from './link-direction'

/** What a connection tells its link. */
export interface ConnectionHost {
  /** An endpoint has written a packet. */
  written(direction: Direction, frame: Frame, messageId: number): void
  /** The first of the two ends has gone. */
  closing(by: 'client' | 'broker', connection: Connection): void
  /** Both ends have gone. */
  over(connection: Connection): void
  /** Calls `pass` when the end of a connection gets through; false when that is not at once. */
  passEnd(pass: () => void): boolean
}

/** One connection through the link: its two ends and how they close. */
export class Connection {
  /** The stream that mqtt.js, or whatever the client is, reads and writes. */
  readonly client: LinkEnd
  readonly broker: BrokerEnd
  /** An end has gone. */
  closing = false
  /** Nothing gets through any more, and neither end is told. */
  dead = false
  /** The client may come back before the broker knows that this connection has ended: it goes on beside the new one. */
  lingers = false
  /** The link has a newer connection. */
  left = false
  private open = 2

  constructor(
    readonly uplink: LinkDirection,
    readonly downlink: LinkDirection,
    private readonly host: ConnectionHost,
    /** The client is a real program: it can be made to wait, and it may read slowly. */
    readonly real = false,
  ) {
    this.client = new LinkEnd(new ClientEnd(this, uplink))
    this.broker = new BrokerEnd(this, downlink)
    uplink.sender = this.client
    downlink.sender = this.broker
  }

  toClient(packet: Packet): void {
    this.client.arrived(packet.frame)
  }

  toBroker(packet: Packet): void {
    this.broker.arrived(packet)
  }

  /** Both ends go at once, unread data with them. */
  destroy(): void {
    this.closing = true
    this.client.destroy()
    this.broker.destroy()
  }

  written(path: LinkDirection, frame: Frame, messageId = 0): void {
    if (!this.left) this.host.written(path.direction, frame, messageId)
  }

  /** The endpoint that writes to this direction will write no more. */
  finished(path: LinkDirection): void {
    const byClient = path === this.uplink
    // The client's own system forgets a dead connection; the broker is not told, and for it the connection goes on.
    if (this.dead && byClient) {
      process.nextTick(() => this.client.destroy())
      return
    }
    if (!this.closing) {
      this.closing = true
      this.host.closing(byClient ? 'client' : 'broker', this)
    }
    if (this.dead) return
    const over = (): void => {
      if (path === this.uplink) this.broker.sawEnd()
      else this.client.push(null)
    }
    const pass = (): void => {
      if (!this.host.passEnd(over)) this.lingers = true
    }
    if (path.pending === 0) pass()
    else path.onDrained = pass
  }

  /** The end that writes to this direction is gone: nothing can reach it any more. */
  gone(path: LinkDirection): void {
    this.open--
    if (this.open === 0) {
      this.host.over(this)
      return
    }
    if (this.left) return
    const back = path === this.uplink ? this.downlink : this.uplink
    back.shut = true
    back.abort('cut')
  }
}

/** What the client's end tells its connection. */
class ClientEnd implements EndHooks {
  private done = false

  /** @param path the direction the client writes to */
  constructor(
    private readonly connection: Connection,
    private readonly path: LinkDirection,
  ) {}

  written(frame: Frame): void {
    this.connection.written(this.path, frame)
  }

  finished(): void {
    if (this.done) return
    this.done = true
    this.connection.finished(this.path)
  }

  closed(): void {
    this.connection.gone(this.path)
    this.finished()
  }

  full(): boolean {
    return this.path.full()
  }

  readAgain(): void {
    this.connection.broker.roomAgain()
  }
}

/** The broker's end: whole packets, without a stream between. */
export class BrokerEnd implements PacketPort {
  receiver: PortReceiver | null = null
  level = 4
  gone = false
  private done = false
  private ended = false
  /** `bufferedBytes` was read as full: the broker waits for room. */
  private waiting = false

  /** @param path the direction the broker writes to */
  constructor(
    private readonly connection: Connection,
    private readonly path: LinkDirection,
  ) {}

  get bufferedBytes(): number {
    const unread = this.connection.real ? this.connection.client.backlog() : 0
    this.waiting ||= this.path.full() || unread > 0
    return this.path.bytes + unread
  }

  send(frame: Frame, messageId?: number): void {
    if (!this.gone && !this.done) this.connection.written(this.path, frame, messageId)
  }

  drainSoon(): void {
    this.receiver?.drained()
  }

  /** A device cannot be made to wait: the broker keeps what comes while it decides about CONNECT. */
  pause(): void {
    if (this.connection.real) this.connection.uplink.stall()
  }

  resume(): void {
    if (this.connection.real) this.connection.uplink.goOn()
  }

  close(): void {
    this.finish()
    process.nextTick(() => this.destroy())
  }

  /** The connection's calls. */
  arrived(packet: Packet): void {
    if (!this.gone && !this.ended) this.receiver?.packet(packet)
  }

  roomAgain(): void {
    if (!this.waiting) return
    this.waiting = false
    this.receiver?.drained()
  }

  /** The client has gone and everything it sent has arrived. As a stream would, this is reported in a turn of its own. */
  sawEnd(): void {
    if (this.ended) return
    this.ended = true
    process.nextTick(() => this.receiver?.ended())
  }

  destroy(): void {
    if (this.gone) return
    this.gone = true
    this.connection.gone(this.path)
    this.finish()
    this.sawEnd()
  }

  private finish(): void {
    if (this.done) return
    this.done = true
    this.connection.finished(this.path)
  }
}
