import type { PayloadPart } from '../../../contract/load-payload'
import { seededRandom } from './random'

/** Whose payloads a template makes. */
export interface PayloadOwner {
  /** Number of the client over the whole run. */
  number: number
  clientId: string
  username: string
  seed: number
}

/** What `%{csv:...}` fields take their values from: the columns of a data file, as they are written into a payload. */
export type PayloadData = ReadonlyMap<string, { values: readonly string[]; longest: number }>

/** One publisher's payloads. The same message has the same payload however often it is made, so that it can be sent again. */
export interface Payloads {
  /** @param timeMs when the message is due, Unix ms */
  text(sequence: number, timeMs: number): string
  /** Bytes of the longest, or more. */
  readonly longest: number
}

type Make = (sequence: number, timeMs: number) => string
interface Piece {
  make: Make
  longest: number
}

const NUMBER_BYTES = 24
const ISO_BYTES = 24
/** Steps of a walk between two that are kept, to find any other from. */
const WALK_BLOCK = 1024

/** A number from 0 to 1 (excluded) that depends on the message and the field alone. */
const unit = (seed: number, n: number): number =>
  seededRandom(Math.imul(seed ^ Math.imul(n + 1, 0x85ebca6b), 0x9e3779b1) ^ (n >>> 9))()

/** Bytes of the longest text. */
export const bytesOf = (texts: readonly string[]): number =>
  texts.reduce((most, t) => Math.max(most, Buffer.byteLength(t)), 0)

/** Each value from the one before; an earlier one, of a message that is sent again, from the nearest that is kept. */
class Walk {
  private readonly kept: number[]
  private n = 0
  private value: number

  constructor(
    private readonly part: Extract<PayloadPart, { kind: 'walk' }>,
    private readonly seed: number,
  ) {
    this.value = part.from + unit(seed, 0) * (part.to - part.from)
    this.kept = [this.value]
  }

  at(n: number): number {
    if (n < this.n) {
      const block = Math.floor(n / WALK_BLOCK)
      this.n = block * WALK_BLOCK
      this.value = this.kept[block] as number
    }
    while (this.n < n) this.step()
    return this.value
  }

  private step(): void {
    const { from, to, step } = this.part
    const moved = this.value + (2 * unit(this.seed, ++this.n) - 1) * step
    this.value = Math.min(to, Math.max(from, moved))
    if (this.n % WALK_BLOCK === 0) this.kept[this.n / WALK_BLOCK] ??= this.value
  }
}

function letters(length: number, seed: number, n: number): string {
  const random = seededRandom(seed ^ Math.imul(n + 1, 0x9e3779b1))
  let out = ''
  for (let i = 0; i < length; i++) out += String.fromCharCode(0x61 + Math.floor(random() * 26))
  return out
}

function columnOf(column: string, data: PayloadData, first: number): Piece {
  const { values = [''], longest = 0 } = data.get(column) ?? {}
  return { make: (n) => values[(first + n) % values.length] as string, longest }
}

const fixed = (text: string): Piece => ({ make: () => text, longest: Buffer.byteLength(text) })

function timeOf(form: 'iso' | 's' | 'ms'): Piece {
  if (form === 'iso') return { make: (_n, t) => new Date(t).toISOString(), longest: ISO_BYTES }
  const unitMs = form === 's' ? 1000 : 1
  return { make: (_n, t) => String(Math.floor(t / unitMs)), longest: NUMBER_BYTES }
}

function pieceOf(
  part: PayloadPart,
  seed: number,
  owner: PayloadOwner,
  data: PayloadData,
  write: (text: string) => string,
): Piece {
  switch (part.kind) {
    case 'literal':
      return fixed(part.text)
    case 'who':
      if (part.what === 'n') return { make: String, longest: NUMBER_BYTES }
      return fixed(
        part.what === 'i' ? String(owner.number) : write(part.what === 'c' ? owner.clientId : owner.username),
      )
    case 'counter':
      return { make: (n) => String(part.from + n * part.step), longest: NUMBER_BYTES }
    case 'random': {
      const width = part.to - part.from
      const make: Make = (n) => (part.from + unit(seed, n) * width).toFixed(part.decimals)
      // whole numbers: both ends are as likely as the others
      const whole: Make = (n) => String(part.from + Math.floor(unit(seed, n) * (width + 1)))
      return { make: part.decimals === 0 ? whole : make, longest: NUMBER_BYTES }
    }
    case 'walk': {
      const walk = new Walk(part, seed)
      return { make: (n) => walk.at(n).toFixed(part.decimals), longest: NUMBER_BYTES }
    }
    case 'one': {
      const values = part.of.map(write)
      return {
        make: (n) => values[Math.floor(unit(seed, n) * values.length)] as string,
        longest: bytesOf(values),
      }
    }
    case 'csv':
      return columnOf(part.column, data, owner.number)
    case 'time':
      return timeOf(part.form)
    case 'text':
      return { make: (n) => letters(part.length, seed, n), longest: part.length }
  }
}

/** A text inside a JSON string. */
export const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
const asItIs = (text: string): string => text

/**
 * Makes the payloads of one publisher. Where they are JSON, texts that are filled in are escaped, so that they stay it; those
 * of the data are.
 */
export function payloadsOf(
  { parts, data, json }: { parts: readonly PayloadPart[]; data: PayloadData; json: boolean },
  owner: PayloadOwner,
): Payloads {
  const pieces = parts.map((part, i) => {
    const seed = (owner.seed ^ Math.imul(owner.number + 1, 0x27d4eb2f) ^ Math.imul(i + 1, 0x165667b1)) >>> 0
    return pieceOf(part, seed, owner, data, json ? inJson : asItIs)
  })
  const makes = pieces.map((p) => p.make)
  return {
    longest: pieces.reduce((sum, p) => sum + p.longest, 0),
    text(sequence, timeMs) {
      let out = ''
      for (const make of makes) out += make(sequence, timeMs)
      return out
    },
  }
}
