import type { Direction } from '@contract/packet'
import { underWayMs } from '@contract/under-way'

/** What the time scale has to know of a packet. Times in ms, see PacketRow. */
export interface TimedPacket {
  seq: number
  clientId: string
  /** Packets of one side share the room beside the broker: none is closer to another than a slot. @default clientId */
  side?: string
  direction: Direction
  sentMs: number
  settledMs: number | null
  /** @default 0 */
  heldMs?: number
}

export interface TimedMark {
  atMs: number
  clientId: string
  /** See SessionMark. */
  after: number
}

export interface TimeScaleOptions {
  /** Vertical pixels a millisecond, before folding and stretching. */
  pxPerMs: number
  /** Least distance of two packets on one leg, px: what their labels need. */
  slot: number
  /** Height of a folded band, px. */
  foldPx: number
  /** Idle time is folded when it would be taller than this, px. */
  foldAbove: number
  /** Time in which packets are only on their way is folded when it would be taller than this, px. */
  maxGap: number
  /** Room above the first instant, px. */
  top: number
  /** Clock time of now, ms: where packets in transit are. */
  nowMs: number
  /** More room above some happenings, by their keys. @default none */
  rooms?: Rooms
}

/** What happens, as `sendKey`, `endKey` or `markKey` names it. */
export type HappeningKey = string
export const sendKey = (seq: number): HappeningKey => `s${seq}`
export const endKey = (seq: number): HappeningKey => `e${seq}`
export const markKey = (index: number): HappeningKey => `m${index}`

/** Room above a happening, px: above all of its instant, or within that, where things of one moment are drawn apart. */
export interface Room {
  above: number
  within: number
}
export type Rooms = ReadonlyMap<HappeningKey, Room>

/** Time that is not drawn: a band states how much. `idle`: nothing was on its way. */
export interface Fold {
  t0: number
  t1: number
  y0: number
  y1: number
  ms: number
  idle: boolean
}

/** Time drawn taller than the scale says, so that packets can be distinguished; `t0 === t1` for one instant. */
export interface Stretch {
  t0: number
  t1: number
  y0: number
  y1: number
}

/** Where a packet's sending (`y0`) and settling (`y1`) stand. */
export interface Spot {
  y0: number
  y1: number
}

export interface TimeScale {
  spots: ReadonlyMap<number, Spot>
  /** Position of each mark, in the order given. */
  marks: readonly number[]
  /** Which instant a happening belongs to, and its place in causal order within that. */
  order: ReadonlyMap<HappeningKey, { instant: number; at: number }>
  folds: readonly Fold[]
  stretches: readonly Stretch[]
  /** All instants at which something happened, ascending, with the top and the bottom of each. */
  instants: readonly { t: number; y0: number; y1: number }[]
  height: number
  /** Monotone: a later time is never higher up. */
  y(t: number): number
  /** A time at this height; the inverse of `y` within what is drawn. */
  time(y: number): number
}

type Happening =
  | { kind: 'send'; packet: TimedPacket }
  | { kind: 'settle'; packet: TimedPacket }
  | { kind: 'mark'; index: number; clientId: string }

interface Instant {
  t: number
  happenings: Happening[]
}

function keyOf(h: Happening): HappeningKey {
  if (h.kind === 'mark') return markKey(h.index)
  return h.kind === 'send' ? sendKey(h.packet.seq) : endKey(h.packet.seq)
}

/** When a packet's arrow ends: its arrival or loss, now for one on its way, its sending for one that is held. */
export function endMs(p: TimedPacket & { fate?: string }, nowMs: number): number {
  if (p.settledMs !== null) return Math.max(p.settledMs, p.sentMs)
  return p.fate === 'held' ? p.sentMs : Math.max(nowMs, p.sentMs)
}

/**
 * Sends of one instant in order of capture; before each, every arrival of a packet that was captured earlier, since any of
 * them can have caused it (an answer, the message passed on, a will after a DISCONNECT); the other arrivals last.
 */
function inCausalOrder(arrivals: TimedPacket[], sends: TimedPacket[]): Happening[] {
  const waiting = [...arrivals].sort((a, b) => a.seq - b.seq)
  const ordered: Happening[] = []
  let next = 0
  const flush = (before: number): void => {
    for (; next < waiting.length; next++) {
      const packet = waiting[next]
      if (!packet || packet.seq >= before) return
      ordered.push({ kind: 'settle', packet })
    }
  }
  for (const packet of [...sends].sort((a, b) => a.seq - b.seq)) {
    flush(packet.seq)
    ordered.push({ kind: 'send', packet })
  }
  flush(Infinity)
  return ordered
}

