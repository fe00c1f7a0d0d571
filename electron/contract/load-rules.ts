import type { z } from 'zod'
import { formatDuration } from './duration'
import { isOfExecutor } from './load-executor-flags'
import { topologyKind } from './load-fields'
import { hiddenHeader, HIDDEN_HEADER, hiddenProperty, HIDDEN_PROPERTY } from './load-headers'
import { namesEachTopic, oneTopicName } from './load-payload'
import { populationProblem } from './load-populations'
import { longestMs, populationsOf, SHORT_IDENTITY_BYTES, type LoadConfig } from './load-run'
import { HIDDEN_PARAMETER, hidesSecret, usesTls } from './load-url'

type Wrong = (path: string, input: unknown, message: string) => void
/** How settings of one population, or of a run without any, go together. */
type Rule = (c: LoadConfig, wrong: Wrong) => void
/** The same of the run as a whole, with the runs of its populations. */
type RunRule = (c: LoadConfig, wrong: Wrong, all: readonly LoadConfig[]) => void

/** Whether a template has %i, and not only after a percent sign that stands for itself. */
const namesEach = (template: string): boolean => template.replaceAll('%%', '').includes('%i')

/** Whole topic names: who subscribes must know them. */
const checkTopic: Rule = (c, wrong) => {
  if (!namesEachTopic(c.topic) || c.subscribers === 0) return
  const kind = topologyKind(c)
  if (kind !== 'pairs' && (kind !== 'fan-in' || c.subscribers < 2)) return
  const has = (template: string, what: RegExp): boolean => what.test(template.replaceAll('%%', ''))
  if (c.clients === undefined) {
    if (!has(c.topic, /%[ic]/))
      wrong(
        'topic',
        c.topic,
        'expected %i or %c, so that each subscriber gets the messages of its own publishers',
      )
    return
  }
  const message =
    'expected %i, and no %c or %u, where each subscriber has its own publishers: it does not know the names that the list gives them'
  if (has(c.topic, /%[cu]/) || !has(c.topic, /%i/)) wrong('topic', c.topic, message)
  const named = c.topics?.find((t) => has(t, /%[cu]/))
  if (named !== undefined) wrong('topics', named, message)
}

const hasTemplate = (c: LoadConfig): boolean => c.payload !== undefined || c.payloadFile !== undefined

/** At 3.1.1 smaller payloads have their identity in the topic name, which is then another for each message. */
const checkRoom: Rule = (c, wrong) => {
  const one = oneTopicName(c)
  if (one === null || hasTemplate(c) || c.size >= SHORT_IDENTITY_BYTES) return
  const least = `expected at least ${SHORT_IDENTITY_BYTES} ${one.where}`
  wrong('size', c.size, `${least}, or --protocol 5.0: at 3.1.1 smaller ones have a topic each`)
}

/** One rule for each, so that a setting that is wrong in itself silences only what depends on it. */
const REQUESTS: readonly Rule[] = [
  (c, wrong) => {
    if (c.request && topologyKind(c) === 'fan-out' && c.subscribers > 1)
      wrong(
        'topology',
        c.topology,
        'expected one receiver for each request: pairs, fan-in or shared-subscription',
      )
  },
  (c, wrong) => {
    if (c.request && c.churnEvery !== undefined)
      wrong(
        'churnEvery',
        formatDuration(c.churnEvery),
        'expected requests or changing subscriptions, not both',
      )
  },
  (c, wrong) => {
    if (c.request && c.protocol !== 5 && c.subscribers === 0)
      wrong('protocol', '3.1.1', 'expected 5.0 where others respond: 3.1.1 has no response topic')
  },
]

const checkClients: Rule = (c, wrong) => {
  if (c.publishers + c.subscribers === 0)
    wrong('publishers', 0, 'expected at least one publisher or subscriber')
  if (c.clients !== undefined || c.clientId === undefined || namesEach(c.clientId)) return
  if (c.publishers + c.subscribers > 1)
    wrong(
      'clientId',
      c.clientId,
      'expected %i, the number of the client, in the identifier of several clients',
    )
}

