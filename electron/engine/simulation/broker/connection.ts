import { randomBytes } from 'node:crypto'
import type { Note } from '../../../contract/model'
import type { ProtocolLevel } from '../../../contract/packet'
import type { Clock } from '../clock/clock'
import { MalformedPacketError, PacketTooLargeError } from '../../mqtt/errors'
import { Packet, Type, type Frame } from '../../mqtt/packet'
import type { PacketPort, PortReceiver } from '../../mqtt/port'
import type { Permissions } from './access'
import { AedesPort, connectForAedes, type PortOwner } from './aedes-port'
import { clientInfo } from './client-info'
import type { ClientContext, Hub } from './hub'
import type { Outlet } from './outlet'
import { handlePacket } from './packets'
import { logMessages } from './log-messages'
import { HttpRequestError, TooMuchKeptError } from './socket-port'
import { whyFull } from './room'
import type { Session } from './session'
import { Tap } from './tap'
import type { BrokerClientInfo, Origin } from './types'
import { ConnectionTimeouts } from './connection-timeouts'
import { connackAccepted, connackRefused, disconnectFrame } from './wire/answers'
import { keepAliveOf, readConnect, willBytes, type Connect, type Will } from './wire/connect'
import { checkLevels } from './wire/levels'
import { TopicAliases } from './wire/topic-aliases'
import { malformed, ProtocolError, protocolError, Reason } from './wire/protocol-error'

/** Real ms between two lines about what one client may not do. */
const DENIED_EVERY_MS = 1000
/** How many frames that an earlier connection left open are sent at a stretch. */
const BURST = 256
const TAKEN_OVER = 'another connection took over the client identifier'

/**
 * One client's connection: checks each packet, lets aedes decide about CONNECT, and runs
 * everything after that against the client's session. Whatever goes wrong here ends this connection and no other.
 */
export class Connection implements PortOwner, PortReceiver, Outlet, ClientContext {
  connect: Connect | null = null
  clientId = ''
  session: Session | null = null
  permissions: Permissions
  readonly external: boolean
  /** Devices' packets all leave in their simulated moment. */
  readonly burst: number
  readonly clock: Clock
  readonly openedAtMs: number
  private state: 'new' | 'connecting' | 'open' | 'closed' = 'new'
  private readonly aedes: AedesPort
  private waiting: Packet[] = []
  private tap: Tap | null = null
  private aliases: TopicAliases | null = null
  private readonly timeouts: ConnectionTimeouts
  private deniedAtMs = -Infinity
  private refusal: Note | null = null
  private willKept: Will | null = null
  /** What is sent now is the last of it. */
  private ending = false
  /** Reasons not to read any more from the client. */
  private holds = 0
  private readonly linked: string | undefined

  constructor(
    readonly hub: Hub,
    private readonly port: PacketPort,
    readonly origin: Origin,
  ) {
    this.external = !origin.device
    this.burst = origin.device || origin.linked !== undefined ? Infinity : BURST
    this.clock = hub.clockOf(origin.device)
    this.linked = origin.device ? undefined : origin.linked
    this.openedAtMs = hub.deps.clock.now()
    this.permissions = hub.access.ofDevice()
    this.aedes = new AedesPort(this)
    this.timeouts = new ConnectionTimeouts(
      this.clock,
      origin.device ? (step) => step() : (step) => setImmediate(step),
    )
    hub.connections.add(this)
    port.receiver = this
    const limit = hub.limits.connectTimeout
    this.timeouts.awaitConnect(limit, () => this.drop(logMessages.noConnect(limit / 1000)))
  }

  get will(): Will | null {
    return this.willKept
  }

  set will(will: Will | null) {
    this.hub.kept.wills += willBytes(will) - willBytes(this.willKept)
    this.willKept = will
  }

  // --- Outlet -------------------------------------------------------------------------------------------------

  get level(): ProtocolLevel {
    return this.connect?.level ?? 4
  }

  get receiveMaximum(): number {
    return this.connect?.receiveMaximum ?? 65_535
  }

  get maximumPacket(): number {
    return this.connect?.maximumPacket ?? Infinity
  }

  bufferedBytes(): number {
    return this.port.bufferedBytes
  }

  send(frame: Frame, messageId = 0): void {
    if (this.state === 'closed' || this.port.gone) return
    if (this.external && !this.ending && this.port.bufferedBytes > this.hub.limits.unreadBytes) {
      this.failed(new TooMuchKeptError('unreadBytes'))
      return
    }
    // [MQTT-3.1.2-24] [MQTT-3.1.2-25]; the outbox sees to PUBLISH itself.
    if (frame.length > this.maximumPacket) {
      this.denied(logMessages.answerTooLarge)
      return
    }
    this.hub.traffic.went(frame.length)
    this.tap?.sent(frame, messageId)
    this.port.send(this.aliases?.shorten(frame, this.maximumPacket) ?? frame, messageId)
  }

  /** Nothing more is read from the client until `goOn` has been called as often. */
  hold(): void {
    if (++this.holds === 1) this.port.pause()
  }

  goOn(): void {
    if (--this.holds === 0 && this.state !== 'closed') this.port.resume()
  }

