import { isOfExecutor } from '@contract/load-executor-flags'
import { usesTls } from '@contract/load-url'
import {
  EXECUTOR_FLAGS,
  FIELD_FLAGS,
  LOAD_SWITCHES,
  SENT_FILES,
  type ExecutorFlag,
  type FieldFlag,
} from '@contract/load-flags'

/** What drives the load, and what each message is like. */
export const DRIVING_FLAGS = [...EXECUTOR_FLAGS, 'arrivals', 'size', 'duration', 'messages'] as const
/** What the verdict goes by. */
export const LIMIT_FLAGS = [
  'maxP99',
  'maxConnectP99',
  'maxLost',
  'maxDuplicated',
  'maxOutOfOrder',
  'maxFailed',
  'maxErrors',
  'minRate',
  'threshold',
] as const

/** A flag with a value, and one without. */
export type TextFlag = FieldFlag | ExecutorFlag | (typeof LIMIT_FLAGS)[number]
export type Switch = (typeof LOAD_SWITCHES)[number]
export const SWITCHES = LOAD_SWITCHES

/** The form: every setting as it is typed, by the name of its flag. The password is not among them. */
export type Draft = Record<TextFlag, string> & Record<Switch, boolean>

const TARGET = ['url', 'protocol'] as const
const CLIENTS = ['publishers', 'subscribers', 'topology', 'qos', 'subscribeQos'] as const
const MESSAGES = ['payload', 'topics', 'retain', 'messageExpiry', 'userProperty', 'topicAliases'] as const
const IDENTITY = ['clientId', 'willTopic', 'willPayload', 'willQos', 'population'] as const
const HABITS = [
  'request',
  'thinkTime',
  'startWait',
  'disconnectEvery',
  'disconnectKind',
  'awayFor',
  'churnEvery',
] as const
const LOGIN = [
  'username',
  'passwordEnv',
  'caFile',
  'certFile',
  'keyFile',
  'serverName',
  'alpn',
  'wsHeader',
  'tlsResume',
  'insecure',
] as const
/** Flags that have their place in the form, and those that have none; see `WITHOUT_FIELD`. */
const PLACED: readonly string[] = [
  ...SENT_FILES,
  ...TARGET,
  ...CLIENTS,
  ...DRIVING_FLAGS,
  ...MESSAGES,
  ...IDENTITY,
  ...HABITS,
  ...LOGIN,
]

/** Flags by their part of the form. A flag that no part names has its field under `more`. */
export const FORM_GROUPS = {
  target: TARGET,
  clients: CLIENTS,
  executor: DRIVING_FLAGS,
  messages: MESSAGES,
  identity: IDENTITY,
  habits: HABITS,
  limits: LIMIT_FLAGS,
  login: LOGIN,
  more: [...FIELD_FLAGS, ...SWITCHES].filter((flag) => !PLACED.includes(flag)),
} as const satisfies Record<string, readonly (TextFlag | Switch)[]>

export const isSwitch = (flag: TextFlag | Switch): flag is Switch =>
  (SWITCHES as readonly string[]).includes(flag)

/** Flags with a value, in the order of the form; an empty text leaves the flag out. */
export const TEXT_FLAGS: readonly TextFlag[] = Object.values(FORM_GROUPS)
  .flat()
  .filter((flag): flag is TextFlag => !isSwitch(flag))

const NO_FILES = 'what is in the file would leave the computer; a page names no files but certificates'

/** Why a flag of `fleetlab load` has no field. */
export const WITHOUT_FIELD: Readonly<Record<string, string>> = {
  config: 'a file of settings: the form holds the settings themselves',
  preset: 'the form has a choice of presets that fills it in',
  password: 'has a field of its own that is kept nowhere',
  'allow-host': 'the page asks before it sends load to another computer',
  clients: NO_FILES,
  'payload-file': NO_FILES,
  'data-file': NO_FILES,
  shard: 'a run over several computers begins in their terminals',
  'start-at': 'for the shards of a run',
  'run-id': 'for the shards of a run; the page counts its runs',
  'report-to': 'for the shards of a run',
  'token-env': 'for the shards of a run',
  metrics: 'belongs to the process: fleetlab serve --metrics',
  otlp: 'belongs to the process: fleetlab serve --otlp',
  influx: 'belongs to the process: fleetlab serve --influx',
  'push-every': 'belongs to --otlp and --influx',
  'broker-metrics': 'makes the engine ask an address: the terminal that may do so gives it',
  'broker-pid': 'reads a process of this computer: the terminal that may do so gives it',
  matrix: 'makes a table of many runs in the terminal',
  repeats: 'belongs to --matrix',
  json: 'a finished run has buttons that save it',
  html: 'a finished run has buttons that save it',
  csv: 'a finished run has buttons that save it',
  junit: 'for CI jobs',
  markdown: 'for CI jobs',
}

/** How a field looks; without an entry it is one line of text. */
export interface FlagLook {
  /** What an empty field means, as it is typed, or the end of a text's key `load.…`. @default that of "none" */
  placeholder?: string
  placeholderText?: string
  /** Step of the arrow keys, for numbers. */
  step?: number
  mono?: boolean
  suffix?: string
  /** Several lines, one entry each. */
  lines?: boolean
  /** The values there are; '' is the default, which `placeholder` names. */
  values?: readonly string[]
  /** Values side by side. */
  row?: boolean
}

