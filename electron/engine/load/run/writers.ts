import { SHORT_IDENTITY_BYTES, type LoadConfig } from '../../../contract/load-config'
import { namesEachTopic } from '../../../contract/load-payload'
import { AliasedTopic } from '../wire/aliased-topic'
import type { PublishWriter } from '../wire/client-types'
import { aliasProperty, requestProperties, type ConnectFields } from '../wire/frames'
import { MadePublish } from '../wire/made-publish'
import { SeveralTopics } from '../wire/several-topics'
import { identityPlace, type IdentityPlace } from '../wire/short-identity'
import { PublishTemplate } from '../wire/template'
import { namedTopics } from './names'
import type { PayloadMaterial } from './payload-files'
import { payloadsOf } from './payload-template'
import { publishOptions } from './topologies'

/** Where the messages of a population carry what they are. */
export const placeOf = (config: LoadConfig, material: PayloadMaterial | null): IdentityPlace =>
  material?.place ?? identityPlace(config)

/** Who publishes. */
interface Author {
  /** The topic that the topology gives it, where the run's topic is no template of whole names. */
  topic: string
  runTag: number
  /** Index among the publishers of its population. */
  publisher: number
  /** Where responses to it go; it asks for none without. */
  responses?: string | undefined
  /** Number of the client over the whole run. */
  number: number
  name: Pick<ConnectFields, 'clientId' | 'username'>
}

/** What writes the messages of one publisher. */
export function writerOf(
  config: LoadConfig,
  material: PayloadMaterial | null,
  { topic, runTag, publisher, responses, number, name }: Author,
): PublishWriter {
  const { qos, seed, size, protocol: level } = config
  const options = publishOptions(config)
  const asks = responses !== undefined && level === 5
  const request = asks ? requestProperties(responses, SHORT_IDENTITY_BYTES) : Buffer.alloc(0)
  const properties = Buffer.concat([options.properties, request])
  const common = { qos, level, publisher, retain: options.retain, correlates: asks }
  const { clientId, username = '' } = name
  const payload = material && payloadsOf(material, { number, clientId, username, seed })
  const one = (full: string, alias?: number): PublishWriter => {
    const own = alias === undefined ? [] : [aliasProperty(alias)]
    const all = { ...common, topic: full, properties: Buffer.concat([...own, properties]) }
    return material && payload
      ? new MadePublish({ ...all, runTag, place: material.place, payload })
      : new PublishTemplate({ ...all, size, runTag, seed, identity: identityPlace(config) })
  }
  const named = (full: string, at: number): PublishWriter =>
    at >= (config.topicAliases ?? 0)
      ? one(full)
      : new AliasedTopic(at + 1, { plain: one(full), both: one(full, at + 1), short: one('', at + 1) })
  const [base = topic] = namesEachTopic(config.topic) ? namedTopics([config.topic], number, name) : [topic]
  const topics = namedTopics(config.topics ?? [], number, name).map((t) => `${base}/${t}`)
  const [first, ...rest] = topics.map(named)
  if (first === undefined) return named(base, 0)
  return rest.length === 0 ? first : new SeveralTopics([first, ...rest])
}
