import type { ProtocolLevel, QoS } from '../../../contract/packet'
import { ackFrame, Type, type Packet } from '../../mqtt/packet'
import type { ClientContext } from './hub'
import { logMessages } from './log-messages'
import { publicSubscription, type Session } from './session'
import { ackWithReason, PINGRESP, suback, unsuback } from './wire/answers'
import { ProtocolError, Reason } from './wire/protocol-error'
import { readPublish, type Publish } from './wire/publish'
import { checkPing, readAck, readDisconnect } from './wire/small'
import { readSubscribe, readUnsubscribe, type SubscribeRequest } from './wire/subscribe'

/**
 * Answers one packet of a connected client.
 * @throws ProtocolError when it breaks a rule
 */
export function handlePacket(c: ClientContext, packet: Packet): void {
  const session = c.session
  if (session === null) return
  switch (packet.type) {
    case Type.PUBLISH:
      onPublish(c, session, readPublish(packet))
      return
    case Type.PUBACK:
      session.outbox.puback(readAck(packet).packetId)
      return
    case Type.PUBREC: {
      const { packetId, reason } = readAck(packet)
      session.outbox.pubrec(packetId, reason)
      return
    }
    case Type.PUBREL:
      onPubrel(c, session, readAck(packet).packetId)
      return
    case Type.PUBCOMP:
      session.outbox.pubcomp(readAck(packet).packetId)
      return
    case Type.SUBSCRIBE:
      onSubscribe(c, session, packet)
      return
    case Type.UNSUBSCRIBE:
      onUnsubscribe(c, session, packet)
      return
    case Type.PINGREQ:
      checkPing(packet)
      c.send(PINGRESP)
      return
    case Type.DISCONNECT:
      onDisconnect(c, session, packet)
      return
    case Type.CONNECT:
      // [MQTT-3.1.0-2]
      throw new ProtocolError('a second CONNECT')
    default:
      throw new ProtocolError(`packet type ${packet.type} is not allowed from a client here`)
  }
}

function onPublish(c: ClientContext, session: Session, p: Publish): void {
  // A repeated PUBLISH at QoS 2 is acknowledged again and not passed on [MQTT-4.3.3-10].
  if (p.qos === 2 && session.hasReceived(p.packetId)) {
    c.hub.routes?.discarded?.({ clientId: c.clientId, packetId: p.packetId, why: 'duplicate' })
    c.send(ackFrame(Type.PUBREC, p.packetId))
    return
  }
  if (!c.permissions.mayPublish(p.topic)) {
    refusePublish(c, session, p)
    return
  }
  if (p.qos === 2) session.receive(p.packetId)
  const message = c.hub.newMessage(c.clientId, p)
  c.hub.routes?.ingress({ messageId: message.id, clientId: c.clientId, packetId: p.packetId })
  // Ownership is taken before anybody is told of it: the acknowledgement goes out first, as one turn's work.
  if (p.qos === 1) c.send(ackFrame(Type.PUBACK, p.packetId))
  else if (p.qos === 2) c.send(ackFrame(Type.PUBREC, p.packetId))
  c.hub.publish(message)
}

/** MQTT 3 has no negative acknowledgement: the message is acknowledged and dropped (3.1.1 section 3.3.5). */
function refusePublish(c: ClientContext, session: Session, p: Publish): void {
  c.denied(() => logMessages.deniedPublish(p.topic))
  c.hub.routes?.discarded?.({ clientId: c.clientId, packetId: p.packetId, why: 'denied' })
  if (p.qos === 1) c.send(ackWithReason(Type.PUBACK, p.packetId, c.level, Reason.NOT_AUTHORIZED))
  if (p.qos !== 2) return
  // In MQTT 5 the refusal ends the exchange; in MQTT 3 a PUBREL will follow.
  if (c.level < 5) session.receive(p.packetId)
  c.send(ackWithReason(Type.PUBREC, p.packetId, c.level, Reason.NOT_AUTHORIZED))
}

function onPubrel(c: ClientContext, session: Session, packetId: number): void {
  const held = session.release(packetId)
  c.send(ackWithReason(Type.PUBCOMP, packetId, c.level, held ? 0 : Reason.ID_NOT_FOUND))
}

function onSubscribe(c: ClientContext, session: Session, packet: Packet): void {
  const { packetId, requests } = readSubscribe(packet)
  const { sessions } = c.hub
  const granted: { request: SubscribeRequest; fresh: boolean }[] = []
  const codes = requests.map((request) => {
    if (!c.permissions.maySubscribe(request.match)) {
      c.denied(() => logMessages.deniedSubscribe(request.filter))
      return refusedCode(c.level)
    }
    if (isFull(c, session, request.filter)) return c.level === 5 ? Reason.QUOTA : 0x80
    granted.push({ request, fresh: sessions.subscribe(session, request, request.qos) })
    return request.qos
  })
  c.send(suback(c.level, packetId, codes))
  const subscriptions = granted.flatMap(({ request }) => {
    const s = session.subscriptions.get(request.filter)
    return s === undefined ? [] : [publicSubscription(s)]
  })
  if (subscriptions.length > 0) c.hub.emit({ kind: 'subscribed', clientId: c.clientId, subscriptions })
  for (const { request, fresh } of granted) sendRetained(c, session, request, fresh)
}

const isFull = (c: ClientContext, session: Session, filter: string): boolean =>
  session.subscriptions.size >= c.hub.limits.subscriptionsPerClient && !session.subscriptions.has(filter)

const refusedCode = (level: ProtocolLevel): number => (level === 5 ? Reason.NOT_AUTHORIZED : 0x80)

/** Retained messages follow SUBACK, with RETAIN set [MQTT-3.3.1-6] [MQTT-3.3.1-8]. */
function sendRetained(c: ClientContext, session: Session, request: SubscribeRequest, fresh: boolean): void {
  if (request.share !== null || request.retainHandling === 2) return
  if (request.retainHandling === 1 && !fresh) return
  const ids = request.identifier === null ? [] : [request.identifier]
  for (const message of c.hub.retained.matching(request.match)) {
    const qos = Math.min(message.qos, request.qos) as QoS
    session.outbox.deliver({ message, qos, retain: true, ids })
  }
}

function onUnsubscribe(c: ClientContext, session: Session, packet: Packet): void {
  const { packetId, filters } = readUnsubscribe(packet)
  const codes = filters.map((f) => (c.hub.sessions.unsubscribe(session, f) ? 0 : Reason.NO_SUBSCRIPTION))
  c.send(unsuback(c.level, packetId, codes))
  c.hub.emit({ kind: 'unsubscribed', clientId: c.clientId, filters })
}

function onDisconnect(c: ClientContext, session: Session, packet: Packet): void {
  const { reason, sessionExpiry } = readDisconnect(packet)
  if (sessionExpiry !== null) {
    if (session.expirySeconds === 0 && sessionExpiry > 0) {
      throw new ProtocolError('DISCONNECT: a session that ends with its connection cannot be extended')
    }
    session.expirySeconds = sessionExpiry
  }
  // [MQTT-3.14.4-3]; only MQTT 5 can leave with its will.
  if (reason === Reason.NORMAL) c.will = null
  c.leave(reason === Reason.NORMAL ? 'DISCONNECT' : `DISCONNECT with reason 0x${reason.toString(16)}`)
}
