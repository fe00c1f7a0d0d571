import { Duplex } from 'node:stream'
import { Packet, Type, type Frame } from '../../mqtt/packet'
import { FrameSplitter } from '../../mqtt/splitter'
import { varint } from '../../mqtt/varint'
import type { ProtocolLevel } from '../../../contract/packet'

/** What aedes says about a connection. */
export interface PortOwner {
  /** aedes asks while it works on CONNECT. Null lets the client in, else the return code of an MQTT 3 CONNACK. */
  authenticate(): 4 | 5 | null
  /** Return code of an MQTT 3 CONNACK or reason code of an MQTT 5 one; 0 accepts. */
  onConnack(code: number): void
  /** Reason code of the DISCONNECT that precedes the close, or null. */
  onAedesClosed(reason: number | null): void
}

/** The connection as aedes sees it: checked packets go in, its decisions come out. */
export class AedesPort extends Duplex {
  private readonly splitter = new FrameSplitter()
  private disconnectReason: number | null = null
  private released = false

  constructor(readonly owner: PortOwner) {
    super({ allowHalfOpen: false })
  }

  override _read(): void {
    // Frames are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.splitter.push(chunk, (frame) => this.onFrame(frame))
    done()
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    done(null)
    if (!this.released) this.owner.onAedesClosed(this.disconnectReason)
  }

  /**
   * aedes has decided; what follows is this layer's alone. Its own record of the client, with a parser, two streams and
   * their listeners, would cost more memory than the session itself.
   */
  release(): void {
    this.released = true
    this.destroy()
  }

  private onFrame(frame: Frame): void {
    const { type } = new Packet(frame, 4)
    if (type === Type.CONNACK) this.owner.onConnack(frame[3] ?? 0)
    else if (type === Type.DISCONNECT) this.disconnectReason = frame[2] ?? 0
  }
}

/**
 * The CONNECT that aedes sees: version and identifier. Session, will, keep-alive and queue are kept by this layer,
 * and aedes asks it about user name and password.
 */
export function connectForAedes(level: ProtocolLevel, clientId: string): Frame {
  const name = Buffer.from(level === 3 ? 'MQIsdp' : 'MQTT')
  const id = Buffer.from(clientId, 'utf8')
  const clean = 0x02
  const tail = level === 5 ? [level, clean, 0, 0, 0] : [level, clean, 0, 0]
  const body = Buffer.concat([
    Buffer.from([0, name.length]),
    name,
    Buffer.from(tail),
    Buffer.from([id.length >> 8, id.length & 255]),
    id,
  ])
  return Buffer.concat([Buffer.from([Type.CONNECT << 4]), varint(body.length), body])
}
