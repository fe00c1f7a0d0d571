import type { RetryTimer } from '../../../contract/device'
import type { LinkConfig } from '../../../contract/link-config'
import type { Direction, PacketType } from '../../../contract/packet'
import type { Timer } from '../clock/clock'
import { beginsSession, connectHead, type ConnectHead } from '../../mqtt/connect'
import { Packet, Type, type Frame } from '../../mqtt/packet'
import type { PacketPort } from '../../mqtt/port'
import type { LegEvent, TransitObserver, TransitOrigin } from '../../mqtt/transit'
import { Agent, type LinkAgent } from './agent'
import { Bystander } from './bystander'
import { Connection, type ConnectionHost } from './connection'
import { cutPlanOf, type CutPlan } from './cut'
import { seedKey, textKey, type FateKey } from './fate'
import { untilReachableMs } from './faults'
import { LinkDirection, type LinkDirectionHost } from './link-direction'
import { mediumOf } from './media'
import { createParts, type Parts } from './medium'
import { Pace, READ_MS } from './pace'
import { scriptOf, type StepScript } from './script'
import { TcpConnection, type TcpHost, type TcpPath } from './tcp/connection'
import { AgentSide } from './agent-side'
import type { ClientStream, GateKeeper, Link, LinkDeps } from './types'

type ClosedBy = Extract<LegEvent, { kind: 'closed' }>['by']

/**
 * The simulated network of one client.
 * @param id identifier of the client; with the seed it decides every packet's fate
 */
export function createLink(id: string, config: LinkConfig, deps: LinkDeps): Link {
  return new SimulatedLink(id, config, deps)
}

/** True when some packet's loss or delay is drawn by lot. */
const leftToChance = ({ uplink, downlink, faults }: LinkConfig): boolean =>
  faults !== undefined ||
  [uplink, downlink].some((d) => d.loss.model !== 'none' || d.delay.model !== 'constant')

/** True when segments may be lost. */
const losesSegments = ({ kind, uplink, downlink }: LinkConfig): boolean =>
  kind === 'tcp' && (uplink.loss.model !== 'none' || downlink.loss.model !== 'none')

/** Wiring: two directions, an agent at either side, and the connection that runs through them at the moment. */
class SimulatedLink implements Link, LinkDirectionHost, ConnectionHost, TcpHost {
  readonly pace: Pace
  readonly observer: TransitObserver
  readonly gate: GateKeeper
  readonly nextTransitId: () => number
  plan: CutPlan
  script: StepScript
  private readonly parts: Record<Direction, Parts>
  private readonly directions: Record<Direction, LinkDirection>
  private readonly device: LinkAgent
  private readonly broker: LinkAgent
  private facts: Pick<ConnectHead, 'level' | 'clean'> = { level: 4, clean: true }
  connection: Connection | null = null
  heardMs = 0
  /** Connections that the broker still believes in, although the client has a newer one. */
  private readonly behind = new Set<Connection>()
  private cutTimer: Timer | undefined
  private deathTimer: Timer | undefined
  private soonTimer: Timer | undefined
  /** Steady ms. */
  private openedMs = 0
  private stepping = false
  private readonly real: boolean
  private readonly keys: Record<Direction, FateKey>
  /** From the first moment on at which a segment may be lost. */
  private tcp: TcpConnection | null = null
  private ended = false

  constructor(
    readonly id: string,
    public config: LinkConfig,
    deps: LinkDeps,
  ) {
    this.pace = new Pace(deps.clock)
    this.real = deps.real ?? false
    this.observer = deps.observer
    this.gate = deps.gate
    this.nextTransitId = deps.nextTransitId
    this.plan = cutPlanOf(config.cut)
    this.script = scriptOf(config.script)
    const key = textKey(seedKey(deps.seed), id)
    this.parts = { uplink: createParts(config.uplink), downlink: createParts(config.downlink) }
    this.keys = { uplink: textKey(key, 'uplink'), downlink: textKey(key, 'downlink') }
    const create = (direction: Direction) =>
      new LinkDirection(direction, this.keys[direction], this, mediumOf(config, this.parts[direction]))
    this.directions = { uplink: create('uplink'), downlink: create('downlink') }
    this.mindChance()
    const agent = (direction: Direction): LinkAgent => {
      const back = direction === 'uplink' ? 'downlink' : 'uplink'
      const side = new AgentSide(this, this.directions[direction], this.directions[back])
      return this.real ? new Bystander(side, config) : new Agent(direction, side, config)
    }
    this.device = agent('uplink')
    this.broker = agent('downlink')
  }

  get level(): number {
    return this.facts.level
  }

