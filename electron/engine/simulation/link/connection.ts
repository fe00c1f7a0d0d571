import type { Direction } from '../../../contract/packet'
import type { Frame } from '../../mqtt/frame'
import { FrameSplitter } from '../../mqtt/splitter'
import { LinkEnd, type EndHooks } from './end'
import type { Lane } from './lane'

/** What a connection tells its link. */
export interface ConnectionHost {
  /** An endpoint has written a packet. */
  written(direction: Direction, frame: Frame): void
  /** The first of the two ends has gone. */
  closing(by: 'client' | 'broker'): void
  /** Both ends have gone. */
  over(connection: Connection): void
}

/** One connection through the link: its two ends and how they close. */
export class Connection {
  readonly client: LinkEnd
  readonly broker: LinkEnd
  /** An end has gone. */
  closing = false
  private open = 2

  constructor(
    private readonly uplink: Lane,
    private readonly downlink: Lane,
    private readonly host: ConnectionHost,
  ) {
    this.client = new LinkEnd(new Port(this, uplink))
    this.broker = new LinkEnd(new Port(this, downlink))
    uplink.sender = this.client
    downlink.sender = this.broker
  }

  toClient(frame: Frame): void {
    deliver(this.client, frame)
  }

  toBroker(frame: Frame): void {
    deliver(this.broker, frame)
  }

  /** Both ends go at once, unread data with them. */
  destroy(): void {
    this.closing = true
    this.client.destroy()
    this.broker.destroy()
  }

  written(lane: Lane, frame: Frame): void {
    this.host.written(lane.direction, frame)
  }

  end(lane: Lane): LinkEnd {
    return lane === this.uplink ? this.client : this.broker
  }

  /** The endpoint that writes to this lane will write no more. */
  finished(lane: Lane): void {
    if (!this.closing) {
      this.closing = true
      this.host.closing(lane === this.uplink ? 'client' : 'broker')
    }
    const receiver = lane === this.uplink ? this.broker : this.client
    if (lane.pending === 0) receiver.push(null)
    else lane.onDrained = () => receiver.push(null)
  }

  /** The end that writes to this lane is gone: nothing can reach it any more. */
  gone(lane: Lane): void {
    this.open--
    if (this.open === 0) {
      this.host.over(this)
      return
    }
    const back = lane === this.uplink ? this.downlink : this.uplink
    back.shut = true
    back.abort('cut')
  }
}

/** One end's side of a connection. */
class Port implements EndHooks {
  private readonly splitter = new FrameSplitter()
  private done = false

  /** @param lane the one the endpoint writes to */
  constructor(
    private readonly connection: Connection,
    private readonly lane: Lane,
  ) {}

  written(chunk: Buffer): void {
    try {
      this.splitter.push(chunk, this.take)
    } catch (error) {
      this.connection.end(this.lane).destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  finished(): void {
    if (this.done) return
    this.done = true
    this.connection.finished(this.lane)
  }

  closed(): void {
    this.connection.gone(this.lane)
    this.finished()
  }

  full(): boolean {
    return this.lane.full()
  }

  bytes(): number {
    return this.lane.bytes
  }

  private readonly take = (frame: Frame): void => {
    this.connection.written(this.lane, frame)
  }
}

function deliver(end: LinkEnd, frame: Frame): void {
  if (!end.destroyed && !end.readableEnded) end.push(frame)
}
