import type { LessonTexts } from '../../texts'
import disconnectAndWill from './disconnect-and-will.json'
import flowControl from './flow-control.json'
import keepAlive from './keep-alive.json'
import laterOrNever from './later-or-never.json'
import messageExpiry from './message-expiry.json'
import publishSubscribe from './publish-subscribe.json'
import pythonClient from './python-client.json'
import qos0 from './qos-0.json'
import qos1Cut from './qos-1-cut.json'
import qos1LostPuback from './qos-1-lost-puback.json'
import qos2 from './qos-2.json'
import radioOrTcp from './radio-or-tcp.json'
import requestResponse from './request-response.json'
import retainedAndWill from './retained-and-will.json'
import sessionExpiry from './session-expiry.json'
import sessions from './sessions.json'
import sharedSubscriptions from './shared-subscriptions.json'
import takeover from './takeover.json'
import topicAlias from './topic-alias.json'
import topicsWildcards from './topics-wildcards.json'

/** Simplified Chinese texts of the built-in lessons, by lesson. */
export const chinese: Record<string, LessonTexts> = {
  'disconnect-and-will': disconnectAndWill,
  'flow-control': flowControl,
  'keep-alive': keepAlive,
  'later-or-never': laterOrNever,
  'message-expiry': messageExpiry,
  'publish-subscribe': publishSubscribe,
  'python-client': pythonClient,
  'qos-0': qos0,
  'qos-1-cut': qos1Cut,
  'qos-1-lost-puback': qos1LostPuback,
  'qos-2': qos2,
  'radio-or-tcp': radioOrTcp,
  'request-response': requestResponse,
  'retained-and-will': retainedAndWill,
  'session-expiry': sessionExpiry,
  sessions,
  'shared-subscriptions': sharedSubscriptions,
  takeover,
  'topic-alias': topicAlias,
  'topics-wildcards': topicsWildcards,
}
