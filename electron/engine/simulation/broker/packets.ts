import type { BrokerLimitName } from '../../../contract/broker-limits'
import type { Note } from '../../../contract/model'
import { ackFrame, Type, type Packet } from '../../mqtt/packet'
import type { ClientContext } from './hub'
import { logMessages } from './log-messages'
import type { Message } from './message'
import type { Session } from './session'
import { byTurns, subscribing, unsubscribing } from './subscribing'
import { ackWithReason, PINGRESP } from './wire/answers'
import { checkLevels, hasTooManyLevels } from './wire/levels'
import { ProtocolError, Reason } from './wire/protocol-error'
import { readPublish, type Publish } from './wire/publish'
import { checkPing, readAck, readDisconnect } from './wire/small'

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
      byTurns(c, subscribing(c, session, packet))
      return
    case Type.UNSUBSCRIBE:
      byTurns(c, unsubscribing(c, session, packet))
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
  if (hasTooManyLevels(p.topic, c.hub.limits.topicLevels)) {
    refuseLevels(c, session, p)
    return
  }
  if (!c.permissions.mayPublish(p.topic)) {
    refusePublish(c, session, p, logMessages.deniedPublish, Reason.NOT_AUTHORIZED)
    return
  }
  const message = c.hub.newMessage(c.clientId, p, c.external)
  // Only MQTT 5 can say it: there nothing is passed on that is not retained as asked for.
  const full = c.level === 5 && p.qos > 0 ? retainedLimit(c, message) : null
  if (full !== null) {
    refusePublish(c, session, p, () => logMessages.retainedFull(full), Reason.QUOTA)
    return
  }
  const waits = p.qos === 2 && c.hub.qos2 === 'on-release'
  if (p.qos === 2) takeOpen(c, session, p.packetId, waits ? message : null)
  if (!waits) tellIngress(c, message, p.packetId)
  // Ownership is taken before anybody is told of it: the acknowledgement goes out first, as one turn's work.
  if (p.qos === 1) c.send(ackFrame(Type.PUBACK, p.packetId))
  else if (p.qos === 2) c.send(ackFrame(Type.PUBREC, p.packetId))
  if (!waits) c.hub.publish(message)
}

/** The broker passes a message on: at PUBLISH, or at PUBREL (3.1.1 figure 4.3, methods B and A). */
const tellIngress = (c: ClientContext, message: Message, packetId: number): void =>
  c.hub.routes?.ingress({ messageId: message.id, clientId: c.clientId, packetId })

/** The limit that keeps a message to be retained out of the store, or null. */
const retainedLimit = (c: ClientContext, message: Message): BrokerLimitName | null =>
  message.retain && message.payload.length > 0 ? c.hub.retained.limitReached(message) : null

/** [MQTT-3.3.4-8]; QoS 1 is acknowledged at once and never open. @throws ProtocolError */
function takeOpen(c: ClientContext, session: Session, packetId: number, message: Message | null): void {
  const { receiveMaximum } = c.hub.limits
  if (c.level === 5 && session.receiving >= receiveMaximum) {
    throw new ProtocolError(
      `PUBLISH: more than ${receiveMaximum} messages at QoS 2 are open`,
      Reason.RECEIVE_MAXIMUM,
    )
  }
  if (!session.mayReceive()) throw new ProtocolError(logMessages.quota('queueBytesInAll').text, Reason.QUOTA)
  session.receive(packetId, message)
}

/** The topic name is well formed and not taken (5.0 section 3.4.2.1); where there is no answer to say it with, the end is. */
function refuseLevels(c: ClientContext, session: Session, p: Publish): void {
  const limit = c.hub.limits.topicLevels
  const about = (topic: string): Note => logMessages.tooManyLevels(topic, limit)
  if (c.level < 5 || p.qos === 0) checkLevels('PUBLISH: the topic name', p.topic, limit)
  refusePublish(c, session, p, about, Reason.TOPIC_NAME)
}

/** MQTT 3 has no negative acknowledgement: the message is acknowledged and dropped (3.1.1 section 3.3.5). */
function refusePublish(
  c: ClientContext,
  session: Session,
  p: Publish,
  about: (topic: string) => Note,
  reason: number,
): void {
  c.denied(() => about(p.topic))
  c.hub.routes?.discarded?.({ clientId: c.clientId, packetId: p.packetId, why: 'denied' })
  if (p.qos === 1) c.send(ackWithReason(Type.PUBACK, p.packetId, c.level, reason))
  if (p.qos !== 2) return
  // In MQTT 5 the refusal ends the exchange; in MQTT 3 a PUBREL will follow.
  if (c.level < 5) session.receive(p.packetId)
  c.send(ackWithReason(Type.PUBREC, p.packetId, c.level, reason))
}

function onPubrel(c: ClientContext, session: Session, packetId: number): void {
  const held = session.release(packetId)
  c.send(ackWithReason(Type.PUBCOMP, packetId, c.level, held === undefined ? Reason.ID_NOT_FOUND : 0))
  if (!held) return
  tellIngress(c, held, packetId)
  c.hub.publish(held)
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
