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
 * Tries the broker out as one client of each population, one of this shard's own: another shard's may be connected already.
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
  const populations = populationsOf(config).flatMap((p, i) => {
    const client = firstClient(config, p, own)
    return client === null ? [] : [{ ...p, client, material: own.payloads[i] ?? null }]
  })
  const dials = await Promise.all(
    loadAddresses(config.url).map(async (url) => ({
      url,
      dial: await dialFor(url, tlsFieldsOf(config, own.credentials)),
    })),
  )
  const deps = dials.flatMap(({ url, dial }, address) => {
    // What one node of a cluster says of a population, the others are expected to say too.
    return populations.slice(0, address === 0 ? undefined : 1).map((p) => {
      const its = { ...p, population: p, config: { ...p.config, url }, row: rows.get(p.client.number) }
      return { ...own, dial, ...its }
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
