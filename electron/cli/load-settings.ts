import type { Command } from 'commander'
import { faultLines } from '../contract/fault-lines'
import { brokerHosts } from '../contract/loopback'
import type { LoadConfig } from '../contract/load-config'
import { flagWord, type LoadFlags } from '../contract/load-flags'
import { shownSetting } from '../contract/load-headers'
import { idleFlags, type IdleFlag } from '../contract/load-idle'
import { AllowedHosts } from '../engine/base/allowed-hosts'
import { PRESET_NAMES } from '../contract/load-presets'
import { headersOf } from '../engine/load/run/headers'
import type { Credentials } from '../engine/load/run/messages'
import { ALLOW_HOST, joinedBy, nameList, RepeatedOption } from './arguments'
import type { CliContext } from './command'
import { CREDENTIAL_OPTIONS, readCredentials } from './credentials'
import { UsageError } from './failure'
import { loadConfig } from './load-flags'

/** What all commands that run load tests are told, in the order of the help text. */
const SETTINGS: readonly (readonly [string, string])[] = [
  [
    '--url <url>',
    'broker: mqtt, mqtts, ws or wss, or the word embedded; repeated or with commas for the addresses of a cluster (default mqtt://127.0.0.1:1883)',
  ],
  [
    '--preset <name>',
    `a case of the Open MQTT Benchmark Suite; other flags change it: ${PRESET_NAMES.join(', ')}`,
  ],
  [
    '--config <file>',
    'YAML or JSON file with the settings of this list by the same names; flags override it',
  ],
  ALLOW_HOST,
  ['--publishers <number>', 'publishing clients (default 100)'],
  ['--subscribers <number>', 'subscribing clients (default 1)'],
  ['--topology <name>', 'auto, pairs, fan-in, fan-out or shared-subscription'],
  ['--rate <rate>', 'messages per second from each publisher, such as 10, 6/min, 1/h, or max'],
  ['--executor <name>', 'constant-rate, max, ramping, connection-storm, reconnect-storm or soak'],
  ['--stages <list>', 'ramping: 10s:5,30s:50 goes to 5 per second over 10 s, then to 50 over 30 s'],
  ['--start-rate <rate>', 'ramping: initial rate (default 0)'],
  ['--connect-rate <rate>', 'connection-storm: connections per second, or max'],
  ['--reconnect-every <time>', 'reconnect-storm: time between cuts (default 10s)'],
  [
    '--reconnect-share <share>',
    'reconnect-storm: share of connections cut, such as 50% or 0.5 (default 100%)',
  ],
  ['--arrivals <kind>', 'when messages come due: even, jittered or poisson (default even)'],
  ['--qos <level>', 'QoS of the publishers, 0, 1 or 2 (default 0)'],
  ['--subscribe-qos <level>', 'QoS of the subscribers (default: that of the publishers)'],
  ['--size <bytes>', 'payload size in bytes (default 64)'],
  ['--payload <template>', 'payload in place of filler, such as {"t":%{walk:15.0:25.0:0.5},"n":%n}'],
  ['--payload-file <file>', 'file that has the payload template'],
  ['--data-file <file>', 'CSV file for %{csv:COLUMN} in the payload'],
  ['--topics <list>', "levels below a publisher's topic, taken in turn, such as temperature,state/%c"],
  ['--duration <time>', 'how long to publish (default 30s, no limit with --messages)'],
  ['--messages <number>', 'total messages of all publishers'],
  ['--ramp <time>', 'spread the connections over this time'],
  ['--warmup <time>', 'time at the start left out of latencies and rates'],
  ['--drain <time>', 'longest wait at the end for messages in transit (default 10s)'],
  ['--think-time <time>', '--rate max: average pause of each publisher between answer and next message'],
  ['--request', 'each message asks for a response, which its receiver sends: round-trip percentiles'],
  ['--start-wait <time>', 'each publisher begins at a random time of this length'],
  ['--disconnect-every <time>', 'each client ends its connection at random, so often on average'],
  ['--disconnect-kind <kind>', 'broken, clean (DISCONNECT) or mixed (default broken)'],
  ['--away-for <time>', 'how long such a client stays away (default 0s)'],
  ['--churn-every <time>', 'each subscriber changes one more subscription, so often on average'],
  ['--window <number>', 'unacknowledged messages per publisher (default 20)'],
  ['--receive-maximum <number>', 'MQTT 5: Receive Maximum of the subscribers'],
  ['--topic-aliases <number>', 'MQTT 5: topic aliases of each publisher, and that each subscriber accepts'],
  ['--retain', 'retained messages; the last of each publisher is removed at the end'],
  ['--message-expiry <time>', 'MQTT 5: how long a broker keeps a message for a subscriber that is away'],
  ['--workers <number>', 'threads, or auto'],
  ['--protocol <version>', '3.1.1 or 5.0 (default 3.1.1)'],
  ...CREDENTIAL_OPTIONS,
  ['--clients <file>', 'CSV file with a client on each line: client_id, username, password, cert, key'],
  ['--tls-resume', 'mqtts: a client that connects again takes up its TLS session'],
  ['--alpn <list>', 'mqtts: protocols to offer in the TLS handshake, such as mqtt'],
  ['--client-id <template>', 'client identifiers; %i is the number of the client (also in --username)'],
  ['--will-topic <template>', 'topic of the will of every client; %i its number, %c its identifier'],
  ['--will-payload <template>', 'payload of the will, with %i and %c'],
  ['--will-qos <level>', 'QoS of the will (default 0)'],
  ['--keep-alive <time>', 'keep-alive (default 60s, 0s turns it off)'],
  ['--connect-timeout <time>', 'time for all clients to connect (default 30s)'],
  ['--min-connected <share>', 'begin with this share of the clients when that time is over (default 100%)'],
  ['--resume', 'keep the session across a lost connection and resend'],
  [
    '--topic <prefix>',
    'first levels of every topic name (default fleetlab); with %i, %c or %u the whole name, such as factory/%c/temp',
  ],
  ['--local-address <list>', 'addresses of this computer to connect from, separated by commas'],
  ['--seed <number>', 'seed for payloads, retries and storms (default 1)'],
  ['--max-p99 <time>', 'threshold: 99th percentile of the latencies'],
  ['--max-connect-p99 <time>', 'threshold: 99th percentile of the connection times'],
  ['--max-lost <number>', 'threshold: messages that never arrived: lost, or in flight at the end'],
  ['--max-duplicated <number>', 'threshold: duplicated messages'],
  ['--max-out-of-order <number>', 'threshold: messages received out of order'],
  ['--max-failed <number>', 'threshold: messages that failed or were in flight at the end'],
  ['--max-errors <number>', 'threshold: errors of all kinds'],
  ['--min-rate <rate>', 'threshold: acknowledged messages per second in total'],
]

