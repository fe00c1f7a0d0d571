import type { Note } from '../../../contract/model'
import type { Hub } from './hub'
import { logMessages } from './log-messages'
import type { Will } from './wire/connect'

/** Why there is no room for one client more, or null. Its will, if it has one, is counted already. */
export function whyFull(hub: Hub, clientId: string, will: Will | null): Note | null {
  const { limits, connected, sessions, kept } = hub
  if (connected.size >= limits.clients && !connected.has(clientId))
    return logMessages.fullOfClients(limits.clients)
  const fresh = sessions.get(clientId) === undefined
  if (fresh && (sessions.count >= limits.sessions || kept.sessions >= limits.sessionBytes))
    return logMessages.fullOfSessions(sessions.count)
  if (will !== null && kept.wills > limits.willBytes) return logMessages.fullOfWills()
  return null
}
