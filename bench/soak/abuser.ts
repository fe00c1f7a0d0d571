import { connect, type Socket } from 'node:net'
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet'

export const encode = (packet: Packet, level: 4 | 5 = 4): Buffer =>
  mqttPacket.generate(packet, { protocolVersion: level })

/** A connection that does as it is told, as fast as the other side takes it, and comes back when it is cut. */
export class Abuser {
  /**
   * @param reads whether what the broker sends is ever read
   * @param script what it sends after CONNECT: the next bytes each time there is room, null to rest
   */
  constructor(
    private readonly port: number,
    private readonly hello: Partial<IConnectPacket> & { clientId: string },
    private readonly reads: boolean,
    private readonly script: () => Iterator<Buffer | null>,
    /** Told when it is cut or has ended its connection; without, it comes back. */
    private readonly left?: () => void,
  ) {
    this.begin()
  }

  private begin(): void {
    const socket = connect(this.port, '127.0.0.1')
    if (this.reads) socket.resume()
    else socket.pause()
    socket.on('error', () => undefined)
    // A paused socket does not notice its end by reading; writing fails then.
    socket.on('close', () => {
      if (this.left === undefined) setTimeout(() => this.begin(), 200)
      else this.left()
    })
    const level = this.hello.protocolVersion === 5 ? 5 : 4
    const fields = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: level,
      clean: true,
      keepalive: 0,
    } as const
    socket.write(encode({ ...fields, ...this.hello }, level))
    const steps = this.script()
    socket.once('connect', () => this.go(socket, steps))
  }

  private go(socket: Socket, steps: Iterator<Buffer | null>): void {
    for (let sent = 0; sent < 64; sent++) {
      if (socket.destroyed) return
      const step = steps.next()
      if (step.done === true) return
      if (step.value === null) {
        setTimeout(() => this.go(socket, steps), 100)
        return
      }
      if (!socket.write(step.value)) {
        socket.once('drain', () => this.go(socket, steps))
        return
      }
    }
    setImmediate(() => this.go(socket, steps))
  }
}
