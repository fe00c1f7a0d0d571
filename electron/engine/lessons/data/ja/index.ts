import type { LessonTexts } from '../../texts'
import publishSubscribe from './publish-subscribe.json'
import topicsWildcards from './topics-wildcards.json'
import qos0 from './qos-0.json'
import qos1LostPuback from './qos-1-lost-puback.json'
import qos2 from './qos-2.json'
import radioOrTcp from './radio-or-tcp.json'
import qos1Cut from './qos-1-cut.json'
import laterOrNever from './later-or-never.json'
import retainedAndWill from './retained-and-will.json'
import sessions from './sessions.json'
import takeover from './takeover.json'
import keepAlive from './keep-alive.json'
import sessionExpiry from './session-expiry.json'
import messageExpiry from './message-expiry.json'
import sharedSubscriptions from './shared-subscriptions.json'
import requestResponse from './request-response.json'
import flowControl from './flow-control.json'
import topicAlias from './topic-alias.json'
import disconnectAndWill from './disconnect-and-will.json'
import pythonClient from './python-client.json'

/** Japanese texts of the built-in lessons, by lesson. */
export const japanese: Record<string, LessonTexts> = {
  'publish-subscribe': publishSubscribe,
  'topics-wildcards': topicsWildcards,
  'qos-0': qos0,
  'qos-1-lost-puback': qos1LostPuback,
  'qos-2': qos2,
  'radio-or-tcp': radioOrTcp,
  'qos-1-cut': qos1Cut,
  'later-or-never': laterOrNever,
  'retained-and-will': retainedAndWill,
  sessions,
  takeover,
  'keep-alive': keepAlive,
  'session-expiry': sessionExpiry,
  'message-expiry': messageExpiry,
  'shared-subscriptions': sharedSubscriptions,
  'request-response': requestResponse,
  'flow-control': flowControl,
  'topic-alias': topicAlias,
  'disconnect-and-will': disconnectAndWill,
  'python-client': pythonClient,
}
