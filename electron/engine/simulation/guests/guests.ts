import type { Duplex } from 'node:stream'
import type { LinkConfig } from '../../../contract/link-config'
import type { LossyListener } from '../../../contract/lossy-listener'
import type { ListenerStatus, Note } from '../../../contract/model'
import type { BrokerConfig } from '../../../contract/scenario'
import { wildcard } from '../../../contract/wildcard'
import { connectClientId } from '../../mqtt/connect'
import type { Packet } from '../../mqtt/packet'
import { Kept } from '../broker/kept'
import { Listeners } from '../broker/listener/listeners'
import type { BrokerLimits, BrokerLogLine } from '../broker/types'
import { steadyMs, type Clock } from '../clock/clock'
import type { Attachment, Guest, Link } from '../link/types'
import { listenNear, readTls } from '../target/listen-near'
import type { Passage } from '../target/pass-through'
import type { BrokerTarget } from '../target/target'
import { greet } from './greet'
import { join } from './join'

/** Links of clients that have gone are kept, since a client that comes back goes on where it was; the oldest are forgotten. */
const REMEMBERED = 1000

export interface GuestsDeps {
  /** A link for a real client. */
  attach(clientId: string, config: LinkConfig): Attachment
  target(): BrokerTarget | null
  /** Of the scenario. */
  clock: Clock
  realClock: Clock
  limits: BrokerLimits
  log(line: BrokerLogLine): void
  /**
   * Clients whose link decides nothing are joined to the broker byte for byte, and these see them.
   * @default all come over their links
   */
  passing?: (clientId: string) => Passage
}

interface Door {
  config: LossyListener
  readonly listeners: Listeners
  status: ListenerStatus
  /** As if the broker were not there. */
  away: boolean
}

/** What the listener says of this client in particular. */
const specialFor = ({ special }: LossyListener, clientId: string) =>
  special?.find((s) => wildcard(s.clients)(clientId))

/** The link of a client; null for one that comes in without. */
function linkFor(listener: LossyListener, clientId: string): LossyListener['link'] | null {
  const special = specialFor(listener, clientId)
  if (special) return special.link
  return wildcard(listener.clients)(clientId) ? listener.link : null
}

/** The link does nothing to the bytes. */
function isTransparent({ uplink, downlink, gate, script, cut, faults }: LinkConfig): boolean {
  const free = [uplink, downlink].every(
    ({ loss, delay, bandwidth }) =>
      loss.model === 'none' && delay.model === 'constant' && delay.ms === 0 && bandwidth === undefined,
  )
  const whole = cut.every === undefined && cut.rules.length === 0 && cut.at.length === 0
  return free && whole && !gate && script.length === 0 && faults === undefined
}

/** A client that is connected over a lossy listener, or was. */
export interface Seat extends Guest {
  readonly clientId: string
  readonly attachment: Attachment
  readonly door: Door
  /** The CONNECT of its last connection. */
  readonly connect: Packet
  connected: boolean
}

/**
 * Clients that are not ours and reach the broker through a link: they come over lossy listeners. A second connection
 * with the same identifier has a link of its own until the broker decides who stays, as in the world outside.
 */
export class Guests {
  private readonly doors: Door[] = []
  /** By client identifier, those that came first or came back first. */
  private readonly seats = new Map<string, Seat>()
  private unnamed = 0
  private closed = false

  /** Unfinished WebSocket frames; whole packets count at the broker. */
  private readonly kept: Kept

  constructor(private readonly deps: GuestsDeps) {
    const seats = (): number => this.seats.size
    this.kept = new Kept(deps.limits, { sessions: seats, connected: seats, connections: seats })
  }

  /**
   * Opens the lossy listeners of a broker.
   * @throws ApiError `conflict` when a port cannot be had, `bad-scenario` for a certificate that cannot be read
   */
  async open(broker: BrokerConfig): Promise<void> {
    const exact = broker.kind === 'external' || broker.fixedPort
    for (const listener of broker.listeners ?? []) await this.add(listener, exact)
  }

