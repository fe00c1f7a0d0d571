import type { Note } from '../../../contract/model'
import { note } from '../../base/notes'

/** What the broker tells people, one line each. Lines about a client are shown after its name. */
export const logMessages = {
  brokeRule: (what: string): Note => note('broker-rule', '{what}', { what }),
  badLogin: (): Note => note('broker-bad-login', 'bad user name or password'),
  loginNeeded: (): Note => note('broker-login-needed', 'a user name is needed'),
  deniedPublish: (topic: string): Note =>
    note('broker-denied-publish', 'may not publish to {topic}', { topic }),
  deniedSubscribe: (filter: string): Note =>
    note('broker-denied-subscribe', 'may not subscribe to {filter}', { filter }),
  deniedWill: (topic: string): Note =>
    note('broker-denied-will', 'may not publish a will to {topic}', { topic }),
  browser: (): Note =>
    note(
      'broker-browser',
      'a browser came to the MQTT port, which has no page; the page is at the address that `fleetlab serve` prints, or in the desktop window',
    ),
  answerTooLarge: (): Note =>
    note('broker-answer-too-large', 'an answer was not sent: it is larger than this client takes'),
  noConnect: (seconds: number): Note =>
    note('broker-no-connect', 'no CONNECT within {seconds} s', { seconds }),
  disconnected: (why: string): Note => note('broker-disconnected', 'disconnected: {why}', { why }),
  fullOfClients: (limit: number): Note =>
    note('broker-full-clients', 'the broker is full: {limit} clients', { limit }),
  fullOfSessions: (limit: number): Note =>
    note('broker-full-sessions', 'the broker is full: {limit} sessions', { limit }),
  dropped: {
    queueFull: (): Note =>
      note('broker-queue-full', 'messages for this client are thrown away: its queue is full'),
    notRead: (): Note =>
      note('broker-not-read', 'messages for this client are thrown away: it does not read'),
    tooLarge: (): Note =>
      note(
        'broker-too-large',
        'messages for this client are thrown away: the packet is larger than it takes',
      ),
  },
  tooManyClients: (limit: number): Note =>
    note('broker-limit-clients', 'connections are refused: the limit is {limit} clients', { limit }),
  tooManyConnections: (limit: number): Note =>
    note('broker-limit-rate', 'connections are refused: the limit is {limit} connections a second', {
      limit,
    }),
  retainedFull: (): Note =>
    note('broker-retained-full', 'retained messages are not kept any more: the limit is reached'),
  listenerFailed: (url: string, why: string): Note =>
    note('broker-listener', 'listener {url}: {why}', { url, why }),
  notPassedOn: (topic: string, why: string): Note =>
    note('broker-not-passed-on', 'message on {topic} was not passed on: {why}', { topic, why }),
  fault: (what: string): Note => note('broker-fault', '{what}', { what }),
} as const
