import type { Note } from '../../../contract/model'
import type { Hub } from './hub'
import { logMessages } from './log-messages'
import type { Will } from './wire/connect'

/**
 * Why there is no room for one client more, or null. Its will, if it has one, is counted already. Sessions that stay after
 * their connections never take the room of clients whose sessions do not: of those there are no more than connections.
 */
export function whyFull(hub: Hub, clientId: string, will: Will | null, stays: boolean): Note | null {
  const { limits, connected, sessions, kept } = hub
  if (connected.size >= limits.clients && !connected.has(clientId))
    return logMessages.fullOfClients(limits.clients)
  const fresh = sessions.get(clientId) === undefined
  const bytes = stays ? 0.75 * limits.sessionBytes : limits.sessionBytes
  if (fresh && stays && sessions.count >= limits.sessions) return logMessages.fullOfSessions(limits.sessions)
  if (fresh && kept.sessions >= bytes) return logMessages.fullOfSessionBytes(sessions.count)
  if (will !== null && kept.wills > limits.willBytes) return logMessages.fullOfWills()
  return null
}
