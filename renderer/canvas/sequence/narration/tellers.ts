import type { Language } from '@contract/languages'
import type { PacketRow } from '@contract/model'
import { printable } from '@contract/printable'
import { packetName } from '../arrows'
import { english } from './en'
import { korean } from './ko'
import { ordinalOf } from './parts'
import { refusalOf, type Teller } from './teller'

const TELLERS: Partial<Record<Language, Teller>> = { en: english, ko: korean }

/** Adds a language that is loaded when it is wanted. */
export const addTeller = (language: Language, teller: Teller): void => {
  TELLERS[language] = teller
}

/** English until the language is loaded. */
export const tellerIn = (language: Language): Teller => TELLERS[language] ?? english

/** Why a message or a connection was refused. @param reason 0x80 or more */
export const refusalText = (reason: number, language: Language): string =>
  refusalOf(tellerIn(language), reason)

/** Its type and identifier, e.g. `PUBACK #1`; where only its place among the others tells it from them, that. */
export function packetText(p: PacketRow, packets: readonly PacketRow[], language: Language): string {
  const nth = ordinalOf(p, packets)
  const client = printable(p.clientId)
  if (nth === null) return packetName(p)
  const [from, to] = p.direction === 'uplink' ? [client, null] : [null, client]
  return tellerIn(language).numbered(nth, from, to)
}
