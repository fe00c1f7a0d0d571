import type {
  BrokerProcess,
  Check,
  LatencySummary,
  LoadReport,
  RunEnvironment,
} from '../../../contract/load-report'
import { count, counted, percent } from '../../../contract/counted'
import { isExpression } from '../../../contract/load-expressions'
import { headlines } from '../../../contract/load-headlines'
import { countedBeside, countsAllNeverArrived } from '../../../contract/load-thresholds'
import { presentIn } from './absent'
import { saturationSentence } from './saturation'

/** A latency for people: three digits are enough. */
export const millis = (v: number | null): string => {
  if (v === null) return '-'
  return v < 10 ? v.toFixed(2) : v < 100 ? v.toFixed(1) : count(v)
}

/** A figure with its name, as the text and the HTML report show it. */
export interface Figure {
  name: string
  value: string
}

const known = (n: number | null): string => (n === null ? 'not known' : count(n))

/** What became of the messages. */
export function messageFigures(r: LoadReport): Figure[] {
  const qos0 = r.config.qos === 0
  const figures = [
    { name: 'offered', value: count(r.offered) },
    { name: qos0 ? 'sent' : 'acknowledged', value: count(r.acknowledged) },
    { name: 'failed', value: count(r.failed) },
    { name: 'in flight at the end', value: count(r.inFlight) },
  ]
  if (r.config.subscribers === 0) return figures
  return [
    ...figures,
    { name: 'expected', value: known(r.expected) },
    { name: 'received', value: count(r.received) },
    { name: 'lost', value: known(r.lost) },
    { name: 'duplicated', value: known(r.duplicated) },
    { name: 'out of order', value: known(r.outOfOrder) },
  ]
}

/** Messages that never arrived, once for each receiver: all of them, where some are in flight or latencies count them. */
function neverArrivedIn({ neverArrived, lost, endToEndMs: { unanswered } }: LoadReport): number {
  const inFlight = neverArrived?.inFlight ?? 0
  return neverArrived !== undefined && inFlight + unanswered > 0 ? (lost ?? 0) + inFlight : unanswered
}

/** The run in one sentence, for those who read no more. */
export function summaryLine(r: LoadReport): string {
  const { qos } = r.config
  const { publishers, subscribers } = presentIn(r)
  const absent = r.merged?.missing ?? []
  const without =
    absent.length === 0 ? '' : `Without ${absent.length === 1 ? 'shard' : 'shards'} ${absent.join(', ')}: `
  const clients = [
    counted(publishers, 'publisher'),
    ...(subscribers > 0 ? [counted(subscribers, 'subscriber')] : []),
  ]
  if (r.offered === 0) return `${clients.join(' and ')}, without messages.`
  const worst = r.endToEndMs.p99 !== null ? r.endToEndMs : r.ackMs
  const leg = worst === r.ackMs ? 'to acknowledgement' : 'end to end'
  const latency = worst.count > 0 ? `; 99% within ${millis(worst.p99)} ms ${leg}` : ''
  const never = neverArrivedIn(r)
  const silent = subscribers === 0 ? r.inFlight : 0
  const lost =
    silent > 0
      ? `, ${counted(silent, 'message')} in flight at the end`
      : never > 0
        ? `, ${counted(never, 'message')} never arrived`
        : r.lost === null || subscribers === 0
          ? ''
          : r.lost === 0
            ? ', none lost'
            : `, ${counted(r.lost, 'message')} lost`
  return `${without}${count(r.publishRate)} messages per second at QoS ${qos}, ${clients.join(' and ')}${latency}${lost}.`
}

/** What became of the messages as sums that come out even, one a line. */
export function accountLines(r: LoadReport): string[] {
  const answered = r.config.qos === 0 ? 'sent' : 'acknowledged'
  const sent = `offered ${count(r.offered)} = ${answered} ${count(r.acknowledged)} + failed ${count(r.failed)} + in flight at the end ${count(r.inFlight)}`
  const { expected, lost, duplicated } = r
  if (r.config.subscribers === 0 || expected === null || lost === null || duplicated === null) return [sent]
  const more = r.received - duplicated + lost - expected
  const beyond = more > 0 ? ` + arrived without acknowledgement ${count(more)}` : ''
  return [
    sent,
    `received ${count(r.received)} = expected ${count(expected)} - lost ${count(lost)} + duplicated ${count(duplicated)}${beyond}`,
  ]
}

/** How fast. */
export function rateFigures(r: LoadReport): Figure[] {
  const seconds = (r.elapsedMs / 1000).toFixed(1)
  const figures = [
    { name: 'time', value: `${seconds} s` },
    { name: 'publish rate', value: `${count(r.publishRate)} /s` },
  ]
  return r.config.subscribers === 0
    ? figures
    : [...figures, { name: 'receive rate', value: `${count(r.receiveRate)} /s` }]
}

