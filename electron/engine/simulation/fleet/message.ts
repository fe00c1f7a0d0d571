import type { PublishConfig } from '../../../contract/scenario'
import { IDENTITY_MEMBER, identityText } from '../../mqtt/identity'
import type { Generator, MessageContext } from './payload'
import type { DeviceSpec, Offered } from './types'

/** What goes into a PUBLISH. */
export interface Message {
  payload: Buffer
  userProperties?: Record<string, string>
  /** False when nothing in the message says which one it is. */
  identified: boolean
}

/** Builds a message and puts its identity where the scenario wants it. */
export function buildMessage(
  generate: Generator,
  context: MessageContext,
  identity: PublishConfig['identity'],
  protocol: number,
): Message {
  const made = generate(context)
  const text = identityText({ publisher: context.clientId, sequence: context.sequence })
  if (identity === 'payload') {
    const payload = withMember(made, text)
    if (payload !== null) return { payload, identified: true }
  }
  const payload = Buffer.isBuffer(made)
    ? made
    : Buffer.from(typeof made === 'string' ? made : JSON.stringify(made))
  if (identity === 'user-property' && protocol === 5) {
    return { payload, userProperties: { [IDENTITY_MEMBER]: text }, identified: true }
  }
  return { payload, identified: false }
}

/** A device's message as it is handed to its client. @param sequence among the device's messages, from 1 */
export const offer = (
  { group, clientId, link }: DeviceSpec,
  { topic, qos }: Pick<Offered, 'topic' | 'qos'>,
  { payload, identified }: Message,
  sequence: number,
  atMs: number,
): Offered => ({
  group: group.name,
  publisher: clientId,
  sequence,
  topic,
  qos,
  payload,
  atMs,
  identified,
  link,
  sent: false,
})

/** The JSON object with the identity as its last member; null for anything but an object. */
function withMember(made: ReturnType<Generator>, identity: string): Buffer | null {
  if (Buffer.isBuffer(made)) return null
  if (typeof made !== 'string') return Buffer.from(append(JSON.stringify(made), identity))
  let value: unknown
  try {
    value = JSON.parse(made)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Buffer.from(JSON.stringify({ ...value, [IDENTITY_MEMBER]: identity }))
}

/** Adds the member to the text of an object that has none of that name. */
const append = (object: string, identity: string): string =>
  `${object.slice(0, -1)}${object.length > 2 ? ',' : ''}"${IDENTITY_MEMBER}":${JSON.stringify(identity)}}`
