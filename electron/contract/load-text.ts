import { formatDuration } from './duration'
import { loadSchema, type LoadConfig } from './load-config'
import type { ExecutorConfig } from './load-fields'
import { flagKey, flagWord, LOAD_SWITCHES, type LoadFlags } from './load-flags'
import { shownHeader, shownProperty, withoutSecrets } from './load-headers'
import { idleFlags } from './load-idle'
import { maskedUrls } from './load-url'
import { withUnits } from './load-times'

const DEFAULTS = loadSchema.parse({})

/** Stands at the end of a command line for a password that was given to it. */
export const HIDDEN_PASSWORD = ' --password ***'

type Words = readonly (readonly [flag: string, value: string | number | undefined])[]

/** A rate as `--rate` reads it: no exponents. */
function rateWord(rate: number): string {
  return rate < 0.001 ? `${Number((rate * 3600).toFixed(9))}/h` : String(Number(rate.toFixed(9)))
}

function executorWords(e: ExecutorConfig): Words {
  switch (e.kind) {
    case 'constant-rate':
      return [['--rate', rateWord(e.rate)]]
    case 'max':
      return [['--rate', 'max']]
    case 'ramping':
      return [
        ['--stages', e.stages.map((s) => `${formatDuration(s.over)}:${s.rate}`).join(',')],
        ['--start-rate', e.startRate === 0 ? undefined : e.startRate],
      ]
    case 'connection-storm':
      return [
        ['--executor', e.kind],
        ['--connect-rate', e.connectRate === 'max' ? undefined : e.connectRate],
      ]
    case 'reconnect-storm':
      return [
        ['--executor', e.kind],
        ['--rate', rateWord(e.rate)],
        ['--reconnect-every', formatDuration(e.every)],
        ['--reconnect-share', e.share === 1 ? undefined : e.share],
      ]
    case 'soak':
      return [
        ['--executor', e.kind],
        ['--rate', rateWord(e.rate)],
      ]
  }
}

const time = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : formatDuration(ms)

/** The other settings with their flags, in the order of the help text. */
const settings = (c: LoadConfig): Words => [
  [
    '--population',
    withoutSecrets(c)
      .populations?.map((p) => JSON.stringify(withUnits(p)))
      .join('\n'),
  ],
  ['--arrivals', c.arrivals],
  ['--subscribe-qos', c.subscribeQos],
  ['--size', c.size],
  ['--payload', c.payload],
  ['--payload-file', c.payloadFile],
  ['--data-file', c.dataFile],
  ['--topics', c.topics?.join(',')],
  ['--duration', time(c.duration)],
  ['--messages', c.messages],
  ['--ramp', time(c.ramp)],
  ['--warmup', time(c.warmup)],
  ['--drain', time(c.drain)],
  ['--think-time', time(c.thinkTime)],
  ['--start-wait', time(c.startWait)],
  ['--disconnect-every', time(c.disconnectEvery)],
  ['--disconnect-kind', c.disconnectKind],
  ['--away-for', time(c.awayFor)],
  ['--churn-every', time(c.churnEvery)],
  ['--window', c.window],
  ['--receive-maximum', c.receiveMaximum],
  ['--topic-aliases', c.topicAliases],
  ['--user-property', c.userProperties?.map(shownProperty).join('\n')],
  ['--message-expiry', time(c.messageExpiry)],
  ['--workers', c.workers],
  ['--protocol', c.protocol === 5 ? '5.0' : '3.1.1'],
  ['--client-id', c.clientId],
  ['--username', c.username],
  ['--clients', c.clients],
  ['--alpn', c.alpn?.join(',')],
  ['--ws-header', c.wsHeaders?.map(shownHeader).join('\n')],
  ['--will-topic', c.willTopic],
  ['--will-payload', c.willPayload],
  ['--will-qos', c.willQos],
  ['--password-env', c.passwordEnv],
  ['--ca-file', c.caFile],
  ['--cert-file', c.certFile],
  ['--key-file', c.keyFile],
  ['--server-name', c.serverName],
  ['--keep-alive', time(c.keepAlive)],
  ['--connect-timeout', time(c.connectTimeout)],
  ['--min-connected', c.minConnected],
  ['--topic', c.topic],
  ['--local-address', c.localAddresses.length === 0 ? undefined : c.localAddresses.join(',')],
  ['--seed', c.seed],
]

const thresholdWords = ({ thresholds: t }: LoadConfig): Words => [
  ['--max-p99', time(t.maxP99)],
  ['--max-connect-p99', time(t.maxConnectP99)],
  ['--max-lost', t.maxLost],
  ['--max-duplicated', t.maxDuplicated],
  ['--max-out-of-order', t.maxOutOfOrder],
  ['--max-failed', t.maxFailed],
  ['--max-errors', t.maxErrors],
  ['--min-rate', t.minRate],
  ['--threshold', t.expressions?.join(',')],
]

/** Flags that are given again for each line of their value. */
const REPEATED: readonly string[] = ['--ws-header', '--user-property', '--population']

/** A word as a POSIX shell takes it. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** Flags with their values as they are typed; a switch has none. @param all also what is at its default */
function words(c: LoadConfig, all = false): [flag: string, value: string | null][] {
  const usual = new Map(settings(DEFAULTS))
  const head: Words = [
    ['--url', maskedUrls(c.url)],
    ['--publishers', c.publishers],
    ['--subscribers', c.subscribers],
    ['--topology', !all && c.topology === DEFAULTS.topology ? undefined : c.topology],
    ...executorWords(c.executor),
    ['--qos', c.qos],
  ]
  const rest = settings(c).filter(([flag, value]) => all || value !== usual.get(flag))
  const valued = [...head, ...rest, ...thresholdWords(c)].flatMap(([flag, value]): [string, string][] =>
    value === undefined ? [] : [[flag, String(value)]],
  )
  return [
    ...valued,
    ...LOAD_SWITCHES.filter((name) => c[name]).map((name): [string, null] => [flagWord(name), null]),
  ]
}

/**
 * The command line that repeats a load test. Target, clients, rate, QoS and length are always spelled out; other settings at
 * their default are left out.
 * @param besides words for what a run is told that is no setting, such as --shard 0/4
 */
export function loadCommandLine(c: LoadConfig, besides: readonly string[] = []): string {
  const all = words(c)
  const given = Object.fromEntries(all.map(([flag, value]) => [flagKey(flag.slice(2)), value ?? true]))
  // a file or a preset may say what does nothing beside the rest; a flag that does is refused
  const idle = new Set(idleFlags(given, c).map(({ flag }) => flagWord(flag)))
  const parts = all
    .filter(([flag]) => !idle.has(flag))
    .flatMap(([flag, value]) =>
      value === null
        ? [flag]
        : (REPEATED.includes(flag) ? value.split('\n') : [value]).flatMap((one) => [flag, quoted(one)]),
    )
  return ['fleetlab load', ...parts, ...besides.map(quoted)].join(' ')
}

/** All settings by the names of their flags, as they are typed; of switches those that are on. */
export const settingLines = (c: LoadConfig): { name: string; value: string }[] =>
  words(c, true).map(([flag, value]) => ({ name: flag.slice(2), value: value ?? 'on' }))

/** The same settings as flags; the executor is always named. */
export function loadFlags(c: LoadConfig): LoadFlags {
  const given = words(c).map(([flag, value]): [string, string | boolean] => [
    flagKey(flag.slice(2)),
    value ?? true,
  ])
  const flags: LoadFlags = { ...Object.fromEntries(given), executor: c.executor.kind }
  if (c.executor.kind === 'max') delete flags['rate']
  return flags
}
