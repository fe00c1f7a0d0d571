import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Sees the bytes of a connection as they pass, in pieces of any length. */
export interface Passage {
  uplink(chunk: Buffer): void
  downlink(chunk: Buffer): void
}

/**
 * Joins two streams byte for byte: each waits while the other has no room, the end of one side's sending is passed on and
 * the other side may go on, and what breaks on one side breaks on the other.
 */
export function passThrough(client: Duplex, broker: Duplex, seen?: Passage): void {
  oneWay(client, broker, seen && ((chunk) => seen.uplink(chunk)))
  oneWay(broker, client, seen && ((chunk) => seen.downlink(chunk)))
}

function oneWay(from: Duplex, to: Duplex, look: ((chunk: Buffer) => void) | undefined): void {
  from.on('data', (chunk: Buffer) => {
    look?.(chunk)
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
  from.on('error', () => breakOff(to))
  from.on('close', () => {
    if (!from.readableEnded) breakOff(to)
  })
}

/** As the other side was broken off: a reset where there is such a thing. */
function breakOff(stream: Duplex): void {
  if (stream.destroyed) return
  if (stream instanceof Socket) stream.resetAndDestroy()
  else stream.destroy()
}
