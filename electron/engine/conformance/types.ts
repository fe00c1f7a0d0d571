import type { Bench } from './bench'
import type { Level } from './outcome'

/** Parts of MQTT that a broker may leave out. */
export type Feature = 'qos1' | 'qos2' | 'retain' | 'wildcard' | 'shared' | 'subscriptionIds' | 'alias'

/** What a broker says about itself, or shows when it is asked. */
export interface Offers {
  /** Protocol versions it accepts. */
  versions: string[]
  maximumQos: 0 | 1 | 2
  retain: boolean
  wildcard: boolean
  /** MQTT 5 only; false where it does not speak it. */
  shared: boolean
  subscriptionIds: boolean
  /** Topic aliases it takes from a client; 0 is none. */
  topicAliasMaximum: number
  /** Bytes; null is no limit that it announces. */
  maximumPacketSize: number | null
  /** Unacknowledged PUBLISH it takes from a client. */
  receiveMaximum: number
  /** Seconds it imposes; null leaves the client's. */
  serverKeepAlive: number | null
}

/** One normative statement that can be asked from outside. */
export interface Statement {
  /** Unique words with the version in front, such as `3.1.1-first-packet`. */
  id: string
  level: Level
  /** Where it stands: `MQTT 3.1.1 [MQTT-3.1.0-1]`. */
  clause: string
  /** What the broker must do, in a few words. */
  asks: string
  needs: readonly Feature[]
  /**
   * Asks the broker and resolves to what was seen.
   * @throws Violation when the statement does not hold, Unclear when it cannot be told
   */
  check(bench: Bench): Promise<string>
}

/** What came of one statement; `holds` is null where it could not be asked or told. */
export interface Finding {
  id: string
  clause: string
  asks: string
  holds: boolean | null
  detail: string
}

/** Clauses of one statement by version, as the specifications number them; one that a version lacks is left out. */
export type Clauses = Partial<Record<Level, string>>

const VERSION: Readonly<Record<Level, string>> = { 4: '3.1.1', 5: '5.0' }

/** One statement for each version that has it. A clause that begins with a letter is a section, not a number in brackets. */
export function statement(
  name: string,
  clauses: Clauses,
  asks: string,
  check: Statement['check'],
  needs: readonly Feature[] = [],
): Statement[] {
  return ([4, 5] as const).flatMap((level) => {
    const clause = clauses[level]
    if (clause === undefined) return []
    const where = /^\d/.test(clause) ? `[MQTT-${clause}]` : clause
    return [
      {
        id: `${VERSION[level]}-${name}`,
        level,
        clause: `MQTT ${VERSION[level]} ${where}`,
        asks,
        needs,
        check,
      },
    ]
  })
}
