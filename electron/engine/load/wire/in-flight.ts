/** Where a QoS 1 or 2 message stands. `published`: PUBLISH sent; `released`: PUBREC came, PUBREL sent. */
const FREE = 0
const PUBLISHED = 1
export const RELEASED = 2

/**
 * The unacknowledged messages of one client, and its packet identifiers.
 *
 * A message has a slot; its identifier is slot + 1 + n x slots with n going round, so that an identifier in use
 * is never given out again, a freed one comes back late, and an acknowledgement finds its slot by a mask.
 */
export class InFlight {
  /** Messages that may be in flight at once. */
  readonly window: number
  private readonly mask: number
  private readonly ids: Uint16Array
  private readonly states: Uint8Array
  private readonly sequences: Uint32Array
  private readonly times: Float64Array
  private readonly delays: Float32Array
  private readonly orders: Uint32Array
  private readonly freeSlots: Uint16Array
  private freeAt = 0
  private used = 0
  private order = 0

  /** @param window 1 to 65,535, since 0 is not a packet identifier [MQTT-2.3.1-1] */
  constructor(window: number) {
    this.window = window
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, window)))
    this.mask = slots - 1
    this.ids = new Uint16Array(slots)
    this.states = new Uint8Array(slots)
    this.sequences = new Uint32Array(slots)
    this.times = new Float64Array(slots)
    this.delays = new Float32Array(slots)
    this.orders = new Uint32Array(slots)
    this.freeSlots = Uint16Array.from({ length: window }, (_, i) => i)
  }

  get size(): number {
    return this.used
  }

  get full(): boolean {
    return this.used === this.window
  }

  /** Takes a slot for a message; returns its packet identifier, or 0 when the window is full. */
  take(sequence: number, timeMs: number, delayMs: number): number {
    if (this.used === this.window) return 0
    const slot = this.freeSlots[this.freeAt] as number
    this.freeAt = this.freeAt + 1 === this.window ? 0 : this.freeAt + 1
    this.used++
    const before = this.ids[slot] as number
    let id = before === 0 ? slot + 1 : before + this.mask + 1
    if (id > 65_535) id = slot + 1
    this.ids[slot] = id
    this.states[slot] = PUBLISHED
    this.sequences[slot] = sequence
    this.times[slot] = timeMs
    this.delays[slot] = delayMs
    this.orders[slot] = this.order++
    return id
  }

  /** The slot of a packet identifier in use, or -1. */
  slotOf(id: number): number {
    const slot = (id - 1) & this.mask
    return id > 0 && this.ids[slot] === id && this.states[slot] !== FREE ? slot : -1
  }

  state(slot: number): number {
    return this.states[slot] as number
  }
  id(slot: number): number {
    return this.ids[slot] as number
  }
  sequence(slot: number): number {
    return this.sequences[slot] as number
  }
  /** Intended send time, as given to `take`. */
  timeMs(slot: number): number {
    return this.times[slot] as number
  }
  /** How much later it was first sent, ms. */
  delayMs(slot: number): number {
    return this.delays[slot] as number
  }

  /** PUBREC came: from now on PUBREL is what is repeated. */
  release(slot: number): void {
    this.states[slot] = RELEASED
  }

  /** The exchange is over; the identifier may be used again. */
  free(slot: number): void {
    if (this.states[slot] === FREE) return
    this.states[slot] = FREE
    const end = this.freeAt + this.window - this.used
    this.freeSlots[end % this.window] = slot
    this.used--
  }

  /** Slots in use, in the order their messages were first sent [MQTT-4.6.0-1]. */
  inOrder(): number[] {
    const slots: number[] = []
    for (let i = 0; i <= this.mask; i++) if (this.states[i] !== FREE) slots.push(i)
    return slots.sort((a, b) => ((this.orders[a] as number) - (this.orders[b] as number)) | 0)
  }
}