  connect(): { client: ClientStream; broker: PacketPort } {
    if (this.ended) throw new Error(`the link of ${this.id} is closed`)
    this.leaveBehind()
    for (const direction of ['uplink', 'downlink'] as const) {
      this.parts[direction].line.clear()
      this.directions[direction].shut = false
    }
    const connection = new Connection(this.directions.uplink, this.directions.downlink, this, this.real)
    this.connection = connection
    this.openedMs = this.pace.steadyMs()
    this.observer.event({ kind: 'opened', clientId: this.id, atMs: this.pace.nowMs() })
    this.planCut()
    this.planDeath()
    return { client: connection.client, broker: connection.broker }
  }

  setConfig(config: LinkConfig): void {
    const old = this.config
    const before = (direction: Direction) => ({ config: old[direction], parts: this.parts[direction] })
    this.config = config
    if (old.kind !== config.kind || JSON.stringify(old.tcp) !== JSON.stringify(config.tcp)) this.leaveTcp()
    for (const direction of ['uplink', 'downlink'] as const) {
      this.parts[direction] = createParts(config[direction], before(direction))
      this.directions[direction].medium = mediumOf(config, this.parts[direction])
    }
    this.mindChance()
    if (JSON.stringify(old.cut) !== JSON.stringify(config.cut)) this.plan = cutPlanOf(config.cut)
    if (JSON.stringify(old.script) !== JSON.stringify(config.script)) this.script = scriptOf(config.script)
    this.device.configure(config)
    this.broker.configure(config)
    if (this.connection !== null) this.planCut()
    if (old.gate && !config.gate) for (const each of Object.values(this.directions)) each.openGate()
    this.stepped()
  }

  dropNext(direction: Direction, type: PacketType): void {
    this.directions[direction].condemn(type)
  }

  cut(): void {
    this.end('cut', 'cut')
  }

  reset(): void {
    this.end('reset', 'reset')
  }

  partsOf(direction: Direction): Parts {
    return this.parts[direction]
  }

  carrier(direction: Direction, losing: boolean): TcpPath | null {
    if (this.tcp === null && this.config.kind === 'tcp' && (losing || losesSegments(this.config)))
      this.tcp = new TcpConnection(this, this.keys, (to, parcel) => this.directions[to].carried(parcel))
    return this.tcp?.[direction] ?? null
  }

  die(): void {
    const { connection } = this
    if (connection === null || connection.dead || connection.closing) return
    connection.dead = true
    this.shut('cut')
    this.observer.event({ kind: 'dead', clientId: this.id, atMs: this.pace.nowMs() })
  }

  cutSoon(): void {
    this.soonTimer ??= this.pace.schedule(READ_MS, () => {
      this.soonTimer = undefined
      this.cut()
    })
  }

  pending(): number {
    const { uplink, downlink } = this.directions
    return uplink.pending + downlink.pending + this.device.pending + this.broker.pending
  }

  retryTimer(direction: Direction, packetId: number): RetryTimer | null {
    const timer = (direction === 'uplink' ? this.device : this.broker).retryTimer(packetId)
    return timer && { ...timer, atMs: this.pace.nowMs() + timer.atMs - this.pace.steadyMs() }
  }

  close(): void {
    this.end('client', 'cut')
    for (const connection of this.behind) {
      connection.closing = true
      connection.destroy()
    }
    this.ended = true
  }

  arrived(direction: Direction, packet: Packet, origin: TransitOrigin): void {
    if (direction === 'uplink') {
      this.broker.fromNetwork(packet, origin)
      return
    }
    this.heardMs = this.pace.steadyMs()
    if (packet.type === Type.CONNACK && beginsSession(packet, this.facts)) this.device.resetSession()
    this.device.fromNetwork(packet, origin)
  }

  controlLost(packet: Packet, direction: Direction): void {
    this.broker.controlLost(packet, direction)
    this.device.controlLost(packet, direction)
  }

  /** The connection's call: an endpoint has written a packet. Here it is looked at, once. */
  written(direction: Direction, frame: Frame, messageId: number): void {
    const packet = new Packet(frame, this.facts.level, messageId)
    if (direction === 'uplink') {
      this.device.fromEndpoint(packet.type === Type.CONNECT ? this.connecting(packet) : packet)
      return
    }
    if (packet.type === Type.CONNACK && beginsSession(packet, this.facts)) this.beginSession()
    this.broker.fromEndpoint(packet)
  }

  /** From CONNECT on the level of the connection is known. */
  private connecting(packet: Packet): Packet {
    this.facts = connectHead(packet)
    const { level } = this.facts
    if (this.connection !== null) this.connection.broker.level = level
    return level === packet.level ? packet : new Packet(packet.frame, level)
  }

