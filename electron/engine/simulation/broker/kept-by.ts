import type { KeptByBroker, KeptKind, KeptRow } from '../../../contract/kept'
import type { BrokerLimitName } from '../../../contract/broker-limits'
import type { Hub } from './hub'

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
export function keptBy(source: Source, most: number): KeptByBroker {
  const { kept, sessions } = source
  const bytes = kept.bytes()
  const kinds = Object.keys(LIMIT_OF) as KeptKind[]
  const clients = most === 0 ? [] : rowsOf(source).sort((a, b) => b.bytes - a.bytes)
  return {
    parts: kinds.map((kind) => ({ kind, bytes: bytes[kind], limit: kept.limits[LIMIT_OF[kind]] })),
    sessions: sessions.count,
    clients: clients.slice(0, most),
  }
}

function rowsOf({ sessions, retained, connected }: Source): KeptRow[] {
  const byPublisher = retained.publishers()
  return [...sessions.all()].map((session) => {
    const { queued, inFlight, subscriptions, session: own } = session.keptBytes
    const retainedBytes = byPublisher.get(session.clientId) ?? 0
    const unread = connected.get(session.clientId)?.bufferedBytes() ?? 0
    return {
      clientId: session.clientId,
      connected: session.connected,
      messages: session.outbox.queued + session.outbox.inFlight + session.receiving,
      messageBytes: queued + inFlight,
      subscriptions: session.subscriptions.size,
      subscriptionBytes: subscriptions,
      retainedBytes,
      bytes: queued + inFlight + subscriptions + own + retainedBytes + unread,
    }
  })
}
