import type { BrokerClientInfo, BrokerSessionInfo, Origin } from './types'
import type { Connect, Will } from './wire/connect'

/** Field by field: a spread costs as much as the rest of a connection together. */
export function clientInfo(
  { origin, openedAtMs, will }: { origin: Origin; openedAtMs: number; will: Will | null },
  connect: Connect,
  session: BrokerSessionInfo,
): BrokerClientInfo {
  const { clientId, connected, persistent, subscriptions, queued, inFlight, receiving, dropped, bytes } =
    session
  return {
    clientId,
    connected,
    persistent,
    subscriptions,
    queued,
    inFlight,
    receiving,
    dropped,
    bytes,
    external: !origin.device,
    remote: origin.device ? null : origin.remote,
    listener: origin.device ? null : origin.listener,
    protocolLevel: connect.level,
    clean: connect.clean,
    keepAlive: connect.keepAlive,
    connectedAtMs: openedAtMs,
    username: connect.username,
    will: will === null ? null : { topic: will.topic, qos: will.qos, retain: will.retain },
  }
}