  /** An acknowledgement did not come in time, and the client shall reconnect. */
  recover(): void {
    if (!this.connection?.dead) this.end('recovery', 'cut')
  }

  /** One end has gone; what is on its way to the other still arrives. */
  closing(by: ClosedBy, connection: Connection): void {
    // The client has a newer one already, which has nothing to do with this end.
    if (!connection.left) this.quiet(by)
    this.observer.event({ kind: 'closed', clientId: this.id, atMs: this.pace.nowMs(), by })
  }

  private quiet(by: ClosedBy): void {
    this.stopTimers()
    // The other side still takes in what is on its way: a CONNACK that refuses is followed by the close at once.
    if (by !== 'broker') this.device.disconnected()
    if (by !== 'client') this.broker.disconnected()
  }

  /** Both ends have gone. */
  over(connection: Connection): void {
    this.behind.delete(connection)
    if (this.connection !== connection) return
    this.connection = null
    this.endTcp()
    this.stopTimers()
    this.device.disconnected()
    this.broker.disconnected()
  }

  passEnd(pass: () => void): boolean {
    const { faults } = this.config
    const waitMs =
      faults === undefined
        ? 0
        : Math.max(faults.slowClose ?? 0, untilReachableMs(faults, this.pace.steadyMs()))
    if (waitMs > 0) this.pace.schedule(waitMs, pass)
    else pass()
    return waitMs === 0
  }

  /** Held packets that match the next scripted decisions are decided by them, oldest first. */
  stepped(): void {
    if (this.stepping) return
    this.stepping = true
    while (this.script.active && this.decideOneHeld());
    this.stepping = false
  }

  private decideOneHeld(): boolean {
    const held = [...this.directions.uplink.heldTransits(), ...this.directions.downlink.heldTransits()]
    for (const transit of held.sort((x, y) => x.id - y.id)) {
      const action = this.script.take(transit.direction, transit.packet.type)
      if (action === null) continue
      if (action === 'deliver') this.gate.deliver(transit.id)
      else this.gate.drop(transit.id)
      return true
    }
    return false
  }

  private mindChance(): void {
    if (!leftToChance(this.config)) return
    for (const direction of Object.values(this.directions)) direction.exchanges.mindChance()
  }

  private beginSession(): void {
    this.broker.resetSession()
    for (const each of Object.values(this.directions)) each.exchanges.resetSession()
  }

  private planCut(): void {
    this.pace.cancel(this.cutTimer)
    const inMs = this.plan.nextMs(this.openedMs, this.pace.steadyMs())
    this.cutTimer =
      inMs === undefined
        ? undefined
        : this.pace.schedule(inMs, () => {
            this.cut()
          })
  }

  /** A new connection comes: the one before ends, unless the broker does not hear of that yet. */
  private leaveBehind(): void {
    const { connection } = this
    if (connection === null) return
    if (!connection.dead && !connection.lingers) {
      this.end('client', 'cut')
      return
    }
    connection.left = true
    // That it has ended is told when the broker notices.
    if (!connection.closing) this.quiet('client')
    this.over(connection)
    this.behind.add(connection)
  }

  private planDeath(): void {
    const { halfOpen } = this.config.faults ?? {}
    this.pace.cancel(this.deathTimer)
    if (halfOpen === undefined) return
    this.deathTimer = this.pace.schedule(halfOpen, () => this.die())
  }

  /** Ends the connection at once, with everything that is on its way. */
  private end(by: ClosedBy, cause: 'cut' | 'reset'): void {
    const { connection } = this
    if (connection === null) return
    this.shut(cause)
    if (!connection.closing) this.closing(by, connection)
    this.over(connection)
    connection.destroy()
  }

  /** Nothing gets through any more. */
  private shut(cause: 'cut' | 'reset'): void {
    for (const each of Object.values(this.directions)) {
      each.shut = true
      each.abort(cause)
    }
    this.endTcp()
  }

  /** It is another network now: what TCP has on its way arrives at once. */
  private leaveTcp(): void {
    const { tcp } = this
    // What is answered meanwhile goes the new way.
    this.tcp = null
    for (const path of tcp === null ? [] : [tcp.uplink, tcp.downlink]) {
      path.flush()
      path.clear()
    }
  }

  private endTcp(): void {
    this.tcp?.uplink.clear()
    this.tcp?.downlink.clear()
    this.tcp = null
  }

  private stopTimers(): void {
    this.pace.cancel(this.cutTimer)
    this.pace.cancel(this.deathTimer)
    this.pace.cancel(this.soonTimer)
    this.cutTimer = undefined
    this.soonTimer = undefined
  }
}