  /**
   * Opens one more.
   * @param exact no other port will do
   * @returns says so when another port was taken
   * @throws as `open`
   */
  async add(config: LossyListener, exact: boolean): Promise<Note | null> {
    const listeners = new Listeners({
      limits: this.deps.limits,
      kept: this.kept,
      clock: this.deps.realClock,
      accept: (stream, remote, listener) => {
        if (door.away) stream.destroy()
        else this.greet(door, stream, { remote, listener })
        return () => stream.destroy()
      },
      log: (line) => this.deps.log(line),
      allowHalfOpen: this.deps.passing !== undefined,
    })
    const door: Door = { config, listeners, status: { kind: config.kind, url: '' }, away: false }
    const secure = config.kind === 'tls' || config.kind === 'wss'
    const tls = secure ? await readTls(config, 'broker.listeners') : undefined
    const { kind, host, port } = config
    const about = await listenNear(
      (spec) => listeners.open(spec),
      { kind, host, port, ...(tls && { tls }) },
      exact,
    )
    door.status = { kind, url: listeners.list()[0]?.url ?? '' }
    this.doors.push(door)
    for (const restart of config.restarts ?? []) this.planRestart(door, restart)
    if (this.closed) await this.remove(this.doors.length - 1)
    return about
  }

  private planRestart(door: Door, { at, for: lastsMs }: { at: number; for: number }): void {
    const inMs = at - steadyMs(this.deps.clock)
    this.deps.clock.schedule(Math.max(0, inMs), () => {
      door.away = true
      door.listeners.destroySockets()
    })
    this.deps.clock.schedule(Math.max(0, inMs + lastsMs), () => {
      door.away = false
    })
  }

  /** Closes a listener and the connections over it. @param index in the order in which they were opened */
  async remove(index: number): Promise<void> {
    const [door] = this.doors.splice(index, 1)
    if (!door) return
    for (const seat of this.seats.values()) if (seat.door === door) this.drop(seat)
    const closing = door.listeners.close()
    door.listeners.destroySockets()
    await closing
  }

  /** The open listeners, in the order of the scenario. */
  listeners(): ListenerStatus[] {
    return this.doors.map((d) => d.status)
  }

  /** Clients that are connected. */
  connected(): Seat[] {
    return [...this.seats.values()].filter((s) => s.connected)
  }

  find(clientId: string): Seat | undefined {
    return this.seats.get(clientId)
  }

  link(clientId: string): Link | undefined {
    return this.seats.get(clientId)?.attachment.link
  }

  /** Changes the link of a listener and of all who came over it. @param index in the order in which they were opened */
  setLink(index: number, link: LossyListener['link']): void {
    const door = this.doors[index]
    if (!door) return
    door.config = { ...door.config, link }
    for (const seat of this.seats.values()) {
      if (seat.door === door && !specialFor(door.config, seat.clientId)) seat.attachment.link.setConfig(link)
    }
  }

  async close(): Promise<void> {
    this.closed = true
    while (this.doors.length > 0) await this.remove(0)
  }

  private greet(door: Door, stream: Duplex, guest: Guest): void {
    const { connectBytes, connectTimeout } = this.deps.limits
    const asks = { maxBytes: connectBytes, timeoutMs: connectTimeout, clock: this.deps.realClock }
    greet(stream, asks, (connect) => {
      door.listeners.connected(guest.remote)
      const target = this.deps.target()
      if (target === null) {
        stream.destroy()
        return
      }
      const { passing } = this.deps
      const clientId = connect === null ? null : connectClientId(connect)
      const link = clientId === null ? null : linkFor(door.config, clientId)
      if (connect !== null && link !== null && !(passing && isTransparent(link)))
        this.seat(door, stream, guest, connect, link)
      else target.accept(stream, guest.remote, guest.listener, passing?.(clientId ?? ''))
    })
  }

  private seat(door: Door, stream: Duplex, guest: Guest, connect: Packet, link: LinkConfig): void {
    const clientId = connectClientId(connect) || `auto-${++this.unnamed}`
    const before = this.seats.get(clientId)
    const again = before?.door === door && !before.connected
    if (before && !before.connected && !again) this.drop(before)
    const attachment = again ? before.attachment : this.deps.attach(clientId, link)
    const seat: Seat = { ...guest, clientId, attachment, door, connect, connected: true }
    this.seats.delete(clientId)
    this.seats.set(clientId, seat)
    const end = attachment.connect(guest)
    end.on('close', () => this.left(seat))
    join(stream, end, this.deps.realClock)
  }

  private left(seat: Seat): void {
    seat.connected = false
    if (this.seats.get(seat.clientId) !== seat) {
      seat.attachment.close()
      return
    }
    if (this.seats.size <= REMEMBERED) return
    for (const old of this.seats.values()) {
      if (old.connected) continue
      this.drop(old)
      return
    }
  }

  private drop(seat: Seat): void {
    if (this.seats.get(seat.clientId) === seat) this.seats.delete(seat.clientId)
    seat.attachment.close()
  }
}
