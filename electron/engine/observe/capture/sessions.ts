import type { SessionMark } from '../../../contract/model'
import { connackHead } from '../../mqtt/connect'
import { Type, type Packet } from '../../mqtt/packet'
import type { LegEvent } from '../../mqtt/transit'
import { NO_EXCHANGES, type ClientState } from './clients'
import { DOWN, Fated, UP } from './codes'
import { readConnect, readDisconnectExpiry, readDisconnectReason, REPLY_TO } from './connect'
import type { CaptureState } from './state'
import type { Tracker } from './tracker'

const MARKS = 8192

type ClosedBy = Extract<LegEvent, { kind: 'closed' }>['by']

/** Connections and sessions: the markers on the clients' lanes, and when a session's exchanges end. */
export class Sessions {
  private readonly ring: SessionMark[] = []
  /** Marks made so far; `since` counts in them. */
  count = 0

  constructor(
    private readonly state: CaptureState,
    private readonly tracker: Tracker,
  ) {}

  /** Any packet but a PUBLISH handshake's has entered a leg. */
  sent(seq: number, client: ClientState, packet: Packet): void {
    const { packets: t } = this.state
    const p = t.at(seq)
    const type = t.type(seq)
    const request = REPLY_TO[type]
    const key = (request ?? type) * 65_536 + (t.packetId[p] as number)
    if (request === undefined) client.requests.set(key, seq)
    else {
      const asked = client.requests.get(key)
      if (asked !== undefined) t.answers[p] = seq - asked
      client.requests.delete(key)
    }
    if (client.requests.size > 64) client.requests.clear()
    if (type === Type.CONNECT) this.mark(client, 'connect', t.sentMs[p] as number, null, seq - 1)
    if (type === Type.DISCONNECT) this.leaving(client, packet, t.direction[p] === UP)
  }

  /** DISCONNECT, of the client or (MQTT 5) of the broker. */
  private leaving(client: ClientState, packet: Packet, byClient: boolean): void {
    if (!byClient) {
      client.ending ??= readDisconnectReason(packet)
      return
    }
    client.said = true
    client.saidReason = readDisconnectReason(packet)
    if (packet.level !== 5) return
    const expiry = readDisconnectExpiry(packet)
    if (expiry !== null) client.clean = expiry === 0
  }

  /** A client's will is published now, or withdrawn. */
  will(kind: 'will' | 'will-withdrawn', client: ClientState, topic: string, atMs: number): void {
    this.mark(client, kind, atMs, null).topic = topic
  }

  settled(seq: number, client: ClientState, packet: Packet): void {
    const { packets: t } = this.state
    const p = t.at(seq)
    if (t.fate[p] === Fated.lost) return
    const atMs = t.settledMs[p] as number
    const type = t.type(seq)
    if (type === Type.CONNECT) {
      const { cleanStart, endsWithConnection, hasWill, receiveMaximum } = readConnect(packet)
      client.clean = endsWithConnection
      client.will = hasWill
      client.receiveMaximum = receiveMaximum
      if (cleanStart) this.tracker.sessionEnded(client, [UP, DOWN], atMs)
    }
    // [MQTT-3.14.4-3]
    if (type === Type.DISCONNECT && t.direction[p] === UP && readDisconnectReason(packet) === 0) {
      if (client.will) this.mark(client, 'no-will', atMs, null, seq)
      client.will = false
    }
    if (type !== Type.CONNACK) return
    const { sessionPresent, code } = connackHead(packet)
    if (code !== 0) {
      this.mark(client, 'connack', atMs, code, seq)
      return
    }
    this.mark(client, sessionPresent ? 'resume' : 'connack', atMs, null, seq)
    // 3.1.1 section 3.2.2.2: without a session at the broker, what was under way there is gone
    if (!sessionPresent) this.tracker.sessionEnded(client, [DOWN], atMs)
  }

  event(e: LegEvent, client: ClientState): void {
    switch (e.kind) {
      case 'opened':
        client.connections++
        this.forgetConnection(client)
        return
      case 'closed':
        this.closed(e, client)
        return
      case 'dead':
        this.mark(client, 'dead', e.atMs, null)
        return
      case 'gave-up': {
        const direction = e.direction === 'uplink' ? UP : DOWN
        this.tracker.gaveUp(client, direction, e.packetId, e.atMs)
        this.mark(client, 'gave-up', e.atMs, e.packetId)
      }
    }
  }

  /** Marks made since, of the last 8,192; oldest first. */
  since(count: number): SessionMark[] {
    const missed = this.count - count
    return missed <= 0 ? [] : this.ring.slice(-Math.min(missed, this.ring.length))
  }

  /** Marks between two times. */
  between(fromMs: number, toMs: number): SessionMark[] {
    return this.ring.filter((m) => m.atMs >= fromMs && m.atMs <= toMs)
  }

  clear(): void {
    this.ring.length = 0
  }

  private closed(e: Extract<LegEvent, { kind: 'closed' }>, client: ClientState): void {
    client.connections = Math.max(0, client.connections - 1)
    const { kind, detail } = endOf(e.by, client)
    this.mark(client, kind, e.atMs, detail)
    client.ending = null
    // Taken over: what is remembered is of the connection that goes on.
    if (client.connections > 0) return
    this.forgetConnection(client)
    // A client that was cut off may yet send its part again after a clean connect, as mqtt.js does.
    const gone = e.by === 'client' || e.by === 'broker' ? [UP, DOWN] : [DOWN]
    if (client.clean) this.tracker.sessionEnded(client, gone, e.atMs)
    this.state.clients.sweep(client)
  }

  private forgetConnection(client: ClientState): void {
    for (const side of client.aliases)
      for (const topic of side?.values() ?? []) this.state.topics.release(topic)
    client.aliases = [null, null]
    client.arrived = NO_EXCHANGES
    client.requests.clear()
    client.said = false
    client.saidReason = 0
    client.ending = null
  }

  private mark(
    client: ClientState,
    kind: SessionMark['kind'],
    atMs: number,
    detail: number | null,
    after = this.state.packets.next - 1,
  ): SessionMark {
    const mark: SessionMark = { atMs, clientId: client.name, kind, detail, after }
    this.ring.push(mark)
    this.count++
    if (this.ring.length > 2 * MARKS) this.ring.splice(0, this.ring.length - MARKS)
    return mark
  }
}

/** Reason codes of MQTT 5.0 table 2-6 that have a mark of their own. */
const KEEP_ALIVE = 0x8d
const TAKEN_OVER = 0x8e

/** How a connection ended, by who ended it and what was said before. */
function endOf(by: ClosedBy, client: ClientState): Pick<SessionMark, 'kind' | 'detail'> {
  switch (by) {
    case 'cut':
    case 'reset':
    case 'recovery':
      return { kind: by, detail: null }
    case 'client':
      return {
        kind: client.said ? 'disconnect' : 'broken',
        detail: client.said ? client.saidReason || null : null,
      }
    case 'broker': {
      // A broker that says nothing ends the older of two connections when the newer one has come.
      const silent = client.connections > 0 ? TAKEN_OVER : null
      const reason = client.ending ?? silent
      if (reason === TAKEN_OVER) return { kind: 'taken-over', detail: null }
      if (reason === KEEP_ALIVE) return { kind: 'timeout', detail: null }
      return {
        kind: client.said ? 'disconnect' : 'closed',
        detail: client.said ? client.saidReason || null : reason,
      }
    }
  }
}
