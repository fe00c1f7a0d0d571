import type { Batch } from './flush-queue'
import { InFlight, RELEASED } from './in-flight'
import type { PublishWriter } from './client-types'

/** What a client keeps over a lost connection (MQTT 3.1.1 section 4.1), and what of it must be sent again. */
export class ClientSession {
  readonly inFlight: InFlight
  /** QoS 2 identifiers received and not yet released: their PUBLISH must not be delivered again. */
  readonly received = new Set<number>()
  /** Slots to send again on this connection, newest first. */
  private resend: number[] = []
  /** A connection was made before. */
  begun = false
  /** Receive Maximum of the broker [MQTT-3.3.4-7]. */
  private quota: number
  /** QoS 1 messages whose PUBACK has not been written. */
  private unreplied = 0

  constructor(window: number) {
    this.inFlight = new InFlight(window)
    this.quota = window
  }

  /** A connection was made. With the old session, everything unacknowledged is sent again, in order. */
  begin(receiveMaximum: number, sessionPresent: boolean): void {
    this.begun = true
    this.quota = Math.min(this.inFlight.window, receiveMaximum)
    this.unreplied = 0
    this.resend = sessionPresent ? this.inFlight.inOrder().reverse() : []
    if (!sessionPresent) this.received.clear()
  }

  /** A message of QoS 1 or 2 came. @returns whether it is one of QoS 2 that came before */
  came(qos: number, id: number): boolean {
    if (qos === 1) {
      this.unreplied++
      return false
    }
    if (this.received.has(id)) return true
    this.received.add(id)
    return false
  }

  /** Acknowledgements have been written. */
  replied(): void {
    this.unreplied = 0
  }

  /** Messages that the client's own Receive Maximum limits: received, and not acknowledged to the end. */
  get unanswered(): number {
    return this.unreplied + this.received.size
  }

  /** Messages sent on this connection and unacknowledged: what Receive Maximum limits. */
  private get onWire(): number {
    return this.inFlight.size - this.resend.length
  }

  /** New messages wait until all old ones are sent again [MQTT-4.6.0-1]. */
  get hasRoom(): boolean {
    return this.onWire < this.quota && this.resend.length === 0 && !this.inFlight.full
  }

  get mustResend(): boolean {
    return this.resend.length > 0
  }

  take(sequence: number, timeMs: number, delayMs: number): number {
    return this.inFlight.take(sequence, timeMs, delayMs)
  }

  /** Ends the exchange in a slot. */
  settle(slot: number): void {
    this.inFlight.free(slot)
    if (this.resend.length > 0) this.resend = this.resend.filter((s) => s !== slot)
  }

  /** Writes PUBLISH with DUP set, or PUBREL, for what is unacknowledged, as far as Receive Maximum lets it. */
  writeResends(batch: Batch, template: PublishWriter): void {
    while (this.resend.length > 0 && this.onWire < this.quota) {
      const slot = this.resend.pop() as number
      const id = this.inFlight.id(slot)
      if (this.inFlight.state(slot) === RELEASED) {
        writeAck(batch, 0x62, id)
        continue
      }
      batch.reserve(template.length)
      batch.at = template.write(
        batch.bytes,
        batch.at,
        true,
        id,
        this.inFlight.sequence(slot),
        this.inFlight.timeMs(slot),
        this.inFlight.delayMs(slot),
      )
    }
  }

  /** Messages in flight, oldest first: their numbers and the times that were given with them. */
  unacknowledged(): { sequences: number[]; times: number[] } {
    const slots = this.inFlight.inOrder()
    return {
      sequences: slots.map((s) => this.inFlight.sequence(s)),
      times: slots.map((s) => this.inFlight.timeMs(s)),
    }
  }

  /** Takes everything in flight out, oldest first, as sequence numbers. */
  abandon(): number[] {
    const { sequences } = this.unacknowledged()
    for (const s of this.inFlight.inOrder()) this.inFlight.free(s)
    this.resend = []
    return sequences
  }
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP in its two-byte form. */
export function writeAck(batch: Batch, first: number, id: number): void {
  batch.reserve(4)
  const b = batch.bytes
  const at = batch.at
  b[at] = first
  b[at + 1] = 2
  b[at + 2] = id >> 8
  b[at + 3] = id
  batch.at = at + 4
}