export const LATENCY_COLUMNS = ['p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const

/** How exact latencies between computers are, where their clocks were compared: stands beside each of them. */
function clockError({ merged }: LoadReport): string {
  const errorMs = merged?.clockErrorMs ?? 0
  return errorMs === 0 ? '' : ` (± ${millis(errorMs)})`
}

/** The latencies that were measured, with their names. */
export function latencies(r: LoadReport): { name: string; summary: LatencySummary }[] {
  return [
    { name: 'connect', summary: r.connectMs },
    { name: 'acknowledgement', summary: r.ackMs },
    { name: `end to end${clockError(r)}`, summary: r.endToEndMs },
    ...(r.roundTripMs === undefined ? [] : [{ name: 'request to response', summary: r.roundTripMs }]),
    ...(r.churnMs === undefined ? [] : [{ name: 'subscribe', summary: r.churnMs }]),
  ].filter((l) => l.summary.count > 0)
}

/** Latencies without the generator's own delay, and that delay; empty for a closed loop. */
export function sendLatencies(r: LoadReport): { name: string; summary: LatencySummary }[] {
  if (r.fromSend === null) return []
  return [
    { name: 'acknowledgement from the actual send', summary: r.fromSend.ackMs },
    { name: `end to end from the actual send${clockError(r)}`, summary: r.fromSend.endToEndMs },
    { name: 'sent after its time', summary: r.fromSend.delayMs },
  ].filter((l) => l.summary.count > 0)
}

/** One line on the verdict. */
export function verdictLine(r: LoadReport): string {
  const failed = r.verdict.checks.filter((c) => !c.passed)
  const measured = failed.map((c) => brokenCheck(c, r)).join('; ')
  if (r.aborted !== null)
    return `aborted: ${r.aborted}${failed.length > 0 ? `; thresholds that failed: ${measured}` : ''}`
  if (r.verdict.inconclusive) {
    const names = failed.map((c) => c.name).join(', ')
    const also = failed.length > 0 ? `; exceeded, but perhaps not by the broker: ${names}` : ''
    return `inconclusive: the generator, not the broker, was the limit${also}`
  }
  if (r.verdict.checks.length === 0) return 'no thresholds were set'
  if (failed.length === 0) return `passed: ${r.verdict.checks.map((c) => c.name).join(', ')}`
  return `failed: ${measured}`
}

/** A threshold that failed, with its limit and what was measured. */
const brokenCheck = (c: Check, r: LoadReport): string =>
  `${c.name}${isExpression(c.name) ? '' : ` ${checkValue(c.name, c.limit)}`}, measured ${measuredValue(c, r)}`

/** A threshold's limit or what was measured, with its unit. */
export function checkValue(name: string, value: number | null): string {
  if (value === null) return 'nothing'
  const metric = name.replace(/^.*: /, '')
  if (/p\d|(mean|max)[<>=]/.test(metric)) return `${millis(value)} ms`
  // rounded down: 99.999% is not all
  if (/^connected[<>=]/.test(metric)) return percent(Math.floor(value * 100 + 1e-9) / 10_000, 2)
  return name === 'min-rate' || /rate[<>=]/i.test(name) ? `${count(value)} /s` : count(value)
}

/** What was measured of a threshold, with what its name leaves open. */
export function measuredValue({ name, actual: value }: Check, r: LoadReport): string {
  const beside = countedBeside(name, countsAllNeverArrived(r))
  const what = beside === 'neverArrived' ? ' that never arrived' : ' failed or in flight'
  return `${checkValue(name, value)}${beside === null || value === null ? '' : what}`
}

/** How the end of a soak compares with its beginning; null for a run that does not. */
export function driftLine(r: LoadReport): string | null {
  const d = r.drift
  if (d === null) return null
  const grown = Math.round(d.rssGrowthBytes / 2 ** 20)
  return `p99 ${millis(d.firstP99Ms)} ms in the first quarter, ${millis(d.lastP99Ms)} ms in the last; memory of the generator ${grown < 0 ? '' : '+'}${grown} MiB`
}

/** A row for each population, below a head; empty for a run without. */
export function populationRows(r: LoadReport): string[][] {
  if (r.populations === undefined) return []
  const head = ['population', 'publishers', 'subscribers', 'QoS', 'offered', 'failed', 'lost', 'duplicated']
  const asked = r.populations.some((p) => p.roundTripMs !== undefined)
  const times = ['rate /s', 'ack p50', 'ack p99', 'end to end p50', 'end to end p99']
  if (asked) times.push('response p50', 'response p99')
  return [
    [...head, ...times],
    ...r.populations.map((p) => [
      p.name,
      count(p.publishers),
      count(p.subscribers),
      String(p.qos),
      count(p.offered),
      count(p.failed),
      p.subscribers === 0 ? '-' : known(p.lost),
      p.subscribers === 0 ? '-' : known(p.duplicated),
      count(p.publishRate),
      ...[p.ackMs, p.endToEndMs, ...(asked ? [p.roundTripMs] : [])].flatMap((l) => [
        millis(l?.p50 ?? null),
        millis(l?.p99 ?? null),
      ]),
    ]),
  ]
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

function limitsText({ openFiles, localPorts }: RunEnvironment): string {
  const files = openFiles === null ? 'open files not known' : `${count(openFiles)} open files`
  return localPorts === null ? files : `${files}, local ports ${localPorts.from} to ${localPorts.to}`
}

const processText = (p: BrokerProcess): string =>
  `${(p.cpuMs / 1000).toFixed(2)} s of CPU (${p.cores.toFixed(2)} cores), memory ${mebibytes(p.residentBytes)}, at most ${mebibytes(p.mostResidentBytes)} (${p.name}${p.pid === null ? '' : `, process ${p.pid}`})`

/** The environment of a report, with the address of its broker. */
export const placeOf = ({
  environment,
  config,
}: LoadReport): { environment: RunEnvironment | null; url: string } => ({
  environment,
  url: config.url,
})

/** Where, when and with what the run was made, as names and values; empty for a report that does not say. */
export function environmentFigures({
  environment: e,
  url,
}: {
  environment: RunEnvironment | null
  url: string
}): Figure[] {
  if (e === null) return []
  return [
    { name: 'date', value: e.startedAt },
    { name: 'broker', value: `${url}${e.broker === null ? '' : `, ${e.broker}`}` },
    { name: 'tool', value: `fleetlab ${e.toolVersion ?? ''}, Node ${e.node}` },
    { name: 'host', value: `${e.host}, ${e.system}` },
    { name: 'machine', value: `${e.cpu}, ${Math.round(e.memoryBytes / 2 ** 20)} MiB` },
    { name: 'limits', value: limitsText(e) },
    ...(e.brokerLimits === null ? [] : [{ name: 'broker says', value: e.brokerLimits }]),
    ...(e.brokerProcess === null ? [] : [{ name: 'broker took', value: processText(e.brokerProcess) }]),
    { name: 'command', value: e.commandLine },
  ]
}

/** The generator's own state in one line. */
export function generatorLine(r: LoadReport): string {
  const g = r.generator
  const cpu =
    g.cpuMicrosPerMessage === null
      ? ''
      : `${g.cpuMicrosPerMessage.toFixed(1)} µs of CPU per message sent or received, `
  const late = g.lateSends > 0 ? `, ${count(g.lateSends)} messages sent late` : ''
  return `${cpu}${g.workers} worker${g.workers > 1 ? 's' : ''}, busiest ${percent(g.busiestWorker)}, longest loop delay ${millis(g.maxLoopDelayMs)} ms${late}`
}

/** The connections in one line. */
export function connectionsLine(r: LoadReport): string {
  const c = r.connections
  const trouble = [
    [c.refused, 'refused'],
    [c.lost, 'lost'],
    [c.left ?? 0, 'ended by the clients themselves'],
    [c.reconnected, 'reconnected'],
    [c.tlsResumed ?? 0, 'with a resumed TLS session'],
  ] as const
  const rest = trouble.flatMap(([n, what]) => (n > 0 ? [`, ${count(n)} ${what}`] : [])).join('')
  return `${count(c.established - c.reconnected)} of ${count(c.planned)} in ${c.elapsedMs < 1000 ? `${Math.round(c.elapsedMs)} ms` : `${(c.elapsedMs / 1000).toFixed(1)} s`}${rest}`
}

function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => (r[i] ?? '').length)))
  return rows
    .map(
      (r) =>
        `${r.map((c, i) => (i === 0 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join('  ')}\n`,
    )
    .join('')
}

