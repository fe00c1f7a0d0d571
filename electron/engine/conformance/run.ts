import { maskedUrls } from '../../contract/load-url'
import { Bench, type BrokerAccess } from './bench'
import { brokerOffers, missingFeature } from './offers'
import { CONNECTING } from './statements/connecting'
import { DELIVERY } from './statements/delivery'
import { MALFORMED } from './statements/malformed'
import { RETAINED } from './statements/retained'
import { SUBSCRIBING } from './statements/subscribing'
import { VERSION_5 } from './statements/version5'
import { WILLS } from './statements/wills'
import { Unclear, Violation } from './outcome'
import { type Finding, type Offers, type Statement } from './types'

/** All that can be asked, MQTT 3.1.1 first. */
export const STATEMENTS: readonly Statement[] = [
  ...CONNECTING,
  ...DELIVERY,
  ...SUBSCRIBING,
  ...RETAINED,
  ...WILLS,
  ...VERSION_5,
  ...MALFORMED,
].sort((a, b) => a.level - b.level)

/** Result of a probe, as `--json` writes it. */
export interface ProbeResult {
  broker: { url: string; name: string | null; offers: Offers }
  statements: Finding[]
  /** How many statements do not hold. */
  violations: number
}

/** How many statements are asked at the same time. */
const AT_ONCE = 24

/** The broker cannot be asked: it does not answer, or takes no CONNECT. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError'
}

/**
 * Asks a broker every statement, many at a time, each with clients and topics of its own, and takes away what it left
 * there. @throws ProbeError when no CONNECT is accepted
 */
export async function probeBroker(
  url: string,
  access: BrokerAccess,
  { signal, onFinding }: { signal: AbortSignal; onFinding?: (done: number, of: number) => void },
): Promise<ProbeResult> {
  const { name, offers, refused } = await brokerOffers(access)
  if (offers.versions.length === 0) {
    const why = refused === null ? 'no CONNECT was answered' : `CONNECT was refused with code ${refused}`
    throw new ProbeError(`${maskedUrls(url)}: ${why}; check the address, --username and --password-env`)
  }
  const findings = new Array<Finding>(STATEMENTS.length)
  const queue = STATEMENTS.map((_, i) => i)
  let done = 0
  const ask = async (): Promise<void> => {
    for (let i = queue.shift(); i !== undefined && !signal.aborted; i = queue.shift()) {
      findings[i] = await finding(STATEMENTS[i] as Statement, i + 10, offers, access)
      onFinding?.(++done, STATEMENTS.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, ask))
  const statements = [...findings.filter((f) => f as Finding | undefined), await stillServes(access, offers)]
  return {
    broker: { url: maskedUrls(url), name, offers },
    statements,
    violations: statements.filter((f) => f.holds === false).length,
  }
}

async function finding(s: Statement, index: number, offers: Offers, access: BrokerAccess): Promise<Finding> {
  const { id, clause, asks } = s
  const version = s.level === 4 ? '3.1.1' : '5.0'
  const missing = offers.versions.includes(version) ? missingFeature(offers, s.needs) : `MQTT ${version}`
  if (missing !== null)
    return { id, clause, asks, holds: null, detail: `the broker does not offer ${missing}` }
  const bench = new Bench(access, s.level, index)
  try {
    return { id, clause, asks, holds: true, detail: await s.check(bench) }
  } catch (thrown) {
    if (thrown instanceof Violation) return { id, clause, asks, holds: false, detail: thrown.message }
    if (thrown instanceof Unclear) return { id, clause, asks, holds: null, detail: thrown.message }
    throw thrown
  } finally {
    await bench.close()
  }
}

/** After all of it the broker must still take a client. */
async function stillServes(access: BrokerAccess, offers: Offers): Promise<Finding> {
  const level = offers.versions.includes('3.1.1') ? 4 : 5
  const about = {
    id: 'still-serves',
    clause: level === 4 ? 'MQTT 3.1.1 [MQTT-4.8.0-1]' : 'MQTT 5.0 [MQTT-4.13.1-1]',
    asks: 'only the connection that breaks the rules ends',
  }
  const bench = new Bench(access, level, 3)
  try {
    await (await bench.connect()).ping()
    return { ...about, holds: true, detail: 'a new client is served after all of this' }
  } catch (thrown) {
    return { ...about, holds: false, detail: `a new client is not served: ${(thrown as Error).message}` }
  } finally {
    await bench.close()
  }
}
