import { issueDetails } from '@contract/issues'
import { HIDDEN_HEADER, HIDDEN_PROPERTY } from '@contract/load-headers'
import { HIDDEN_PARAMETER } from '@contract/load-url'
import type { z } from 'zod'

/** What is wrong with a field: the end of a text's key `load.wrong.…`, and its values; or a line as it came. */
export type Problem = { key: string; values: Record<string, string | number> } | { key: null; line: string }

interface Clients {
  topology: string
  publishers: string
}

/** Fields whose texts do not follow from the kind of issue alone. */
const BY_FLAG: Readonly<Record<string, string>> = {
  url: 'url',
  passwordEnv: 'envName',
  topic: 'topic',
  workers: 'workers',
  connectRate: 'connectRate',
  stages: 'stages',
  publishers: 'noClients',
  keyFile: 'certAndKey',
  willTopic: 'topicName',
  clientId: 'clientId',
  wsHeader: 'wsHeader',
  alpn: 'alpn',
  userProperty: 'userProperty',
  protocol: 'needs5',
  threshold: 'threshold',
  disconnectEvery: 'aboveZero',
  churnEvery: 'churnEvery',
  warmup: 'warmup',
  topics: 'topicLevels',
  size: 'room',
  topology: 'receivers',
  tlsResume: 'needsTls',
  awayFor: 'awayFor',
}
/** Examples that a text cannot hold: braces are its own. */
const PAYLOAD_FIELDS =
  '%{counter}, %{random:1:6}, %{walk:15.0:25.0:0.5}, %{one:red|blue}, %{time}, %{text:100}'

function topologyProblem(c: Clients): Problem {
  const values = { n: c.publishers }
  if (c.topology === 'pairs') return { key: 'pairs', values }
  return c.topology === 'fan-in' ? { key: 'fanIn', values } : { key: 'fanOut', values }
}

/** An issue that the schema itself worded. */
function custom(flag: string, issue: z.core.$ZodIssue, c: Clients): Problem {
  if (flag !== 'stages' && issue.message.startsWith('expected a duration'))
    return { key: 'duration', values: {} }
  if (flag === 'subscribers') return topologyProblem(c)
  if (flag === 'willTopic' && issue.input === undefined) return { key: 'ofWill', values: {} }
  if (flag === 'payload') return { key: 'payload', values: { fields: PAYLOAD_FIELDS } }
  const key = BY_FLAG[flag]
  return key === undefined ? { key: null, line: issue.message } : { key, values: {} }
}

const POPULATION = '{"name": "meters", "share": "25%"}'

/** A population has no fields of its own in the form: which one it is and the name of its setting are said. */
function ofPopulation(issue: z.core.$ZodIssue): Problem {
  const [, index, ...field] = issue.path
  const n = Number(index ?? 0) + 1
  if (field.length === 0 && issue.code === 'invalid_type')
    return { key: 'noJson', values: { n, example: POPULATION } }
  const [detail] = issueDetails([issue])
  const line = detail?.expected ?? issue.message
  const at = (detail?.path ?? '').split('.').slice(2).join('.')
  return { key: 'population', values: { n, field: at, line } }
}

/** An issue of the load schema as a text of the page: the schema says what is wrong, the page says it in its language. */
export function sayIssue(flag: string, issue: z.core.$ZodIssue, clients: Clients): Problem {
  if (flag === 'population') return ofPopulation(issue)
  if (issue.message === HIDDEN_HEADER) return { key: 'hiddenHeader', values: {} }
  if (issue.message === HIDDEN_PARAMETER || issue.message === HIDDEN_PROPERTY)
    return { key: 'hiddenParameter', values: {} }
  if (flag === 'minConnected') return { key: 'share', values: {} }
  switch (issue.code) {
    case 'too_small': {
      const key = issue.inclusive === false ? 'above' : 'least'
      return { key, values: { n: Number(issue.minimum) } }
    }
    case 'too_big':
      return { key: issue.origin === 'string' ? 'long' : 'most', values: { n: Number(issue.maximum) } }
    case 'invalid_type': {
      const own = BY_FLAG[flag]
      if (own === 'stages' || own === 'workers' || own === 'connectRate') return { key: own, values: {} }
      const whole = issue.expected === 'int' || WHOLE.has(flag)
      return { key: whole ? 'whole' : 'number', values: {} }
    }
    default:
      return custom(flag, issue, clients)
  }
}

/** Numbers without a fraction; a text in their place is reported as "a number" by the schema. */
const WHOLE: ReadonlySet<string> = new Set([
  'publishers',
  'subscribers',
  'size',
  'messages',
  'window',
  'receiveMaximum',
  'seed',
  'maxLost',
  'maxDuplicated',
  'maxOutOfOrder',
  'maxFailed',
  'maxErrors',
])