  // --- inbound ------------------------------------------------------------------------------------------------

  /** Runs a step of the protocol; what it throws ends this connection. */
  packet(p: Packet): void {
    try {
      this.hub.traffic.came(p.frame.length)
      const { packetBytes } = this.hub.limits
      if (p.frame.length > packetBytes) throw new PacketTooLargeError(p.frame.length, packetBytes)
      this.onPacket(p)
    } catch (e) {
      const error = protocolError(e)
      if (p.type === Type.PUBLISH && this.state === 'open')
        this.hub.routes?.refused?.({ clientId: this.clientId, reason: error.reason })
      this.fail(error)
    }
  }

  ended(): void {
    if (this.state === 'open' && !this.origin.device) this.notice(this.hub.endings.broken(this.realMs()))
    this.closed('client', 'connection closed without DISCONNECT')
  }

  drained(): void {
    this.session?.outbox.pump()
  }

  failed(why: Error): void {
    if (why instanceof HttpRequestError) this.drop(logMessages.browser())
    else if (why instanceof TooMuchKeptError)
      this.end(Reason.QUOTA, why.message, () => logMessages.quota(why.limit))
    else if (why instanceof MalformedPacketError) this.fail(protocolError(why))
    else this.closed('client', `connection error: ${why.message}`)
  }

  failWith(e: unknown): void {
    this.fail(protocolError(e))
  }

  private onPacket(p: Packet): void {
    switch (this.state) {
      case 'closed':
        return
      case 'connecting':
        this.waiting.push(p)
        return
      case 'new':
        this.onConnectPacket(p)
        return
      case 'open':
        this.timeouts.heard()
        this.tap?.received(p)
        handlePacket(this, p)
    }
  }

  private onConnectPacket(p: Packet): void {
    // [MQTT-3.1.0-1]
    if (p.type !== Type.CONNECT) throw malformed('the first packet is not CONNECT')
    const connect = readConnect(p)
    this.port.level = connect.level
    this.connect = connect
    checkLevels("CONNECT: the will's topic", connect.will?.topic ?? '', this.hub.limits.topicLevels)
    this.will = connect.will
    this.clientId = connect.clientId || (this.linked ?? `auto-${randomBytes(6).toString('hex')}`)
    if (this.external && this.linked === undefined) {
      this.tap = new Tap(this.hub.deps, this.clientId, connect.level, () => this.hub.connections.size)
      this.tap.opened()
      this.tap.received(new Packet(p.frame, connect.level))
    }
    if (!this.hasRoom(connect)) return
    this.state = 'connecting'
    this.hold()
    this.hub.handOver(this.aedes)
    this.aedes.push(connectForAedes(connect.level, this.clientId))
  }

  /** Asked at CONNECT and, since others come in while aedes works on it, before CONNACK. */
  private hasRoom({ sessionExpiry }: Connect): boolean {
    const about = whyFull(this.hub, this.clientId, this.will, sessionExpiry > 0)
    if (about === null) return true
    this.fail(new ProtocolError(about.text, Reason.QUOTA, 3), about)
    return false
  }

  /** aedes asks while it works on CONNECT. Null lets the client in, else the return code of CONNACK. */
  authenticate(): 4 | 5 | null {
    if (!this.external) return this.refuseWill()
    const login = this.hub.access.login(this.connect)
    if (!login.ok) {
      this.refusal = login.returnCode === 4 ? logMessages.badLogin() : logMessages.loginNeeded()
      return login.returnCode
    }
    this.permissions = login.permissions
    return this.refuseWill()
  }

  /** A will is a PUBLISH to come: who may not publish there cannot leave one. */
  private refuseWill(): 5 | null {
    if (this.will === null || this.permissions.mayPublish(this.will.topic)) return null
    this.refusal = logMessages.deniedWill(this.will.topic)
    return 5
  }

  onConnack(code: number): void {
    if (this.state !== 'connecting' || this.connect === null) return
    if (code === 0) {
      try {
        if (this.hasRoom(this.connect)) this.accept(this.connect)
      } catch (e) {
        this.fail(protocolError(e))
      }
      return
    }
    const v5 = this.level === 5
    const about = this.refusal ?? logMessages.brokeRule('refused')
    const reason = v5 ? code : code === 4 ? Reason.BAD_CREDENTIALS : Reason.NOT_AUTHORIZED
    this.fail(new ProtocolError(about.text, reason, v5 ? null : code), about)
  }

  onAedesClosed(reason: number | null): void {
    if (this.state === 'closed') return
    // Nothing else makes aedes close a connection that it has just accepted.
    if (this.state === 'open') this.end(reason ?? Reason.TAKEN_OVER, TAKEN_OVER)
    else this.end(Reason.ADMINISTRATIVE, 'the connection was refused')
  }

