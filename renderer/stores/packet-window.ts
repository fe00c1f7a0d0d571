import type { ExchangeRow, JourneyRow, PacketBatch, PacketRow, SessionMark } from '@contract/model'

/** Rows kept on the page; the ring itself is the engine's. */
const WINDOW_ROWS = 2400
const MAX_MARKS = 800

export type End = 'start' | 'end'

const markKey = (m: SessionMark): string => `${m.atMs} ${m.clientId} ${m.kind}`

/**
 * A stretch of the capture as the page knows it: rows without gaps in what was sent to it, ascending, with the exchanges,
 * journeys and marks that belong to them. Bounded: what leaves does so at the end that is not being read.
 */
export class PacketWindow {
  private readonly bySeq = new Map<number, PacketRow>()
  private order: number[] = []
  private readonly exchangeById = new Map<number, ExchangeRow>()
  private readonly journeyById = new Map<number, JourneyRow>()
  private readonly markByKey = new Map<string, SessionMark>()

  private readonly guests: PacketWindow[] = []

  constructor(private readonly limit = WINDOW_ROWS) {}

  /** How often it began with other rows, of another run or query: what was asked for before belongs to the earlier ones. */
  begun = 0

  begin(): void {
    this.begun += 1
    this.clear()
  }

  clear(): void {
    this.bySeq.clear()
    this.order = []
    this.exchangeById.clear()
    this.journeyById.clear()
    this.markByKey.clear()
  }

  /** Rows that are known elsewhere keep their exchanges and journeys here. */
  keepFor(other: PacketWindow): void {
    this.guests.push(other)
  }

  /** Takes new rows at the end and changes of known ones; rows leave at the start. */
  append(batch: PacketBatch): void {
    this.take(batch, () => true)
    this.trim('start')
  }

  /** Takes only changes of rows that are here: the view stands still and yet tells what became of them. */
  update(batch: PacketBatch): void {
    this.take(batch, (p) => this.bySeq.has(p.seq))
  }

  /** Takes older rows at the start; rows leave at the end. */
  prepend(batch: PacketBatch): void {
    this.take(batch, () => true)
    this.trim('end')
  }

  get size(): number {
    return this.order.length
  }
  get firstSeq(): number | null {
    return this.order[0] ?? null
  }
  get lastSeq(): number | null {
    return this.order.at(-1) ?? null
  }
  has(seq: number): boolean {
    return this.bySeq.has(seq)
  }
  row(seq: number): PacketRow | undefined {
    return this.bySeq.get(seq)
  }
  /** Rows in order of capture. */
  rows(): PacketRow[] {
    return this.order.flatMap((seq) => this.bySeq.get(seq) ?? [])
  }
  exchange(id: number | null): ExchangeRow | undefined {
    return id === null ? undefined : this.exchangeById.get(id)
  }
  journey(id: number | null): JourneyRow | undefined {
    return id === null ? undefined : this.journeyById.get(id)
  }
  marks(): SessionMark[] {
    return [...this.markByKey.values()]
  }

  private take(batch: PacketBatch, wanted: (p: PacketRow) => boolean): void {
    const fresh: number[] = []
    for (const p of batch.packets) {
      if (!wanted(p)) continue
      if (!this.bySeq.has(p.seq)) fresh.push(p.seq)
      this.bySeq.set(p.seq, p)
    }
    for (const e of batch.exchanges) this.exchangeById.set(e.id, e)
    for (const j of batch.journeys) this.journeyById.set(j.id, j)
    for (const m of batch.marks) this.markByKey.set(markKey(m), m)
    if (fresh.length === 0) return
    const first = fresh[0] ?? 0
    const inOrder = first > (this.order.at(-1) ?? 0)
    this.order.push(...fresh)
    if (!inOrder || fresh.some((s, i) => i > 0 && s < (fresh[i - 1] ?? 0))) this.order.sort((a, b) => a - b)
  }

  private trim(from: End): void {
    const over = this.order.length - this.limit
    if (over > 0) {
      const gone = from === 'start' ? this.order.splice(0, over) : this.order.splice(-over)
      for (const seq of gone) this.bySeq.delete(seq)
    }
    if (this.journeyById.size > this.limit * 2 || this.exchangeById.size > this.limit * 2) this.forgetUnused()
    while (this.markByKey.size > MAX_MARKS) this.markByKey.delete(this.markByKey.keys().next().value ?? '')
  }

  private forgetUnused(): void {
    const exchanges = new Set<number | null>()
    const journeys = new Set<number | null>()
    for (const p of [this, ...this.guests].flatMap((w) => [...w.bySeq.values()])) {
      exchanges.add(p.exchange)
      journeys.add(p.journey)
    }
    for (const id of this.exchangeById.keys()) {
      const e = this.exchangeById.get(id)
      if (!exchanges.has(id) && !journeys.has(e?.journey ?? null)) this.exchangeById.delete(id)
    }
    for (const id of this.journeyById.keys()) if (!journeys.has(id)) this.journeyById.delete(id)
  }
}
