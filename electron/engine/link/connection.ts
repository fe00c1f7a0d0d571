import type { Frame } from '../mqtt/frame'
import { FrameSplitter, MAX_PACKET_BYTES } from '../mqtt/splitter'
import { LinkEnd } from './end'
import type { Lane } from './lane'

/** What a connection tells its link. */
export interface ConnectionHooks {
  fromClient(frame: Frame): void
  fromBroker(frame: Frame): void
  /** The first of the two ends has gone. */
  closing(by: 'client' | 'broker'): void
  /** Both ends have gone. */
  over(): void
}

/** One connection through the link: its two ends and how they close. */
export class Connection {
  readonly client: LinkEnd
  readonly broker: LinkEnd
  /** An end has gone. */
  closing = false
  private open = 2

  constructor(
    uplink: Lane,
    downlink: Lane,
    private readonly hooks: ConnectionHooks,
  ) {
    this.client = this.end('client', uplink, downlink, hooks.fromClient, () => this.broker)
    this.broker = this.end('broker', downlink, uplink, hooks.fromBroker, () => this.client)
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

  /** @param out lane it writes to; @param back lane it reads from */
  private end(
    by: 'client' | 'broker',
    out: Lane,
    back: Lane,
    take: (f: Frame) => void,
    peer: () => LinkEnd,
  ): LinkEnd {
    const splitter = new FrameSplitter(MAX_PACKET_BYTES)
    let finished = false
    const finish = () => {
      if (finished) return
      finished = true
      this.begin(by)
      whenDrained(out, () => peer().push(null))
    }
    const end: LinkEnd = new LinkEnd({
      written: (chunk) => {
        try {
          splitter.push(chunk, take)
        } catch (error) {
          end.destroy(error instanceof Error ? error : new Error(String(error)))
        }
      },
      finished: finish,
      closed: () => {
        this.open--
        if (this.open > 0) {
          back.shut = true
          back.abort('cut')
          finish()
        } else {
          this.hooks.over()
        }
      },
      full: () => out.full(),
      bytes: () => out.bytes,
    })
    out.onRoom = () => {
      end.roomAgain()
    }
    return end
  }

  private begin(by: 'client' | 'broker'): void {
    if (this.closing) return
    this.closing = true
    this.hooks.closing(by)
  }
}

function deliver(end: LinkEnd, frame: Frame): void {
  if (!end.destroyed && !end.readableEnded) end.push(frame)
}

function whenDrained(lane: Lane, drained: () => void): void {
  if (lane.pending === 0) drained()
  else lane.onDrained = drained
}
