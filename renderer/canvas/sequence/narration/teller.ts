import type { Happening } from './happening'

/** The sentences of one language; `*` marks what is set in bold. */
export interface Teller {
  tell: Record<Happening['kind'], (h: Happening) => string>
  finish: (text: string) => string
  /**
   * A PUBLISH without an identifier, by its place among those of its link; null is the broker.
   * @param nth from 1
   */
  numbered: (nth: number, from: string | null, to: string | null) => string
  /** Why something was refused, by reason code (MQTT 5.0 table 2-6), in a few words. */
  refusals: Record<number, string>
  /** A reason code that is not among them, e.g. of 0xA0. */
  reasonCode: (hex: string) => string
}

/** @param reason 0x80 or more; one that the language does not name is given as its number */
export function refusalOf(teller: Pick<Teller, 'refusals' | 'reasonCode'>, reason: number): string {
  const hex = `0x${reason.toString(16).toUpperCase().padStart(2, '0')}`
  return teller.refusals[reason] ?? teller.reasonCode(hex)
}
