import { Bench, type BrokerAccess } from './bench'
import { connackCode } from './client'
import type { Feature, Offers } from './types'

const VERSIONS = { 3: '3.1', 4: '3.1.1', 5: '5.0' } as const

/** What a plain CONNECT of the version came to: null is no answer. */
async function tried(
  access: BrokerAccess,
  level: 3 | 4 | 5,
): Promise<{ code: number; offers: Offers } | null> {
  const bench = new Bench(access, level === 5 ? 5 : 4, 0)
  try {
    const c = await bench.open(level)
    const protocolId = level === 3 ? 'MQIsdp' : 'MQTT'
    c.send(bench.connectFields({ protocolVersion: level, protocolId }))
    const ack = await c.take('connack')
    const p = ack.properties
    const offers: Offers = {
      versions: [],
      maximumQos: p?.maximumQoS === 0 ? 0 : p?.maximumQoS === 1 ? 1 : 2,
      retain: p?.retainAvailable ?? true,
      wildcard: p?.wildcardSubscriptionAvailable ?? true,
      shared: level === 5 && (p?.sharedSubscriptionAvailable ?? true),
      subscriptionIds: level === 5 && (p?.subscriptionIdentifiersAvailable ?? true),
      topicAliasMaximum: p?.topicAliasMaximum ?? 0,
      maximumPacketSize: p?.maximumPacketSize ?? null,
      receiveMaximum: p?.receiveMaximum ?? 65_535,
      serverKeepAlive: p?.serverKeepAlive ?? null,
    }
    return { code: connackCode(ack), offers }
  } catch {
    return null
  } finally {
    await bench.close()
  }
}

/** The highest QoS that a subscription is granted. */
async function grantedQos(access: BrokerAccess): Promise<0 | 1 | 2> {
  const bench = new Bench(access, 4, 1)
  try {
    const c = await bench.connect()
    const [code] = await c.subscribe([bench.topic()], 2)
    return code === 0 ? 0 : code === 1 ? 1 : 2
  } catch {
    return 2
  } finally {
    await bench.close()
  }
}

/** What the broker calls itself in `$SYS/broker/version` or `$SYS/brokers/NAME/version`; null where it does not. */
async function nameOf(access: BrokerAccess): Promise<string | null> {
  const bench = new Bench({ ...access, patienceMs: Math.min(access.patienceMs, 1000) }, 4, 2)
  try {
    const c = await bench.connect()
    await c.subscribe(['$SYS/broker/version', '$SYS/brokers/+/version'], 0)
    const { payload } = await c.take('publish')
    return payload.toString().slice(0, 100)
  } catch {
    return null
  } finally {
    await bench.close()
  }
}

/** Asks the broker for its name and what it offers. `refused`: the return or reason code where it takes no plain CONNECT. */
export async function brokerOffers(
  access: BrokerAccess,
): Promise<{ name: string | null; offers: Offers; refused: number | null }> {
  const [v3, v4, v5] = await Promise.all(([3, 4, 5] as const).map((level) => tried(access, level)))
  const versions = ([3, 4, 5] as const).flatMap((level) => {
    const answer = { 3: v3, 4: v4, 5: v5 }[level]
    return answer?.code === 0 ? [VERSIONS[level]] : []
  })
  const best = (v5?.code === 0 ? v5 : v4)?.offers
  const offers: Offers = {
    maximumQos: 2,
    retain: true,
    wildcard: true,
    shared: false,
    subscriptionIds: false,
    topicAliasMaximum: 0,
    maximumPacketSize: null,
    receiveMaximum: 65_535,
    serverKeepAlive: null,
    ...best,
    versions,
  }
  if (versions.length === 0) return { name: null, offers, refused: v4?.code ?? v5?.code ?? null }
  const [granted, name] = await Promise.all([grantedQos(access), nameOf(access)])
  if (granted < offers.maximumQos) offers.maximumQos = granted
  return { name, offers, refused: null }
}

const WORDS: Readonly<Record<Feature, (o: Offers) => string | null>> = {
  qos1: (o) => (o.maximumQos >= 1 ? null : 'QoS 1'),
  qos2: (o) => (o.maximumQos === 2 ? null : 'QoS 2'),
  retain: (o) => (o.retain ? null : 'retained messages'),
  wildcard: (o) => (o.wildcard ? null : 'wildcard subscriptions'),
  shared: (o) => (o.shared ? null : 'shared subscriptions'),
  subscriptionIds: (o) => (o.subscriptionIds ? null : 'subscription identifiers'),
  alias: (o) => (o.topicAliasMaximum > 0 ? null : 'topic aliases'),
}

/** Which of the features it does not offer, in words; null when it offers all. */
export const missingFeature = (offers: Offers, needs: readonly Feature[]): string | null =>
  needs.map((f) => WORDS[f](offers)).find((w) => w !== null) ?? null