function collectInstants(packets: readonly TimedPacket[], marks: readonly TimedMark[], nowMs: number) {
  const at = new Map<number, { sends: TimedPacket[]; arrivals: TimedPacket[]; marks: number[] }>()
  const slotOf = (t: number) => {
    let s = at.get(t)
    if (!s) at.set(t, (s = { sends: [], arrivals: [], marks: [] }))
    return s
  }
  for (const p of packets) {
    slotOf(p.sentMs).sends.push(p)
    const end = endMs(p, nowMs)
    if (end > p.sentMs) slotOf(end).arrivals.push(p)
  }
  marks.forEach((m, i) => slotOf(m.atMs).marks.push(i))
  return [...at.entries()]
    .sort(([a], [b]) => a - b)
    .map(([t, s]): Instant => {
      const happenings = inCausalOrder(s.arrivals, s.sends)
      return { t, happenings: withMarks(happenings, s.marks, marks) }
    })
}

/** Each mark right after the arrival it tells of, else before the first packet that was sent after it. */
function withMarks(happenings: Happening[], indices: number[], marks: readonly TimedMark[]): Happening[] {
  const waiting = indices.flatMap((index) => {
    const mark = marks[index]
    return mark ? [{ kind: 'mark' as const, index, clientId: mark.clientId, after: mark.after }] : []
  })
  waiting.sort((a, b) => a.after - b.after || a.index - b.index)
  const placed: Happening[] = []
  for (const h of happenings) {
    while (h.kind === 'send' && waiting[0] && waiting[0].after < h.packet.seq) {
      placed.push(...waiting.splice(0, 1))
    }
    placed.push(h)
    if (h.kind === 'mark') continue
    const told = waiting.findIndex((m) => m.after === h.packet.seq && m.clientId === h.packet.clientId)
    if (h.kind === 'settle' && told >= 0) placed.push(...waiting.splice(told, 1))
  }
  return [...placed, ...waiting]
}

/** Lays happenings out downwards and keeps packets of one leg a slot apart. */
class Placer {
  readonly spots = new Map<number, Spot>()
  readonly marks: number[] = []
  private lastSend = new Map<string, number>()
  private lastOfClient = new Map<string, number>()
  private lastArrival = new Map<string, number>()
  private lastMark = new Map<string, number>()

  constructor(
    private readonly slot: number,
    private readonly rooms: Rooms,
  ) {}

  /** How far below `top` each happening has to be; places nothing. `top` is raised so that none is above its floor. */
  need(happenings: readonly Happening[], previousBottom: number): number {
    let offset = 0
    let top = previousBottom
    const sends = new Map<string, number>()
    for (const h of happenings) {
      const key = this.key(h)
      const inside = sends.get(key)
      if (inside !== undefined) offset = Math.max(offset, inside + this.slot)
      top = Math.max(top, this.floor(h) - offset)
      sends.set(key, offset)
    }
    return top
  }

  /** Places an instant from `top` down; returns its bottom. */
  place(happenings: readonly Happening[], top: number): number {
    let y = top
    for (const h of happenings) {
      y = Math.max(y, this.floor(h)) + (this.rooms.get(keyOf(h))?.within ?? 0)
      this.record(h, y)
    }
    return y
  }

  private key(h: Happening): string {
    if (h.kind === 'mark') return `m ${h.clientId}`
    const side = h.packet.side ?? h.packet.clientId
    return h.kind === 'send' ? `s ${side}` : `a ${h.packet.direction} ${side}`
  }

  private floor(h: Happening): number {
    switch (h.kind) {
      case 'send':
        return Math.max(
          (this.lastSend.get(this.key(h)) ?? -Infinity) + this.slot,
          (this.lastMark.get(h.packet.clientId) ?? -Infinity) + this.slot,
        )
      case 'settle':
        return (this.lastArrival.get(this.key(h)) ?? -Infinity) + this.slot
      case 'mark':
        return Math.max(
          (this.lastMark.get(h.clientId) ?? -Infinity) + this.slot,
          (this.lastOfClient.get(h.clientId) ?? -Infinity) + this.slot / 2,
        )
    }
  }

  private record(h: Happening, y: number): void {
    switch (h.kind) {
      case 'send':
        this.spots.set(h.packet.seq, { y0: y, y1: y })
        this.lastSend.set(this.key(h), y)
        this.lastOfClient.set(h.packet.clientId, y)
        return
      case 'settle': {
        const spot = this.spots.get(h.packet.seq)
        if (spot) spot.y1 = y
        this.lastArrival.set(this.key(h), y)
        return
      }
      case 'mark':
        this.marks[h.index] = y
        this.lastMark.set(h.clientId, y)
    }
  }
}

/** Height of the time between two instants, and what to say about it. */
function gapHeight(
  dt: number,
  need: number,
  busy: boolean,
  o: TimeScaleOptions,
): { h: number; kind: 'plain' | 'fold' | 'stretch' } {
  const natural = dt * o.pxPerMs
  if (!busy && natural > o.foldAbove) return { h: Math.max(o.foldPx + o.slot + 4, need), kind: 'fold' }
  if (busy && natural > o.maxGap) return { h: Math.max(o.maxGap * 0.6, need), kind: 'fold' }
  if (need > natural * 1.5 + 4) return { h: need, kind: 'stretch' }
  return { h: Math.max(natural, need), kind: 'plain' }
}

