import type { Duplex } from 'node:stream'
import { typeOf } from '../../mqtt/first-byte'
import { Packet, Type } from '../../mqtt/packet'
import { FrameSplitter } from '../../mqtt/splitter'
import type { Clock } from '../clock/clock'

/**
 * Waits for the CONNECT of a stream and puts what was read back, so that whoever takes the stream reads it all.
 * @param maxBytes of a CONNECT
 * @param timeoutMs real ms after which a stream that says nothing is closed; 0 never
 * @param met called once, with null where what comes first is no CONNECT
 */
export function greet(
  stream: Duplex,
  { maxBytes, timeoutMs, clock }: { maxBytes: number; timeoutMs: number; clock: Clock },
  met: (connect: Packet | null) => void,
): void {
  const splitter = new FrameSplitter(maxBytes)
  const seen: Buffer[] = []
  const timer = timeoutMs > 0 ? clock.schedule(timeoutMs, () => stream.destroy()) : undefined
  const done = (connect: Packet | null): void => {
    over()
    stream.pause()
    stream.unshift(Buffer.concat(seen))
    met(connect)
    // It was stopped by hand, and whoever has it now listens.
    stream.resume()
  }
  const read = (chunk: Buffer): void => {
    seen.push(chunk)
    let first: Packet | undefined
    if (typeOf(seen[0]?.[0] ?? 0) === Type.CONNECT) {
      try {
        const whole: Packet[] = []
        splitter.push(
          chunk,
          (frame) => void whole.push(new Packet(frame, 4)),
          () => false,
        )
        first = whole[0]
        if (first === undefined) return
      } catch {
        // What is too long or malformed is for the broker to judge.
      }
    }
    done(first ?? null)
  }
  const gone = (): void => {
    over()
    stream.destroy()
  }
  const over = (): void => {
    clock.cancel(timer)
    stream.off('data', read)
    for (const event of ['end', 'error', 'close']) stream.off(event, gone)
  }
  stream.on('data', read)
  for (const event of ['end', 'error', 'close']) stream.on(event, gone)
}
