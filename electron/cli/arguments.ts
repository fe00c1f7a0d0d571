import { InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../contract/duration'
import { parseOrigin } from '../web/origin'

/** A whole number from `min` to `max`. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`)
  }

export const portNumber = wholeNumber(0, 65_535)

/** Milliseconds of a duration with a unit. */
export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw new InvalidArgumentError('expected a duration such as 500ms, 10s or 2m')
}

/** Virtual seconds per real second; `max` for as fast as the machine can. */
export function speed(text: string): number {
  if (text === 'max') return Infinity
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
  if (value >= 0.01 && value <= 100) return value
  throw new InvalidArgumentError('expected a number from 0.01 to 100, or max')
}

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
  if (value > 0) return value
  throw new InvalidArgumentError('expected a number above 0')
}

/** The address browsers use through a proxy. */
export function originText(text: string): string {
  const origin = parseOrigin(text)
  if (origin !== null) return origin
  throw new InvalidArgumentError('expected https://name or https://name:port with nothing after it')
}

/** Names with commas between, after those that were given before. */
export const nameList = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text.split(',').map((part) => part.trim()),
]

/** An option that can be given again: its parser adds to what was given before. Any other is refused the second time. */
export class RepeatedOption<T> extends Option {
  constructor(flags: string, description: string, parse: (text: string, before: T | undefined) => T) {
    super(flags, description)
    this.argParser<T | undefined>(parse)
  }
}

/** A text for `RepeatedOption` that has all that was given, with `separator` between. */
export const joinedBy =
  (separator: string) =>
  (text: string, before?: string): string =>
    before === undefined ? text : `${before}${separator}${text}`

/** The flag by which the user agrees to a connection to another machine. */
export const ALLOW_HOST = [
  '--allow-host <list>',
  'other computers a scenario file may connect to, separated by commas',
] as const

/** Numbers of 0 or more with commas between, such as 0,0.05,0.1. */
export function numberList(text: string): number[] {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.every((part) => /^(\d+(\.\d+)?|\.\d+)$/.test(part))) return parts.map(Number)
  throw new InvalidArgumentError('expected numbers separated by commas, such as 0,0.05,0.1')
}
