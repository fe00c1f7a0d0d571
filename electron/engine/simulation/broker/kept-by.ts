import type { KeptByBroker, KeptKind, KeptRow } from '../../../contract/kept'
import type { BrokerLimitName } from '../../../contract/broker-limits'
import type { Steps } from '../../base/slices'
import type { Hub } from './hub'
import type { Session } from './session'

/** The limit that each part of what is kept for all clients has. */
const LIMIT_OF: Record<KeptKind, BrokerLimitName> = {
  queues: 'queueBytesInAll',
  retained: 'retainedBytesInAll',
  subscriptions: 'subscriptionBytesInAll',
  sessions: 'sessionBytes',
  wills: 'willBytes',
  unread: 'unreadBytesInAll',
  halfRead: 'halfReadBytesInAll',
}

type Source = Pick<Hub, 'sessions' | 'retained' | 'kept' | 'connected'>

/** What is kept and for whom: the clients with most of it, at most so many. With 0 no session is looked at. */
export function* keptBySteps(source: Source, most: number): Steps<KeptByBroker> {
  const clients = most === 0 ? [] : yield* largest(source, most)
  const { kept, sessions } = source
  const bytes = kept.bytes()
  const kinds = Object.keys(LIMIT_OF) as KeptKind[]
  return {
    parts: kinds.map((kind) => ({ kind, bytes: bytes[kind], limit: kept.limits[LIMIT_OF[kind]] })),
    sessions: sessions.count,
    clients,
  }
}

/** The rows of the sessions with most bytes, the largest first. Whoever comes meanwhile need not be among them. */
function* largest(source: Source, most: number): Steps<KeptRow[]> {
  const top: KeptRow[] = []
  yield* source.sessions.each((session) => {
    const bytes = bytesOf(session, source)
    const smallest = top[most - 1]
    if (smallest !== undefined && bytes.all <= smallest.bytes) return
    const after = top.findIndex((row) => row.bytes < bytes.all)
    top.splice(after === -1 ? top.length : after, 0, rowOf(session, bytes))
    top.length = Math.min(top.length, most)
  })
  return top
}

function bytesOf(session: Session, { retained, connected }: Source) {
  const { queued, inFlight, subscriptions, session: own } = session.keptBytes
  const retainedBytes = retained.publishers().get(session.clientId) ?? 0
  const unread = connected.get(session.clientId)?.bufferedBytes() ?? 0
  const messages = queued + inFlight
  return {
    messages,
    subscriptions,
    retainedBytes,
    all: messages + subscriptions + own + retainedBytes + unread,
  }
}

const rowOf = (session: Session, bytes: ReturnType<typeof bytesOf>): KeptRow => ({
  clientId: session.clientId,
  connected: session.connected,
  messages: session.outbox.queued + session.outbox.inFlight + session.receiving,
  messageBytes: bytes.messages,
  subscriptions: session.subscriptions.size,
  subscriptionBytes: bytes.subscriptions,
  retainedBytes: bytes.retainedBytes,
  bytes: bytes.all,
})
