import type { BrokerLimitName } from '../../../contract/broker-limits'
import type { Note } from '../../../contract/model'
import { note } from '../../base/notes'

/** A topic may be 64 KiB long, and a line of the log is kept. */
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text)

/** Where mosquitto's bridges tell that they are up. */
const BRIDGE_STATE = '$SYS/broker/connection/'

/** What the broker tells people, one line each. Lines about a client are shown after its name. */
export const logMessages = {
  brokeRule: (what: string): Note => note('broker-rule', '{what}', { what }),
  badLogin: (): Note => note('broker-bad-login', 'wrong user name or password'),
  loginNeeded: (): Note => note('broker-login-needed', 'a user name is required'),
  deniedPublish: (topic: string): Note =>
    note('broker-denied-publish', 'not allowed to publish to {topic}', { topic: short(topic) }),
  deniedSubscribe: (filter: string): Note =>
    note('broker-denied-subscribe', 'not allowed to subscribe to {filter}', { filter: short(filter) }),
  tooManyLevels: (text: string, limit: number): Note =>
    note(
      'broker-too-many-levels',
      '{text} has more than {limit} levels (broker.limits.topicLevels of the scenario)',
      { text: short(text), limit },
    ),
  subscriptionsFull: (limit: BrokerLimitName): Note =>
    note(
      'broker-subscriptions-full',
      'subscriptions of this client are refused: the limit is reached (broker.limits.{limit} of the scenario)',
      { limit },
    ),
  deniedWill: (topic: string): Note =>
    topic.startsWith(BRIDGE_STATE)
      ? note(
          'broker-denied-bridge',
          'a bridge may not write to {topic}: set `notifications false` in its configuration',
          { topic },
        )
      : note('broker-denied-will', 'not allowed to set a will on {topic}', { topic: short(topic) }),
  browser: (): Note =>
    note(
      'broker-browser',
      'a browser came to the MQTT port, which has no page; the page is at the address that `fleetlab serve` prints, or in the desktop window',
    ),
  answerTooLarge: (): Note =>
    note('broker-answer-too-large', 'an answer was not sent: it is larger than this client takes'),
  noConnect: (seconds: number): Note =>
    note(
      'broker-no-connect',
      'no CONNECT within {seconds} s (broker.limits.connectTimeout of the scenario)',
      { seconds },
    ),
  disconnected: (why: string): Note => note('broker-disconnected', 'disconnected: {why}', { why }),
  takenOver: (): Note =>
    note('broker-taken-over', 'disconnected: another connection took over its client identifier'),
  takeoverLoop: (clientId: string): Note =>
    note(
      'broker-takeover-loop',
      'two clients use the client identifier {clientId} and disconnect each other again and again; give each its own',
      { clientId },
    ),
  keepAlive: (seconds: number): Note =>
    note('broker-keep-alive', 'disconnected: nothing received for {seconds} s, 1.5 times the keep-alive', {
      seconds,
    }),
  broken: (): Note => note('broker-broken', 'the connection ended without DISCONNECT'),
  fullOfClients: (limit: number): Note =>
    note(
      'broker-full-clients',
      'the broker is at its limit of {limit} clients (broker.limits.clients of the scenario)',
      { limit },
    ),
  fullOfSessions: (limit: number): Note =>
    note(
      'broker-full-sessions',
      'the broker is at its limit of {limit} sessions (broker.limits.sessions of the scenario)',
      { limit },
    ),
  /** @param count sessions that there are */
  fullOfSessionBytes: (count: number): Note =>
    note(
      'broker-full-session-bytes',
      'the {count} sessions of the broker leave no bytes for another one (broker.limits.sessionBytes of the scenario, of which sessions that stay after their connections may take three quarters)',
      { count },
    ),
  fullOfWills: (): Note =>
    note(
      'broker-full-wills',
      'the broker keeps as many wills as it may (broker.limits.willBytes of the scenario)',
    ),
  quota: (limit: BrokerLimitName): Note =>
    note(
      'broker-quota',
      'disconnected: this client makes the broker keep more than it may (broker.limits.{limit} of the scenario)',
      { limit },
    ),
  dropped: {
    queueFull: (limit: BrokerLimitName): Note =>
      note(
        'broker-queue-full',
        'messages for this client are dropped: its queue is full (broker.limits.{limit} of the scenario)',
        { limit },
      ),
    notRead: (limit: BrokerLimitName): Note =>
      note(
        'broker-not-read',
        'messages for this client are dropped: it does not read them (broker.limits.{limit} of the scenario)',
        { limit },
      ),
    tooLarge: (): Note =>
      note(
        'broker-too-large',
        'messages for this client are dropped: the packet exceeds its Maximum Packet Size',
      ),
  },
  tooManyOfAddress: (address: string, limit: number): Note =>
    note(
      'broker-limit-address',
      'connections from {address} are refused: the limit is {limit} connections per second (broker.limits.connectionsPerAddress of the scenario)',
      { address, limit },
    ),
  tooManyConnections: (limit: number): Note =>
    note(
      'broker-limit-rate',
      'connections are refused: the limit is {limit} connections per second (broker.limits.connectionsPerSecond of the scenario)',
      { limit },
    ),
  retainedFull: (limit: BrokerLimitName): Note =>
    note(
      'broker-retained-full',
      'new retained messages are not stored: the limit is reached (broker.limits.{limit} of the scenario)',
      { limit },
    ),
  listenerFailed: (url: string, why: string): Note =>
    note('broker-listener', 'listener {url}: {why}', { url, why }),
  notPassedOn: (topic: string, why: string): Note =>
    note('broker-not-passed-on', 'message on {topic} was not forwarded: {why}', { topic: short(topic), why }),
  fault: (what: string): Note => note('broker-fault', '{what}', { what }),
} as const