/** How many flows (publisher, subscriber) one run may account for. */
const MAX_FLOWS = 4_000_000

const checkTopology: Rule = (c, wrong) => {
  if (c.topology === 'pairs' && c.publishers !== c.subscribers)
    wrong('subscribers', c.subscribers, `expected ${c.publishers}, one for each publisher (topology pairs)`)
  if (c.topology === 'fan-in' && c.subscribers > c.publishers)
    wrong(
      'subscribers',
      c.subscribers,
      `expected at most ${c.publishers}, the number of publishers (topology fan-in)`,
    )
  if (topologyKind(c) === 'fan-out' && c.publishers * c.subscribers > MAX_FLOWS)
    wrong(
      'subscribers',
      c.subscribers,
      `expected publishers x subscribers of at most ${MAX_FLOWS} in a fan-out`,
    )
}

/** Settings that need MQTT 5.0. */
const OF_MQTT_5 = ['userProperties', 'messageExpiry', 'topicAliases'] as const

const needsVersion5 = (name: (typeof OF_MQTT_5)[number]): Rule => {
  return (c, wrong) => {
    if (c[name] !== undefined && c.protocol !== 5)
      wrong('protocol', '3.1.1', `expected 5.0 with ${name}: 3.1.1 has no properties`)
  }
}

const TOGETHER: readonly Rule[] = [
  checkTopic,
  (c, wrong) => {
    if (c.payload !== undefined && c.payloadFile !== undefined)
      wrong('payloadFile', c.payloadFile, 'expected either payload or payloadFile')
  },
  (c, wrong) => {
    if (c.dataFile !== undefined && !hasTemplate(c))
      wrong('dataFile', c.dataFile, 'expected a payload with %{csv:COLUMN} that uses it')
  },
  ...OF_MQTT_5.map(needsVersion5),
  checkRoom,
  checkClients,
  (c, wrong) => {
    if (c.wsHeaders !== undefined && !/^wss?:/.test(c.url))
      wrong('wsHeaders', c.url, 'expected an address with ws:// or wss:// for headers')
  },
  (c, wrong) => {
    if (c.alpn !== undefined && !c.url.startsWith('mqtts:'))
      wrong('alpn', c.url, 'expected an address with mqtts:// for ALPN')
  },
  (c, wrong) => {
    if (c.thinkTime !== undefined && !isOfExecutor('thinkTime', c.executor.kind))
      wrong('thinkTime', c.executor.kind, 'expected the executor max: at a rate nobody waits for an answer')
  },
  (c, wrong) => {
    if (c.awayFor > 0 && c.disconnectEvery === undefined)
      wrong('awayFor', formatDuration(c.awayFor), 'expected disconnectEvery with it')
  },
  ...REQUESTS,
  (c, wrong) => {
    if (c.churnEvery !== undefined && c.subscribers === 0)
      wrong('churnEvery', 'no subscribers', 'expected at least one subscriber')
  },
  (c, wrong) => {
    if (c.arrivals !== 'even' && !isOfExecutor('arrivals', c.executor.kind))
      wrong('arrivals', c.arrivals, `expected even: ${c.executor.kind} has no constant rate`)
  },
  checkTopology,
  (c, wrong) => {
    if ((c.keyFile === undefined) !== (c.certFile === undefined))
      wrong('keyFile', c.keyFile ?? 'nothing', 'certFile and keyFile must be set together')
  },
]

/** Settings that would do nothing beside the others. */
const IDLE: readonly Rule[] = [
  (c, wrong) => {
    if (c.receiveMaximum !== undefined && c.protocol !== 5)
      wrong('protocol', '3.1.1', 'expected 5.0 with receiveMaximum: 3.1.1 has none')
  },
  (c, wrong) => {
    if (c.willTopic === undefined && (c.willQos > 0 || c.willPayload !== ''))
      wrong('willTopic', undefined, 'expected the topic of the will that willQos or willPayload belongs to')
  },
  (c, wrong) => {
    const hidden = hiddenProperty(c.userProperties ?? [])
    if (hidden !== undefined) wrong('userProperties', hidden, HIDDEN_PROPERTY)
  },
]