const number = (placeholder: string, suffix?: string): FlagLook => ({
  step: 1,
  placeholder,
  ...(suffix === undefined ? {} : { suffix }),
})
const limit = (step: number, suffix?: string): FlagLook => ({
  step,
  placeholderText: 'noLimit',
  ...(suffix === undefined ? {} : { suffix }),
})
const mono: FlagLook = { mono: true }

export const FLAG_LOOKS: Partial<Record<TextFlag, FlagLook>> = {
  url: { mono: true, placeholder: 'mqtt://127.0.0.1:1883' },
  protocol: { values: ['3.1.1', '5.0'], row: true },
  publishers: number('100'),
  subscribers: number('1'),
  topology: { values: ['auto', 'pairs', 'fan-in', 'fan-out', 'shared-subscription'] },
  qos: { values: ['0', '1', '2'], row: true },
  subscribeQos: { values: ['', '0', '1', '2'], placeholderText: 'asPublishers' },
  executor: { values: ['constant-rate', 'max', 'ramping', 'connection-storm', 'reconnect-storm', 'soak'] },
  rate: number('', 'msg/s'),
  stages: { mono: true, placeholder: '10s:5,30s:50' },
  startRate: number('0', 'msg/s'),
  connectRate: { step: 10, placeholder: 'max', suffix: '/s' },
  reconnectEvery: number('10s'),
  reconnectShare: { step: 0.1, placeholder: '1' },
  arrivals: { values: ['', 'jittered', 'poisson'], placeholder: 'even' },
  size: number('64', 'B'),
  duration: { step: 5 },
  messages: { step: 1000, placeholderText: 'noLimit' },
  payload: { lines: true, mono: true, placeholderText: 'filler' },
  topics: mono,
  messageExpiry: { step: 1 },
  topicAliases: { step: 1 },
  userProperty: { lines: true, mono: true, placeholder: 'site=plant-2' },
  clientId: mono,
  willTopic: mono,
  willPayload: mono,
  willQos: { values: ['', '1', '2'], placeholder: '0' },
  population: { lines: true, mono: true, placeholder: '{"name": "meters", "share": "25%"}' },
  thinkTime: { step: 1 },
  startWait: { step: 1 },
  disconnectEvery: { step: 1, placeholderText: 'never' },
  disconnectKind: { values: ['', 'clean', 'mixed'], placeholder: 'broken' },
  awayFor: number('0s'),
  churnEvery: { step: 1, placeholderText: 'never' },
  maxP99: limit(10),
  maxConnectP99: limit(10),
  maxLost: limit(1),
  maxDuplicated: limit(1),
  maxOutOfOrder: limit(1),
  maxFailed: limit(1),
  maxErrors: limit(1),
  minRate: limit(1, 'msg/s'),
  threshold: { mono: true, placeholderText: 'noLimit' },
  passwordEnv: mono,
  caFile: { mono: true, placeholderText: 'systemCas' },
  certFile: mono,
  keyFile: mono,
  serverName: { mono: true, placeholderText: 'hostOfUrl' },
  alpn: mono,
  wsHeader: { lines: true, mono: true, placeholder: 'X-Tenant: plant' },
  ramp: number('0ms'),
  warmup: number('0ms'),
  drain: number('10s'),
  window: number('20'),
  receiveMaximum: { step: 1 },
  workers: { placeholder: 'auto' },
  keepAlive: number('60s'),
  connectTimeout: number('30s'),
  minConnected: { placeholder: '100%' },
  topic: { mono: true, placeholder: 'fleetlab' },
  localAddress: mono,
  seed: number('1'),
}

const OF_MQTT_5: readonly string[] = ['userProperty', 'messageExpiry', 'receiveMaximum', 'topicAliases']

/** Settings of TLS; ALPN is of mqtts:// alone. */
export const OF_TLS: readonly string[] = [
  'caFile',
  'certFile',
  'keyFile',
  'serverName',
  'insecure',
  'tlsResume',
]

/** Whether the field is to be seen: it means something beside the other settings, or has a value that must be looked at. */
export function isShown(flag: TextFlag | Switch, draft: Draft): boolean {
  if (isSwitch(flag)) return draft[flag] || !OF_TLS.includes(flag) || usesTls(draft.url.trim())
  if (!isOfExecutor(flag, draft.executor)) return false
  if (flag === 'size') return draft.payload === ''
  if (draft[flag] !== '') return true
  if (OF_MQTT_5.includes(flag)) return draft.protocol === '5.0'
  if (OF_TLS.includes(flag)) return usesTls(draft.url.trim())
  if (flag === 'disconnectKind' || flag === 'awayFor') return draft.disconnectEvery !== ''
  if (flag === 'subscribeQos') return draft.subscribers !== '0'
  if (flag === 'alpn') return draft.url.startsWith('mqtts:')
  return flag !== 'wsHeader' || /^wss?:/.test(draft.url)
}
