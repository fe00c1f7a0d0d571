import { MAX_DESK_PAYLOAD, type DeskMessage, type MessageProperties, type SavedMessage } from '@contract/desk'
import { isValidTopic } from '@contract/topics'

/** What is typed into the desk. */
export type Draft = Omit<SavedMessage, 'name' | 'form'> & {
  form: SavedMessage['form'] | 'file'
  /** The chosen file, in the form of that name. */
  file: { name: string; bytes: Uint8Array } | null
}

export const emptyDraft = (): Draft => ({
  topic: '',
  form: 'json',
  payload: '{"value": 21.5}',
  file: null,
  qos: 1,
  retain: false,
  contentType: '',
  responseTopic: '',
  correlationData: '',
  userProperties: '',
  messageExpiry: '',
})

/** One line on what is wrong: the key of its text below `desk.bad`, with its values. */
export interface DraftFault {
  key: string
  values: Record<string, string | number>
}
type Read<T> = { ok: true; value: T } | { ok: false; fault: DraftFault }
const good = <T>(value: T): Read<T> => ({ ok: true, value })
const bad = (key: string, values: DraftFault['values'] = {}): Read<never> => ({
  ok: false,
  fault: { key, values },
})

/** Bytes of a hexadecimal text; spaces, line ends and colons may stand between them. */
export function readHex(text: string): Read<Uint8Array> {
  const digits = text.replace(/[\s:]/g, '')
  const wrong = /[^0-9a-f]/i.exec(digits)
  if (wrong) return bad('hex', { found: wrong[0] })
  if (digits.length % 2 === 1) return bad('hexOdd', { n: digits.length })
  return good(Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)))
}

/** Whether it is JSON, and where not, as far as JSON.parse tells. */
function readJson(text: string): Read<string> {
  try {
    JSON.parse(text)
    return good(text)
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : ''
    const at = message.includes('end of JSON') ? text.length : /position (\d+)/.exec(message)?.[1]
    if (at === undefined) return bad('jsonAny')
    const before = text.slice(0, Number(at)).split('\n')
    return bad('json', { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 })
  }
}

function readPayload({ form, payload, file }: Draft): Read<string | Uint8Array> {
  switch (form) {
    case 'file':
      if (!file) return bad('noFile')
      return file.bytes.length > MAX_DESK_PAYLOAD ? bad('large') : good(file.bytes)
    case 'hex':
      return readHex(payload)
    case 'text':
      return good(payload)
    case 'json':
      return readJson(payload)
  }
}

function readUserProperties(text: string): Read<NonNullable<MessageProperties['userProperties']>> {
  const pairs: { name: string; value: string }[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const colon = line.indexOf(':')
    if (colon < 1) return bad('userProperty', { line: i + 1 })
    pairs.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() })
  }
  return good(pairs)
}

function readExpiry(text: string): Read<number | undefined> {
  if (text.trim() === '') return good(undefined)
  const seconds = Number(text)
  const fits = Number.isInteger(seconds) && seconds >= 0 && seconds <= 4_294_967_295
  return fits ? good(seconds) : bad('expiry', { found: text })
}

/** The properties of MQTT 5, undefined where all fields are empty. */
function readProperties(d: Draft): Read<MessageProperties | undefined> {
  const correlation = readHex(d.correlationData)
  if (!correlation.ok) return { ok: false, fault: { key: 'correlation', values: {} } }
  const user = readUserProperties(d.userProperties)
  if (!user.ok) return user
  const expiry = readExpiry(d.messageExpiry)
  if (!expiry.ok) return expiry
  if (d.responseTopic !== '' && !isValidTopic(d.responseTopic)) return bad('responseTopic')
  const properties: MessageProperties = {
    ...(d.contentType !== '' && { contentType: d.contentType }),
    ...(d.responseTopic !== '' && { responseTopic: d.responseTopic }),
    ...(correlation.value.length > 0 && { correlationData: correlation.value }),
    ...(user.value.length > 0 && { userProperties: user.value }),
    ...(expiry.value !== undefined && { messageExpiry: expiry.value }),
  }
  return good(Object.keys(properties).length === 0 ? undefined : properties)
}

/** The message of a draft, or what is wrong with it: one fault, the topmost. */
export function readDraft(d: Draft): Read<Omit<DeskMessage, 'from' | 'repeat'>> {
  if (!isValidTopic(d.topic)) return bad(d.topic === '' ? 'noTopic' : 'topic')
  const payload = readPayload(d)
  if (!payload.ok) return payload
  const properties = readProperties(d)
  if (!properties.ok) return properties
  return good({
    topic: d.topic,
    payload: payload.value,
    qos: d.qos,
    retain: d.retain,
    ...(properties.value && { properties: properties.value }),
  })
}