  private accept(connect: Connect): void {
    const { hub } = this
    // [MQTT-3.1.4-2]; aedes has closed the older connection already, unless that was still on its way.
    hub.connected.get(this.clientId)?.end(Reason.TAKEN_OVER, TAKEN_OVER)
    const { session, present } = hub.sessions.open(
      this.clientId,
      connect.clean,
      connect.sessionExpiry,
      this.clock,
    )
    this.session = session
    // It is a view on the whole CONNECT, which would be kept with it.
    connect.password = null
    this.state = 'open'
    // Not before aedes has taken the last step of its CONNECT.
    setImmediate(() => this.aedes.release())
    hub.connected.set(this.clientId, this)
    const keepAlive = keepAliveOf(connect, hub.limits.keepAlive)
    this.send(
      connackAccepted(connect.level, present, {
        assignedId: connect.clientId === '' ? this.clientId : null,
        maximumPacket: hub.limits.packetBytes,
        receiveMaximum: hub.limits.receiveMaximum,
        keepAlive: keepAlive === connect.keepAlive ? null : keepAlive,
      }),
    )
    // Who comes over a lossy listener may lose the packet that gives an alias its topic; a device's scenario asks for them.
    if (connect.topicAliasMaximum > 0 && (this.origin.device || this.linked === undefined))
      this.aliases = new TopicAliases(connect.topicAliasMaximum)
    this.timeouts.keepAlive(keepAlive, (limitMs) =>
      this.end(Reason.KEEP_ALIVE, `nothing received for ${limitMs / 1000} s, 1.5 times the keep-alive`, () =>
        this.hub.endings.keepAlive(limitMs / 1000, this.realMs()),
      ),
    )
    if (session.outbox.attach(this)) this.port.drainSoon()
    const client = clientInfo(this, connect, session.info())
    hub.emit({ kind: 'connected', client, sessionPresent: present })
    this.goOn()
    const packets = this.waiting
    this.waiting = []
    for (const p of packets) this.onPacket(p)
  }

  // --- the end ------------------------------------------------------------------------------------------------

  /** The client breaks a rule: one log line, the right last packet, and the connection ends. */
  private fail(e: ProtocolError, about = logMessages.brokeRule(e.message)): void {
    if (this.state === 'closed') return
    const before = this.state
    this.ending = true
    this.log('warn', about)
    if (before === 'new' || before === 'connecting') this.sendRefusal(e)
    else if (this.level === 5) this.send(disconnectFrame(e.reason, e.message))
    this.closed('broker', e.message, e.reason)
  }

  /** A CONNECT is answered only where the specification has an answer. */
  private sendRefusal(e: ProtocolError): void {
    const level = e.level ?? this.connect?.level ?? 3
    if (level < 5 && e.connack === null) return
    this.send(connackRefused(level, { v3: e.connack ?? 0, v5: e.reason, text: e.message }))
  }

  /** Ends the connection for a reason of the broker's. @param about what people are told, where it is worth a notice */
  end(reason: number, text: string, about?: () => Note | null): void {
    if (this.state === 'closed') return
    this.ending = true
    if (this.state === 'open' && this.level === 5) this.send(disconnectFrame(reason, text))
    if (about) this.notice(about())
    else if (reason === Reason.TAKEN_OVER)
      this.notice(this.hub.endings.takenOver(this.clientId, this.realMs()))
    else this.log('info', logMessages.disconnected(text))
    this.closed('broker', text, reason)
  }

  /** The client said DISCONNECT. */
  leave(reason: string): void {
    this.closed('client', reason)
  }

  private realMs(): number {
    return this.hub.deps.realClock.now()
  }

  private notice(about: Note | null): void {
    if (about !== null) this.log('warn', about)
  }

  denied(about: () => Note): void {
    const nowMs = this.realMs()
    if (nowMs - this.deniedAtMs < DENIED_EVERY_MS) return
    this.deniedAtMs = nowMs
    this.log('warn', about())
  }

  private drop(about: Note): void {
    this.log('warn', about)
    this.closed('broker', about.text, Reason.PROTOCOL_ERROR)
  }

  private log(level: 'info' | 'warn', about: Note): void {
    this.hub.log({
      level,
      note: about,
      ...(this.clientId === '' ? {} : { clientId: this.clientId }),
      ...(this.origin.device ? {} : { remote: this.origin.remote }),
    })
  }

  /** @param code why the broker ends it; null where the client does */
  private closed(by: 'client' | 'broker', reason: string, code: number | null = null): void {
    if (this.state === 'closed') return
    const wasOpen = this.state === 'open'
    this.state = 'closed'
    const { hub } = this
    if (wasOpen && code !== null) hub.routes?.ended?.({ clientId: this.clientId, reason: code })
    this.timeouts.stop()
    this.waiting = []
    hub.connections.delete(this)
    if (hub.connected.get(this.clientId) === this) hub.connected.delete(this.clientId)
    this.aedes.destroy()
    this.port.close()
    this.tap?.closed(by)
    if (wasOpen && this.session !== null) {
      hub.emit({ kind: 'disconnected', clientId: this.clientId, external: !this.origin.device, by, reason })
      hub.left(this.clientId)
      const { will } = this
      this.will = null
      hub.sessions.disconnected(this.session, will)
    }
    this.will = null
  }

  info(): BrokerClientInfo | null {
    const { connect, session } = this
    return connect === null || session === null ? null : clientInfo(this, connect, session.info())
  }
}