/** Flags of the list above whose values are lists: given again, they add to it. */
const LISTS: readonly string[] = ['--url', '--allow-host', '--topics', '--alpn', '--local-address']

/** Flags that can be given again, by what stands between their texts. */
const REPEATED: readonly (readonly [flags: string, text: string, separator: string])[] = [
  [
    '--ws-header <line>',
    "header of WebSocket handshakes, such as 'X-Tenant: plant' or 'Authorization: env:FLEETLAB_TOKEN'; can be repeated",
    '\n',
  ],
  ['--user-property <name=value>', 'MQTT 5: property of each message; can be repeated', '\n'],
  [
    '--population <json>',
    'clients of one kind, with settings of their own: \'{"name": "meters", "share": "25%", "qos": 1}\'; can be repeated',
    '\n',
  ],
  [
    '--threshold <expressions>',
    'thresholds such as p99<50ms, ack.mean<2ms, lost==0, rate>=9500; can be repeated',
    ',',
  ],
]

/** Adds the flags that say what a load test is. */
export function addLoadSettings(command: Command): void {
  for (const [flags, text] of SETTINGS) {
    if (LISTS.includes(flags.split(' ')[0] ?? ''))
      command.addOption(new RepeatedOption(flags, text, joinedBy(',')))
    else command.option(flags, text)
  }
  for (const [flags, text, separator] of REPEATED)
    command.addOption(new RepeatedOption(flags, text, joinedBy(separator)))
}

/** The text of a flag; undefined where it was not given. */
export const textFlag = (flags: LoadFlags, name: string): string | undefined => {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

/** A load test, and what it needs besides. */
interface Settings {
  config: LoadConfig
  preset: string | null
  credentials: Credentials
}

/**
 * The load test that the flags ask for, with the credentials it needs.
 * @throws UsageError also for a flag that does nothing, ApiError for a broker on another computer that was not typed
 */
export async function loadSettings(context: CliContext, flags: LoadFlags): Promise<Settings> {
  const asked = await askedFor(flags)
  refuseIdleFlags(asked.idle)
  return withCredentials(context, flags, asked)
}

/** The load test that the flags ask for, with those of them that do nothing. @throws UsageError, ApiError as above */
export async function askedFor(
  flags: LoadFlags,
): Promise<Omit<Settings, 'credentials'> & { idle: IdleFlag[] }> {
  const { config, preset, ofFile } = await loadConfig(flags)
  confirmTarget(flags, config)
  return { config, preset, idle: idleFlags({ ...ofFile, ...flags }, config) }
}

/** @throws UsageError */
export async function withCredentials(
  context: CliContext,
  flags: LoadFlags,
  { config, preset }: Omit<Settings, 'credentials'>,
): Promise<Settings> {
  const credentials = await readCredentials(config, context, textFlag(flags, 'password'))
  const found = { config, preset, credentials }
  if (config.wsHeaders === undefined) return found
  const headers = headersOf(config.wsHeaders, context.env)
  if (typeof headers !== 'string') return { ...found, credentials: { ...credentials, headers } }
  throw new UsageError(`--ws-header: the environment variable ${headers} is not set`)
}

/** @throws UsageError with a line for each flag that does nothing */
export function refuseIdleFlags(idle: readonly IdleFlag[]): void {
  const lines = idle.map(
    ({ flag, found, expected }) => `${flagWord(flag)}: found ${shownSetting(flag, found)}; ${expected}`,
  )
  if (lines.length > 0) throw new UsageError(...faultLines(lines))
}

/** A URL that was typed is the user's word; one that came with a file needs it. */
function confirmTarget(flags: LoadFlags, config: LoadConfig): void {
  const hosts = new AllowedHosts()
  const typed = brokerHosts(textFlag(flags, 'url') ?? '')
  for (const host of [...nameList(textFlag(flags, 'allowHost') ?? ''), ...typed]) hosts.allow(host)
  hosts.check(config)
}
