import { Socket } from 'node:net'
import { Writable, type Duplex } from 'node:stream'
import type { Clock } from '../clock/clock'
import type { ClientStream } from '../link/types'

/** Real ms in which the client reads the last bytes and closes too, before its stream is cut. */
const LINGER_MS = 200

/** Writes to a stream what comes in one turn with one call of the system. */
class Batch extends Writable {
  private corked = false

  constructor(private readonly to: Duplex) {
    super()
  }

  override write(chunk: unknown): boolean {
    if (!this.corked) {
      this.corked = true
      this.to.cork()
      process.nextTick(() => {
        this.corked = false
        this.to.uncork()
      })
    }
    return this.to.write(chunk)
  }

  override end(): this {
    this.to.end()
    return this
  }
}

/**
 * Joins a real client's stream to its end of a link. Each waits while the other has no room, an end of one is an end of
 * the other, and a cut of the link is a reset of the client's connection.
 */
export function join(stream: Duplex, end: ClientStream, realClock: Clock): void {
  end.backlog = () => stream.writableLength
  end.on('error', () => undefined)
  end.on('drain', () => stream.resume())
  end.on('close', () => leave(stream, realClock))
  end.pipe(new Batch(stream))
  stream.on('drain', () => end.readAgain())
  stream.on('end', () => end.end())
  stream.on('error', () => end.destroy())
  stream.on('close', () => end.destroy())
  stream.on('data', (chunk: Buffer) => {
    if (!end.destroyed && !end.writableEnded && !end.write(chunk)) stream.pause()
  })
}

/** The link is done with the client. */
function leave(stream: Duplex, realClock: Clock): void {
  if (stream.destroyed) return
  if (!stream.writableEnded) {
    if (stream instanceof Socket) stream.resetAndDestroy()
    else stream.destroy()
    return
  }
  stream.resume()
  const timer = realClock.schedule(LINGER_MS, () => stream.destroy())
  stream.once('close', () => realClock.cancel(timer))
}
