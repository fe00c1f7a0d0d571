import type { Bench } from '../bench'
import { rawConnect } from '../bytes'
import { connackCode } from '../client'
import { violated } from '../outcome'
import { statement, type Statement } from '../types'

async function unknownLevel(b: Bench): Promise<string> {
  const c = await b.open()
  c.bytes(rawConnect({ level: b.level, levelByte: 9, clientId: b.clientId() }))
  const seen = (await c.ended()) ?? violated('the connection went on: PINGREQ was answered')
  const ack = c.inbox.find((p) => p.cmd === 'connack')
  if (b.level === 4 && ack === undefined) violated('the connection was closed without CONNACK 0x01')
  return seen
}

async function emptyIdentifier(b: Bench): Promise<string> {
  const c = await b.open()
  c.send(b.connectFields({ clientId: '' }))
  const ack = await c.take('connack')
  if (connackCode(ack) !== 0) violated(`CONNACK code ${connackCode(ack)}`)
  if (b.level === 4) return 'accepted'
  const given = ack.properties?.assignedClientIdentifier
  return given ? `assigned ${given}` : violated('CONNACK has no assigned client identifier')
}

async function emptyIdentifierPersistent(b: Bench): Promise<string> {
  const c = await b.open()
  const bytes = c.encode(b.connectFields({ clientId: '' }))
  // the library writes no such CONNECT: the clean session flag is taken out behind the protocol level
  const flagsAt = bytes.indexOf('MQTT') + 5
  bytes[flagsAt] = (bytes[flagsAt] ?? 0) & ~0x02
  c.bytes(bytes)
  const ack = await c.take('connack')
  if (connackCode(ack) !== 2) violated(`CONNACK code ${connackCode(ack)}`)
  await c.closedWithin(b.patienceMs)
  return 'CONNACK 0x02, connection closed'
}

async function takeover(b: Bench): Promise<string> {
  const clientId = b.clientId()
  const first = await b.connect({ clientId })
  await b.connect({ clientId })
  await first.closedWithin(b.patienceMs)
  if (b.level === 4) return 'the first connection was closed'
  const last = first.inbox.find((p) => p.cmd === 'disconnect')
  if (last === undefined) violated('the first connection was closed without DISCONNECT')
  return last.reasonCode === 0x8e ? 'DISCONNECT 0x8E' : violated(`DISCONNECT code ${last.reasonCode ?? 0}`)
}

async function longIdentifier(b: Bench): Promise<string> {
  await b.connect({ clientId: b.clientId().padEnd(23, 'Z') })
  return 'accepted'
}

async function cleanHasNoSession(b: Bench): Promise<string> {
  const clientId = b.clientId()
  const first = await b.resuming(clientId)
  await first.client.leave()
  const { sessionPresent } = await b.connecting({ clientId })
  return sessionPresent ? violated('session present is 1') : 'session present is 0'
}

async function keptSession(b: Bench, subscribe: boolean): Promise<string> {
  const clientId = b.clientId()
  const first = await b.resuming(clientId)
  if (first.sessionPresent) violated('session present is 1 for a new session')
  if (subscribe) await first.client.subscribe([b.topic()], 1)
  await first.client.leave()
  const { sessionPresent } = await b.resuming(clientId)
  return sessionPresent ? 'session present is 1' : violated('session present is 0')
}

async function keepAlive(b: Bench): Promise<string> {
  const began = performance.now()
  const c = await b.connect({ keepalive: 1 })
  await c.closedWithin(b.patienceMs + 5000)
  return `closed after ${((performance.now() - began) / 1000).toFixed(1)} s with a keep-alive of 1 s`
}

async function pingResponse(b: Bench): Promise<string> {
  await (await b.connect()).ping()
  return 'PINGRESP'
}

async function connackFirst(b: Bench): Promise<string> {
  const clientId = b.clientId()
  const first = (await b.resuming(clientId)).client
  await first.subscribe([b.topic()], 1)
  await first.leave()
  const publisher = await b.connect()
  await publisher.publish(b.topic(), 'kept', 1)
  const again = await b.open()
  again.send(
    b.connectFields({
      clientId,
      clean: false,
      ...(b.level === 5 ? { properties: { sessionExpiryInterval: 600 } } : {}),
    }),
  )
  await again.take('publish')
  return again.inbox[0]?.cmd === 'connack' ? 'CONNACK came first' : violated('PUBLISH came before CONNACK')
}

/** Connections, keep-alive and sessions as CONNECT asks for them. */
export const CONNECTING: readonly Statement[] = [
  statement(
    'unknown-level',
    { 4: '3.1.2-2', 5: 'section 3.1.2.2' },
    'an unknown protocol level is refused',
    unknownLevel,
  ),
  statement(
    'empty-identifier',
    { 4: '3.1.3-6', 5: '3.2.2-16' },
    'an empty identifier gets a unique one',
    emptyIdentifier,
  ),
  statement(
    'empty-identifier-persistent',
    { 4: '3.1.3-8' },
    'an empty identifier with clean session 0 gets CONNACK 2',
    emptyIdentifierPersistent,
  ),
  statement(
    'identifier-of-23',
    { 4: '3.1.3-5', 5: '3.1.3-5' },
    '23 letters and digits are accepted',
    longIdentifier,
  ),
  statement('takeover', { 4: '3.1.4-2', 5: '3.1.4-3' }, 'a second connection takes over', takeover),
  statement(
    'clean-start',
    { 4: '3.2.2-1', 5: '3.2.2-2' },
    'session present is 0 for a clean session',
    cleanHasNoSession,
  ),
  statement('session-kept', { 4: '3.2.2-2', 5: '3.2.2-3' }, 'session present is 1 for a kept session', (b) =>
    keptSession(b, true),
  ),
  statement(
    'session-kept-empty',
    { 4: '3.2.2-2', 5: '3.2.2-3' },
    'session present is 1 for a session without subscriptions',
    (b) => keptSession(b, false),
  ),
  statement(
    'connack-first',
    { 4: '3.2.0-1', 5: '3.2.0-1' },
    'CONNACK comes before what waited for the session',
    connackFirst,
    ['qos1'],
  ),
  statement('keep-alive', { 4: '3.1.2-24', 5: '3.1.2-22' }, 'a silent client is disconnected', keepAlive),
  statement('ping', { 4: '3.12.4-1', 5: '3.12.4-1' }, 'PINGREQ gets PINGRESP', pingResponse),
].flat()
