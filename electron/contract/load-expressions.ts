const LATENCY = ['p50', 'p90', 'p95', 'p99', 'p999', 'mean', 'max'] as const
const LEGS = ['ack', 'e2e', 'connect', 'rtt'] as const
/** Counts, and whether a live value can only grow. */
const COUNTS: Readonly<Record<string, boolean>> = {
  lost: false,
  duplicated: true,
  outOfOrder: true,
  failed: true,
  errors: true,
}
const RATES = ['rate', 'receiveRate'] as const
/** Of the clients of the run, in percent. */
const SHARES = ['connected'] as const
type Operator = '<' | '<=' | '==' | '>=' | '>'

/** Milliseconds for each unit of time. */
const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 }

/** A threshold as it is written: `p99<50ms`, `lost==0`, `rate>=9500`. */
export interface Expression {
  /** Without spaces. */
  text: string
  /**
   * `p99` and its kin are of the worse of acknowledgement and end to end; `ack.p99`, `e2e.p99`, `connect.p99`, `rtt.p99` of one;
   * else a count, a rate or a share.
   */
  metric: string
  operator: Operator
  /** ms, messages, messages per second, or percent. */
  limit: number
  unit: 'ms' | 'count' | 'rate' | 'share'
  /** The value can only grow while the run goes on. */
  grows: boolean
}

const FORM = 'expected a threshold such as p99<50ms, ack.mean<=2ms, lost==0, rate>=9500 or connected>=99%'

/** What the metric is measured in; null for a name that is none. */
function unitOf(metric: string): Expression['unit'] | null {
  if (metric in COUNTS) return 'count'
  if ((RATES as readonly string[]).includes(metric)) return 'rate'
  if ((SHARES as readonly string[]).includes(metric)) return 'share'
  const [, leg, figure = ''] = /^(?:(\w+)\.)?(\w+)$/.exec(metric) ?? []
  const known = leg === undefined || (LEGS as readonly string[]).includes(leg)
  return known && (LATENCY as readonly string[]).includes(figure) ? 'ms' : null
}

/** What a number with this suffix is multiplied by; undefined for a suffix that the unit does not have. */
function factorOf(unit: Expression['unit'], suffix: string | undefined): number | undefined {
  switch (unit) {
    case 'ms':
      return UNIT_MS[suffix ?? '']
    case 'share':
      return suffix === '%' ? 1 : undefined
    case 'rate':
      return suffix === undefined || suffix === '/s' ? 1 : undefined
    case 'count':
      return suffix === undefined ? 1 : undefined
  }
}

/** Reads one threshold; a text is what is wrong with it. */
export function parseExpression(written: string): Expression | string {
  const found = /^([a-zA-Z][\w.]*)(<=|>=|==|<|>)(\d+(?:\.\d+)?)(us|ms|s|\/s|%)?$/.exec(
    written.replace(/\s+/g, ''),
  )
  if (found === null) return FORM
  const [text, metric = '', operator, number, suffix] = found
  const unit = unitOf(metric)
  if (unit === null) {
    const latencies = `${LATENCY.join(', ')} (also ${LEGS.map((l) => `${l}.p99`).join(', ')})`
    return `expected one of ${latencies}, ${[...Object.keys(COUNTS), ...RATES, ...SHARES].join(', ')}`
  }
  const factor = factorOf(unit, suffix)
  if (factor === undefined) {
    if (unit === 'ms') return `expected a time with its unit, such as ${metric}${operator}50ms`
    return unit === 'share'
      ? `expected a share in percent, such as ${metric}${operator}99%`
      : `expected a number without a unit`
  }
  const limit = Number(number) * factor
  return { text, metric, operator: operator as Operator, limit, unit, grows: COUNTS[metric] ?? false }
}

/** Whether a value is within the limit. */
export function fulfils({ operator, limit }: Pick<Expression, 'operator' | 'limit'>, value: number): boolean {
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '==':
      return value === limit
    case '>=':
      return value >= limit
    case '>':
      return value > limit
  }
}

/** A threshold's name is an expression, and says its limit itself. */
export const isExpression = (name: string): boolean => /[<>=]/.test(name)
