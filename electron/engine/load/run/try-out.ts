import { populationsOf, type LoadConfig } from '../../../contract/load-config'
import { loadAddresses } from '../../../contract/load-url'
import { dialFor } from '../wire/dial'
import type { ClientRows } from './client-rows'
import { tlsFieldsOf } from './credentials'
import { firstClient } from './fleet'
import { checkCertificates } from './limits'
import type { Credentials } from './messages'
import type { PayloadMaterial } from './payload-files'
import { brokerName, probe } from './probe'

/** What a broker says of itself, and what the report says of it. */
interface TriedOut {
  broker: string | null
  limits: string | null
  remarks: string[]
}

/**
 * Tries the broker out as one client of each population: another for each shard, or they would end each other's connections.
 * @throws LoadError where it is not as the run needs it
 */
export async function tryOut(
  config: LoadConfig,
  rows: ClientRows,
  own: {
    credentials: Credentials
    payloads: readonly (PayloadMaterial | null)[]
    runId: string
    shard: number
    now(): number
  },
): Promise<TriedOut> {
  checkCertificates(own.credentials)
  const populations = populationsOf(config)
  const deps = loadAddresses(config.url).flatMap((url, address) => {
    const dial = dialFor(url, tlsFieldsOf(config, own.credentials))
    // What one node of a cluster says of a population, all of them say.
    return populations.slice(0, address === 0 ? undefined : 1).map((p, i) => {
      const client = firstClient(config, p, own.shard)
      const material = own.payloads[i] ?? null
      const its = { config: { ...p.config, url }, client, row: rows.get(client), name: p.name }
      return { ...own, dial, material, ...its }
    })
  })
  const remarks: string[] = []
  let limits: string | null = null
  for (const one of deps) {
    const found = await probe(one)
    limits ??= found.limits
    remarks.push(...found.remarks.map((remark) => (one.name === null ? remark : `${one.name}: ${remark}`)))
  }
  const [first] = deps
  return { broker: first === undefined ? null : await brokerName(first), limits, remarks }
}
