import { isValidTopic } from './topics'

/** A payload template's fields, as they are written after `%{`. */
const FIELD_NAMES = ['counter', 'random', 'walk', 'one', 'csv', 'time', 'text'] as const

/** One piece of a payload template: text as it is, or what differs from message to message. */
export type PayloadPart =
  | { kind: 'literal'; text: string }
  /** The number of the client, its identifier, its user name, the number of its message from 0. */
  | { kind: 'who'; what: 'i' | 'c' | 'u' | 'n' }
  | { kind: 'counter'; from: number; step: number }
  /** Any number of the range, each as likely. */
  | { kind: 'random'; from: number; to: number; decimals: number }
  /** Each number differs from the last by at most `step`, and stays in the range. */
  | { kind: 'walk'; from: number; to: number; step: number; decimals: number }
  | { kind: 'one'; of: string[] }
  /** A column of the data file; message n of client i takes line i + n. */
  | { kind: 'csv'; column: string }
  /** When the message is due: ISO 8601, or a number of seconds or milliseconds since 1970. */
  | { kind: 'time'; form: 'iso' | 's' | 'ms' }
  /** So many letters at random. */
  | { kind: 'text'; length: number }

const FORMS: Readonly<Record<(typeof FIELD_NAMES)[number], string>> = {
  counter: '%{counter}, %{counter:100} or %{counter:100:5}',
  random: 'a range such as %{random:1:6} or %{random:0.0:1.0}',
  walk: 'a range and a step such as %{walk:15.0:25.0:0.5}',
  one: '%{one:red|green|blue}',
  csv: 'a column of the data file such as %{csv:site}',
  time: '%{time}, %{time:s} or %{time:ms}',
  text: 'a number of letters to 65535 such as %{text:100}',
}

const MOST_LETTERS = 65_535
const FIELD = /%(?:([icun%])|\{([^}\n]*)\})/g
const NUMBER = /^-?\d{1,15}(?:\.\d{1,6})?$/

const decimalsOf = (text: string): number => (text.split('.')[1] ?? '').length

/** Numbers of a field's arguments, with as many decimals as the longest of them is written with; null where one is none. */
function numbers(args: readonly string[], count: number): { values: number[]; decimals: number } | null {
  if (args.length !== count || !args.every((a) => NUMBER.test(a))) return null
  return { values: args.map(Number), decimals: Math.max(0, ...args.map(decimalsOf)) }
}

function counterOf(args: readonly string[]): PayloadPart | null {
  const [from = '0', step = '1', more] = args
  const whole = [from, step].every((a) => /^-?\d{1,9}$/.test(a))
  return whole && more === undefined ? { kind: 'counter', from: Number(from), step: Number(step) } : null
}

function randomOf(args: readonly string[]): PayloadPart | null {
  const { values: [from = 0, to = 0] = [], decimals = 0 } = numbers(args, 2) ?? {}
  return from < to ? { kind: 'random', from, to, decimals } : null
}

function walkOf(args: readonly string[]): PayloadPart | null {
  const { values: [from = 0, to = 0, step = 0] = [], decimals = 0 } = numbers(args, 3) ?? {}
  return from < to && step > 0 ? { kind: 'walk', from, to, step, decimals } : null
}

/** Reads what stands between `%{` and `}`; null for what is no field of that name. */
function fieldOf(name: (typeof FIELD_NAMES)[number], rest: string | undefined): PayloadPart | null {
  const args = rest === undefined ? [] : rest.split(':')
  switch (name) {
    case 'counter':
      return counterOf(args)
    case 'random':
      return randomOf(args)
    case 'walk':
      return walkOf(args)
    case 'one':
      return rest === undefined || rest === '' ? null : { kind: 'one', of: rest.split('|') }
    case 'csv':
      return rest === undefined || rest === '' ? null : { kind: 'csv', column: rest }
    case 'time': {
      const form = rest ?? 'iso'
      return form === 'iso' || form === 's' || form === 'ms' ? { kind: 'time', form } : null
    }
    case 'text': {
      const length = /^\d{1,5}$/.test(rest ?? '') ? Number(rest) : 0
      return length > 0 && length <= MOST_LETTERS ? { kind: 'text', length } : null
    }
  }
}

/** A field that a template cannot have, and what may stand there. */
export interface PayloadProblem {
  found: string
  expected: string
}

/** Reads a payload template, or says what is wrong with it. */
export function parsePayload(template: string): PayloadPart[] | PayloadProblem {
  const parts: PayloadPart[] = []
  let at = 0
  const literal = (text: string): void => {
    const last = parts.at(-1)
    if (last?.kind === 'literal') last.text += text
    else if (text !== '') parts.push({ kind: 'literal', text })
  }
  for (const found of template.matchAll(FIELD)) {
    const [all, letter, inside = ''] = found
    literal(template.slice(at, found.index))
    at = found.index + all.length
    if (letter === '%') literal('%')
    else if (letter !== undefined) parts.push({ kind: 'who', what: letter as 'i' | 'c' | 'u' | 'n' })
    else {
      const [, word = '', rest] = /^([^:]*)(?::(.*))?$/.exec(inside) ?? []
      const name = FIELD_NAMES.find((n) => n === word)
      if (name === undefined)
        return { found: all, expected: `expected one of ${FIELD_NAMES.map((n) => `%{${n}}`).join(', ')}` }
      const field = fieldOf(name, rest)
      if (field === null) return { found: all, expected: `expected ${FORMS[name]}` }
      parts.push(field)
    }
  }
  literal(template.slice(at))
  return parts
}

/** First levels of the topics of a run that does not say others. */
export const DEFAULT_TOPIC = 'fleetlab'

/** Whether a topic has %i, %c or %u, and not only after a percent sign that stands for itself: then it is each publisher's own. */
export const namesEachTopic = (topic: string): boolean => /%[icu]/.test(topic.replaceAll('%%', ''))

/**
 * What does not go with a topic name for each message, as those have at 3.1.1 whose payload has no room for what they are;
 * null where nothing forbids it. At 5.0 a user property is in its place, and without subscribers nothing is needed.
 */
export function oneTopicName(c: {
  protocol: 4 | 5
  subscribers: number
  topic: string
  retain: boolean
  request: boolean
}): { flag: 'topic' | 'retain' | 'request'; where: string } | null {
  if (c.protocol === 5 || c.subscribers === 0) return null
  if (namesEachTopic(c.topic)) return { flag: 'topic', where: 'where %i, %c or %u are in the topic' }
  if (c.retain) return { flag: 'retain', where: 'with retained messages' }
  return c.request ? { flag: 'request', where: 'for requests' } : null
}

/** What is wrong with a topic template, levels below a publisher's own topic with %i, %c and %u; null for a good one. */
export function topicProblem(template: string): string | null {
  return isValidTopic(template) && !/^\/|\/$/.test(template) && !template.includes('%{')
    ? null
    : 'expected levels of a topic such as temperature or state/%c, with %i, %c and %u'
}