/**
 * One time scale for all lanes: time runs down evenly, except where idle time is folded (and the fold says how much)
 * and where packets that came too close together are drawn apart (and the axis says so).
 * Pure; packets in any order, each capture number once.
 */
export function buildTimeScale(
  packets: readonly TimedPacket[],
  marks: readonly TimedMark[],
  o: TimeScaleOptions,
): TimeScale {
  const instants = collectInstants(packets, marks, o.nowMs)
  const rooms: Rooms = o.rooms ?? new Map<HappeningKey, Room>()
  const placer = new Placer(o.slot, rooms)
  const order = new Map<HappeningKey, { instant: number; at: number }>()
  const folds: Fold[] = []
  const stretches: Stretch[] = []
  const drawn: { t: number; y0: number; y1: number }[] = []
  let onTheWay = 0
  let bottom = o.top
  let before = instants[0]?.t ?? 0
  for (const { t, happenings } of instants) {
    const need = placer.need(happenings, bottom) - bottom
    const gap =
      drawn.length === 0 ? ({ h: 0, kind: 'plain' } as const) : gapHeight(t - before, need, onTheWay > 0, o)
    const low = bottom + gap.h
    const top = happenings.reduce((y, h) => y + (rooms.get(keyOf(h))?.above ?? 0), low)
    happenings.forEach((h, at) => order.set(keyOf(h), { instant: drawn.length, at }))
    if (gap.kind === 'fold') {
      const y1 = onTheWay > 0 ? low - 4 : low - o.slot
      folds.push({ t0: before, t1: t, y0: bottom + 4, y1, ms: t - before, idle: onTheWay === 0 })
    } else if (gap.kind === 'stretch') stretches.push({ t0: before, t1: t, y0: bottom, y1: low })
    const end = placer.place(happenings, top)
    if (end > top) stretches.push({ t0: t, t1: t, y0: top, y1: end })
    drawn.push({ t, y0: top, y1: end })
    onTheWay += balance(happenings, o.nowMs)
    bottom = end
    before = t
  }
  return {
    spots: placer.spots,
    marks: placer.marks,
    order,
    folds,
    stretches,
    instants: drawn,
    height: bottom,
    y: (t) => interpolate(drawn, t, o),
    time: (y) => invert(drawn, y, o),
  }
}

/** Packets that set out less those that came to an end. */
function balance(happenings: readonly Happening[], nowMs: number): number {
  let n = 0
  for (const h of happenings) {
    if (h.kind === 'settle') n--
    else if (h.kind === 'send' && endMs(h.packet, nowMs) > h.packet.sentMs) n++
  }
  return n
}

type Drawn = readonly { t: number; y0: number; y1: number }[]

function interpolate(drawn: Drawn, t: number, o: TimeScaleOptions): number {
  const first = drawn[0]
  const last = drawn.at(-1)
  if (!first || !last) return o.top
  if (t <= first.t) return Math.max(0, first.y0 - (first.t - t) * o.pxPerMs)
  if (t >= last.t) return t === last.t ? last.y0 : last.y1 + (t - last.t) * o.pxPerMs
  let lo = 0
  let hi = drawn.length - 1
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1
    if ((drawn[mid]?.t ?? Infinity) <= t) lo = mid
    else hi = mid
  }
  const a = drawn[lo] ?? first
  const b = drawn[hi] ?? last
  if (t === a.t) return a.y0
  return a.y1 + ((t - a.t) / (b.t - a.t)) * (b.y0 - a.y1)
}

function invert(drawn: Drawn, y: number, o: TimeScaleOptions): number {
  const first = drawn[0]
  const last = drawn.at(-1)
  if (!first || !last) return 0
  if (y <= first.y0) return first.t
  if (y >= last.y1) return last.t + (y - last.y1) / o.pxPerMs
  for (let i = 0; i < drawn.length; i++) {
    const a = drawn[i]
    const b = drawn[i + 1]
    if (!a || !b) break
    if (y <= a.y1) return a.t
    if (y < b.y0) return a.t + ((y - a.y1) / (b.y0 - a.y1)) * (b.t - a.t)
  }
  return last.t
}

const NICE = [1, 1.4, 2, 2.8, 4, 5.6, 8]

/**
 * Pixels a millisecond at which a typical packet slants by `slantPx`, rounded down to one of seven steps a decade, so
 * that the picture does not breathe with every packet.
 */
export function suggestPxPerMs(packets: readonly TimedPacket[], slantPx: number): number {
  const latencies = packets
    .map((p) => underWayMs(p) ?? 0)
    .filter((ms) => ms > 0)
    .sort((a, b) => a - b)
  const median = latencies[latencies.length >> 1]
  if (median === undefined) return 1
  const ideal = Math.min(100, Math.max(0.001, slantPx / median))
  const power = 10 ** Math.floor(Math.log10(ideal))
  const step = NICE.filter((n) => n * power <= ideal * 1.0001).at(-1) ?? 1
  return step * power
}