/** The report for people. */
export function reportText(r: LoadReport): string {
  const warnings = [saturationSentence(r.generator), ...headlines(r)].filter((w) => w !== null)
  const figures = [...messageFigures(r), ...rateFigures(r)].map((f) => [f.name, f.value])
  const rows = [...latencies(r), ...sendLatencies(r)].map((l) => [
    l.name,
    ...LATENCY_COLUMNS.map((c) => millis(l.summary[c])),
  ])
  const errors = Object.entries(r.errors).map(([text, n]) => [text, count(n)])
  const drift = driftLine(r)
  return [
    warnings.length === 0 ? '' : `${warnings.join('\n')}\n\n`,
    `${r.config.url}, QoS ${r.config.qos}, ${counted(r.config.publishers, 'publisher')}, ${counted(r.config.subscribers, 'subscriber')}, run ${r.runId}\n`,
    ...r.notes.map((n) => `${n}\n`),
    '\n',
    table(figures),
    rows.length > 0 ? `\n${table([['latency, ms', ...LATENCY_COLUMNS], ...rows])}` : '',
    r.populations === undefined ? '' : `\n${table(populationRows(r))}`,
    errors.length > 0 ? `\n${table([['errors', ''], ...errors])}` : '',
    `\nconnections: ${connectionsLine(r)}\n`,
    `generator: ${generatorLine(r)}\n`,
    drift === null ? '' : `drift: ${drift}\n`,
    ...environmentFigures(placeOf(r)).map((f) => `${f.name}: ${f.value}\n`),
    `verdict: ${verdictLine(r)}\n`,
  ].join('')
}
