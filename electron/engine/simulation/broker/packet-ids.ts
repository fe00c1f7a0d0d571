/** Identifiers a packet may have: 1 to 65,535 [MQTT-2.3.1-1]. */
export const MAX_ID = 65_535

/** In use, from where on looking for a free one by trying could take long: then a bit for each is kept. */
const MANY = 1024

/** What is in use, as the owner keeps it anyway. */
export interface IdsInUse {
  readonly inFlight: number
  has(id: number): boolean
  ids(): Iterable<number>
}

const after = (id: number): number => (id === MAX_ID ? 1 : id + 1)

/** Packet identifiers of one session: they ascend, come round, and pass over those in use, however many these are. */
export class PacketIds {
  private next = 1
  private bits: Uint32Array | null = null

  constructor(private readonly used: IdsInUse) {}

  /** The next one not in use; there must be one [MQTT-2.3.1-2]. */
  free(): number {
    this.prepare()
    if (this.bits !== null) return firstFree(this.bits, this.next)
    let id = this.next
    while (this.used.has(id)) id = after(id)
    return id
  }

  take(id: number): void {
    this.next = after(id)
    this.mark(id, true)
  }

  release(id: number): void {
    this.mark(id, false)
  }

  private mark(id: number, used: boolean): void {
    if (this.bits === null) return
    const bit = 1 << (id & 31)
    const word = this.bits[id >> 5] as number
    this.bits[id >> 5] = used ? word | bit : word & ~bit
  }

  private prepare(): void {
    const { inFlight } = this.used
    if (this.bits !== null && inFlight < MANY / 2) this.bits = null
    if (this.bits !== null || inFlight < MANY) return
    this.bits = new Uint32Array(2048)
    // There is no identifier 0.
    this.bits[0] = 1
    for (const id of this.used.ids()) this.mark(id, true)
  }
}

/** Looks at 32 at a time. */
function firstFree(bits: Uint32Array, from: number): number {
  let free = ~(bits[from >> 5] as number) & (-1 << (from & 31))
  let word = from >> 5
  while (free === 0) {
    word = (word + 1) % bits.length
    free = ~(bits[word] as number)
  }
  return word * 32 + 31 - Math.clz32(free & -free)
}
