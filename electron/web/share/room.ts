import { ApiError } from '../../contract/errors'
import type { JoinRefusal, Viewer } from '../../contract/share'
import { Bucket, Buckets } from './limits'
import { codeDigits, sameCode, tokenKey, type Secrets } from './secrets'
import { cleanName, unlike } from './viewer-name'

export interface RoomLimits {
  /** @default 60 */
  maxViewers: number
  /** How long a join code lets anyone in. @default one hour */
  codeLifeMs: number
  /** How long the place of a browser that is away is kept. @default 2 min */
  awayMs: number
  /** Browsers of one viewer at a time: a page that is loaded again overlaps with its former self. @default 2 */
  maxConnections: number
  /** Wrong codes from one address. @default 10, then one in 6 s */
  wrongPerAddress: { burst: number; perSecond: number }
  /** Wrong codes from all addresses together. @default 60, then one per second */
  wrongInAll: { burst: number; perSecond: number }
}

export const roomLimits: RoomLimits = {
  maxViewers: 60,
  codeLifeMs: 3_600_000,
  awayMs: 120_000,
  maxConnections: 2,
  wrongPerAddress: { burst: 10, perSecond: 1 / 6 },
  wrongInAll: { burst: 60, perSecond: 1 },
}

/** A browser of a viewer, as the room needs it. */
export interface Connection {
  /** The viewer is not let in any more; `classEnded` as nobody is. */
  end(classEnded: boolean): void
  /** The controls came or went. */
  controlsChanged(): void
}

export interface Seat {
  readonly id: string
  readonly name: string
  readonly controls: boolean
}

interface TakenSeat extends Seat {
  key: string
  controls: boolean
  connections: Set<Connection>
  /** When the last browser left, on the room's clock. */
  awaySinceMs: number
}

export type JoinOutcome =
  { joined: true; token: string; seat: Seat } | { joined: false; reason: JoinRefusal; retryInMs: number }

export interface RoomOptions {
  /** ms of a clock that never jumps. */
  now: () => number
  secrets: Secrets
  limits: RoomLimits
  onChange: () => void
}

const refused = (reason: JoinRefusal, retryInMs = 0): JoinOutcome => ({ joined: false, reason, retryInMs })

/** Who may watch: join code, seats, and which of them has the controls. Knows no sockets. */
export class Room {
  private code = ''
  private codeEndsMs = 0
  private lastId = 0
  private readonly seats = new Map<string, TakenSeat>()
  private readonly wrongByAddress: Buckets
  private readonly wrongInAll: Bucket

  constructor(private readonly options: RoomOptions) {
    const { limits, now } = options
    this.wrongByAddress = new Buckets(limits.wrongPerAddress, now)
    this.wrongInAll = new Bucket(limits.wrongInAll, now)
    this.renewCode()
  }

  joinCode(): { code: string; validMs: number } {
    return { code: this.code, validMs: Math.max(0, this.codeEndsMs - this.options.now()) }
  }

  renewCode(): void {
    this.code = this.options.secrets.code()
    this.codeEndsMs = this.options.now() + this.options.limits.codeLifeMs
    this.options.onChange()
  }

  /** @param former token of the same browser, whose seat the new one replaces */
  join(a: { code: string; name: string; address: string; former?: string }): JoinOutcome {
    const byAddress = this.wrongByAddress.of(a.address)
    const waitMs = Math.max(byAddress.waitMs(), this.wrongInAll.waitMs())
    if (waitMs > 0) return refused('too-many', waitMs)
    if (!sameCode(codeDigits(a.code), this.code)) {
      byAddress.take()
      this.wrongInAll.take()
      return refused('wrong-code')
    }
    if (this.joinCode().validMs === 0) return refused('expired')
    const name = cleanName(a.name)
    if (name === null) return refused('bad-name')
    const former = a.former === undefined ? undefined : this.seats.get(tokenKey(a.former))
    if (former) this.vacate(former)
    this.sweep()
    if (this.seats.size >= this.options.limits.maxViewers) return refused('full')
    return this.seat(name)
  }

  private seat(name: string): JoinOutcome {
    const token = this.options.secrets.token()
    const seat: TakenSeat = {
      id: `v${++this.lastId}`,
      name: unlike(name, new Set([...this.seats.values()].map((s) => s.name))),
      key: tokenKey(token),
      controls: false,
      connections: new Set(),
      awaySinceMs: this.options.now(),
    }
    this.seats.set(seat.key, seat)
    this.options.onChange()
    return { joined: true, token, seat }
  }

  seatOf(token: string): Seat | null {
    return this.seats.get(tokenKey(token)) ?? null
  }

  /** Takes in a browser of the viewer; null when the token is nobody's or there are enough. */
  connect(token: string, connection: Connection): (() => void) | null {
    const seat = this.seats.get(tokenKey(token))
    if (!seat || seat.connections.size >= this.options.limits.maxConnections) return null
    seat.connections.add(connection)
    this.options.onChange()
    return () => {
      if (!seat.connections.delete(connection)) return
      seat.awaySinceMs = this.options.now()
      this.options.onChange()
    }
  }

  viewers(): Viewer[] {
    return [...this.seats.values()].map((s) => ({
      id: s.id,
      name: s.name,
      connected: s.connections.size > 0,
      controls: s.controls,
    }))
  }

  /** @throws ApiError `not-found` */
  handOver(id: string): void {
    const next = this.find(id)
    for (const seat of this.seats.values()) this.setControls(seat, seat === next)
    this.options.onChange()
  }

  takeBack(): void {
    for (const seat of this.seats.values()) this.setControls(seat, false)
    this.options.onChange()
  }

  /** @throws ApiError `not-found` */
  remove(id: string): void {
    this.vacate(this.find(id))
  }

  /** Gives up the seats of those who are away for too long. */
  sweep(): void {
    const before = this.options.now() - this.options.limits.awayMs
    for (const seat of this.seats.values()) {
      if (seat.connections.size === 0 && seat.awaySinceMs <= before) this.vacate(seat)
    }
  }

  close(): void {
    for (const seat of this.seats.values()) this.vacate(seat, true)
  }

  private vacate(seat: TakenSeat, classEnded = false): void {
    seat.controls = false
    this.seats.delete(seat.key)
    for (const connection of [...seat.connections]) connection.end(classEnded)
    seat.connections.clear()
    this.options.onChange()
  }

  private setControls(seat: TakenSeat, controls: boolean): void {
    if (seat.controls === controls) return
    seat.controls = controls
    for (const connection of seat.connections) connection.controlsChanged()
  }

  private find(id: string): TakenSeat {
    for (const seat of this.seats.values()) if (seat.id === id) return seat
    throw new ApiError('not-found', 'this viewer has left')
  }
}