/** Populations begin and end together. */
const checkLength: RunRule = (c, wrong, all) => {
  if (c.duration === 0) {
    wrong('duration', '0s', 'expected more than 0')
    return
  }
  const longest = longestMs(all)
  if (c.warmup === 0 || longest === null || longest === 0 || c.warmup < longest) return
  wrong('warmup', formatDuration(c.warmup), `expected less than the duration, ${formatDuration(longest)}`)
}

/** The same of the whole run, and what a report has and nobody can send. */
const IDLE_IN_RUN: readonly RunRule[] = [
  checkLength,
  (c, wrong) => {
    if (hidesSecret(c.url)) wrong('url', c.url, HIDDEN_PARAMETER)
  },
  (c, wrong) => {
    const hidden = hiddenHeader(c.wsHeaders ?? [])
    if (hidden !== undefined) wrong('wsHeaders', hidden, HIDDEN_HEADER)
  },
  (c, wrong) => {
    if (c.tlsResume && !usesTls(c.url))
      wrong('tlsResume', c.url, 'expected an address with mqtts:// or wss:// for TLS sessions')
  },
]

/** A rule reads a setting that is wrong in itself: how others go with it cannot be said. */
class WrongInItself extends Error {}

/** The settings, of which these cannot be read. @param reads is told of each that a rule reads */
function without(c: LoadConfig, fields: ReadonlySet<string>, reads?: (field: string) => void): LoadConfig {
  if (fields.size === 0 && reads === undefined) return c
  return new Proxy(c, {
    get(of, key) {
      if (fields.has(String(key))) throw new WrongInItself()
      reads?.(String(key))
      return Reflect.get(of, key) as unknown
    },
  })
}

function attempt(rule: () => void): void {
  try {
    rule()
  } catch (thrown) {
    if (!(thrown instanceof WrongInItself)) throw thrown
  }
}

/** How settings do not go together. */
type Issue = z.core.$ZodIssueCustom & { code: 'custom'; input: unknown }

/**
 * Finds the settings of a load test that do not go together. Each population is checked as the run that it is; what is wrong
 * in it is said of it, and what is wrong with settings of the run alone is said once.
 * @param idle also those that would do nothing, or that a report has and nobody can send
 * @param wrong settings of the run that are wrong in themselves: a rule that reads one of them says nothing
 */
export function checkRun(
  c: LoadConfig,
  add: (issue: Issue) => void,
  { idle, wrong = new Set() }: { idle: boolean; wrong?: ReadonlySet<string> },
): void {
  const run = without(c, wrong)
  const ofRun: Wrong = (path, input, message) => add({ code: 'custom', path: [path], input, message })
  const rules = [...TOGETHER, ...(idle ? IDLE : [])]
  attempt(() => {
    const problem = populationProblem(run)
    if (problem === null) return
    rules.length = 0
    add({ code: 'custom', ...problem })
  })
  const all: LoadConfig[] = []
  const said = new Set<string>()
  for (const [i, { name, config }] of populationsOf(c).entries()) {
    const own: object = c.populations?.[i] ?? {}
    let isOfRun = true
    const one = without(
      config,
      new Set([...wrong].filter((field) => !Object.hasOwn(own, field))),
      (field) => (isOfRun &&= !Object.hasOwn(own, field)),
    )
    all.push(one)
    const ofOne: Wrong = (path, input, message) => {
      if (isOfRun && said.has(`${path} ${message}`)) return
      if (isOfRun) said.add(`${path} ${message}`)
      add({
        code: 'custom',
        path: [...(Object.hasOwn(own, path) ? ['populations', i] : []), path],
        input,
        message: name === null || isOfRun ? message : `${message} (population ${name})`,
      })
    }
    for (const rule of rules) {
      isOfRun = true
      attempt(() => rule(one, ofOne))
    }
  }
  if (idle) for (const rule of IDLE_IN_RUN) attempt(() => rule(run, ofRun, all))
}
