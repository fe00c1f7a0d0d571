import type { PacketRow } from '@contract/model'
import type { Direction, PacketType } from '@contract/packet'
import { underWayMs } from '@contract/under-way'

/** One packet in motion, placed by `frame`. */
export interface Sprite {
  seq: number
  /** Identifier of the node whose spoke it runs on. */
  node: string
  type: PacketType
  direction: Direction
  dup: boolean
  /** moving: on its spoke; held: at the gate; falling: lost, `t` runs from 0 to 1. */
  phase: 'moving' | 'held' | 'falling'
  /** How far on the spoke, 0 at the sender, 1 at the receiver. */
  at: number
  t: number
  /** Text of a lost packet, e.g. `PUBACK #7`; null for those that fall in a crowd. */
  label: string | null
}

interface Flight {
  row: PacketRow
  node: string
  startMs: number
  durationMs: number
  lostAtMs: number | null
  label: boolean
}

export interface MotionOptions {
  /** Most packets in the picture at once. @default 220 */
  max?: number
  /** Shortest flight, so that a packet of a fast link can be seen, ms. @default 700 */
  minFlightMs?: number
}

const FALL_MS = 1100
const MAX_LABELS = 3
const WINDOW_MS = 1000

/**
 * Packets as moving marks. Takes rows as they come and gives their places at a time; what does not fit is left out and
 * counted. Times are those of the animation, in ms, and stand still while the run does.
 */
export class PacketMotion {
  private readonly flights = new Map<number, Flight>()
  private readonly max: number
  private readonly minFlightMs: number
  private lastSeq = 0
  private budget: number
  private filledAtMs = 0
  private window: { atMs: number; seen: number; drawn: number }[] = []

  constructor(options: MotionOptions = {}) {
    this.max = options.max ?? 220
    this.minFlightMs = options.minFlightMs ?? 700
    this.budget = this.max / 6
  }

  /**
   * @param nodeOf node a client's packets run at; undefined leaves them out
   * @param matched packets the engine saw since the batch before, of which `rows` may be a part
   * @param speed virtual seconds a second
   */
  add(
    rows: readonly PacketRow[],
    nodeOf: (clientId: string) => string | undefined,
    nowMs: number,
    matched = 0,
    speed = 1,
  ): void {
    this.refill(nowMs)
    let drawn = 0
    let fresh = 0
    for (const row of rows) {
      const known = this.flights.get(row.seq)
      if (known) {
        this.update(known, row, nowMs, speed)
        continue
      }
      // A packet that has flown already is reported again when its fate settles.
      if (row.seq <= this.lastSeq) continue
      this.lastSeq = row.seq
      fresh += 1
      const node = nodeOf(row.clientId)
      if (node === undefined || this.flights.size >= this.max || this.budget < 1) continue
      this.budget -= 1
      drawn += 1
      this.flights.set(row.seq, this.launch(row, node, nowMs, speed))
    }
    this.window.push({ atMs: nowMs, seen: Math.max(matched, fresh), drawn })
  }

  /** So many packets a millisecond fill the picture evenly; a quiet network may spend a burst of it at once. */
  private refill(nowMs: number): void {
    const perMs = (0.8 * this.max) / this.minFlightMs
    this.budget = Math.min(this.max / 6, this.budget + (nowMs - this.filledAtMs) * perMs)
    this.filledAtMs = nowMs
  }

  private launch(row: PacketRow, node: string, nowMs: number, speed: number): Flight {
    const flight: Flight = {
      row,
      node,
      startMs: nowMs,
      durationMs: this.minFlightMs,
      lostAtMs: null,
      label: false,
    }
    this.update(flight, row, nowMs, speed)
    return flight
  }

  private update(flight: Flight, row: PacketRow, nowMs: number, speed: number): void {
    const wasHeld = flight.row.fate === 'held'
    flight.row = row
    if (wasHeld && row.fate !== 'held') flight.startMs = nowMs - flight.durationMs * 0.5
    const wayMs = underWayMs(row)
    if (wayMs !== null) flight.durationMs = Math.max(this.minFlightMs, Math.min(20_000, wayMs / speed))
    if (row.fate === 'lost' && flight.lostAtMs === null) {
      const point = Math.min(0.85, Math.max(0.2, row.lossPoint))
      flight.lostAtMs = Math.max(nowMs, flight.startMs + flight.durationMs * point)
      const labelled = [...this.flights.values()].filter((f) => f.label).length
      flight.label = labelled < MAX_LABELS
    }
  }

  /** Everything in the picture at this time; what has arrived or fallen is forgotten. */
  frame(nowMs: number): Sprite[] {
    const sprites: Sprite[] = []
    for (const [seq, f] of this.flights) {
      const sprite = place(f, nowMs)
      if (sprite) sprites.push(sprite)
      else this.flights.delete(seq)
    }
    return sprites
  }

  /** Packets drawn and packets seen in the last second: the honest "showing n of m". */
  share(nowMs: number): { drawn: number; seen: number } {
    this.window = this.window.filter((w) => nowMs - w.atMs < WINDOW_MS)
    return this.window.reduce((a, w) => ({ drawn: a.drawn + w.drawn, seen: a.seen + w.seen }), {
      drawn: 0,
      seen: 0,
    })
  }

  clear(): void {
    this.flights.clear()
    this.window = []
    this.lastSeq = 0
  }
}

function place(f: Flight, nowMs: number): Sprite | null {
  const { row } = f
  const base = { seq: row.seq, node: f.node, type: row.type, direction: row.direction, dup: row.dup }
  const progress = (nowMs - f.startMs) / f.durationMs
  if (row.fate === 'held') {
    return { ...base, phase: 'held', at: Math.min(0.5, Math.max(0, progress)), t: 0, label: null }
  }
  if (f.lostAtMs !== null && nowMs >= f.lostAtMs) {
    const t = (nowMs - f.lostAtMs) / FALL_MS
    if (t > 1) return null
    const name = row.packetId === null ? row.type : `${row.type} #${row.packetId}`
    const at = (f.lostAtMs - f.startMs) / f.durationMs
    return { ...base, phase: 'falling', at: Math.min(0.95, at), t, label: f.label ? name : null }
  }
  if (progress > 1) {
    // Still on the way in the run: waits before the receiver.
    if (row.fate === 'transit' && nowMs - f.startMs < 10_000)
      return { ...base, phase: 'moving', at: 0.92, t: 0, label: null }
    return null
  }
  return { ...base, phase: 'moving', at: Math.max(0, progress), t: 0, label: null }
}
