import type { ProbeResult } from '../../engine/conformance/run'
import type { Finding, Offers } from '../../engine/conformance/types'
import { printableLines } from '../../contract/printable'
import type { JunitCase } from './junit'

const list = (values: readonly string[]): string => (values.length === 0 ? 'none' : values.join(', '))
const yes = (value: boolean): string => (value ? 'yes' : 'no')

function offerLines(o: Offers): string[] {
  const rows: [string, string][] = [
    ['versions', list(o.versions)],
    ['maximum QoS', String(o.maximumQos)],
    ['retained messages', yes(o.retain)],
    ['wildcard subscriptions', yes(o.wildcard)],
    ['shared subscriptions', yes(o.shared)],
    ['subscription identifiers', yes(o.subscriptionIds)],
    ['topic aliases', o.topicAliasMaximum === 0 ? 'none' : `up to ${o.topicAliasMaximum}`],
    ['maximum packet size', o.maximumPacketSize === null ? 'not limited' : `${o.maximumPacketSize} bytes`],
    ['receive maximum', String(o.receiveMaximum)],
    ['keep-alive', o.serverKeepAlive === null ? "the client's" : `${o.serverKeepAlive} s, set by the broker`],
  ]
  return rows.map(([name, value]) => `  ${name.padEnd(25)} ${value}`)
}

const MARK = new Map<boolean | null, string>([
  [true, 'holds'],
  [false, 'VIOLATED'],
  [null, 'not asked'],
])

const line = (f: Finding): string =>
  `  ${(MARK.get(f.holds) ?? '').padEnd(9)}  ${f.clause.padEnd(30)}  ${f.asks}: ${f.detail}`

/** A probe's result for people: what the broker offers, then what does not hold; all statements with `all`. */
export function probeText({ broker, statements, violations }: ProbeResult, all: boolean): string {
  const count = (holds: boolean | null): number => statements.filter((s) => s.holds === holds).length
  const shown = all ? statements : statements.filter((s) => s.holds !== true)
  return printableLines(
    [
      `${broker.url}: ${broker.name ?? 'a broker that does not say its name'}`,
      ...offerLines(broker.offers),
      '',
      ...shown.map(line),
      ...(shown.length > 0 ? [''] : []),
      `${statements.length} statements: ${count(true)} hold, ${violations} do not, ${count(null)} could not be asked.`,
      ...(all ? [] : ['--all also lists the statements that hold.']),
      '',
    ].join('\n'),
  )
}

/** The statements as test cases, in groups by version. */
export const probeCases = ({ statements }: ProbeResult): JunitCase[] =>
  statements.map((s) => ({
    group: s.clause.replace(/ (\[|section).*/, ''),
    name: `${s.id}: ${s.asks} (${s.clause})`,
    ...(s.holds === false ? { failure: s.detail } : {}),
    ...(s.holds === null ? { skipped: s.detail } : {}),
  }))
