import {
  cborValue,
  DecodeError,
  Float32,
  inflate,
  MAX_DEPTH,
  messagePackValue,
  signatureOf,
  type DecodeWay,
} from './decode'
import type { JsonNode } from './json-text'
import { readPayload } from './payload'
import { isSparkplug, metricsOf, nameByAlias, sparkplugValue, type AliasNames } from './sparkplug'

/**
 * The numbers of a payload by path, in their order: each as the digits that were sent. A path is `a.b[2]`; a name that
 * could be mistaken stands in brackets and quotes.
 */
export type Numbers = ReadonlyMap<string, string>

/** Numbers of one payload that are told apart. */
const MOST = 200

const PLAIN = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u

/** Collects numbers by path. */
class Found {
  readonly numbers = new Map<string, string>()

  /** @returns whether there is room for more */
  put(path: string, text: string): boolean {
    // of a repeated name the last counts, as receivers read it
    if (this.numbers.size < MOST || this.numbers.has(path)) this.numbers.set(path, text)
    return this.numbers.size < MOST
  }
}

const inside = (path: string, name: string): string => {
  if (!PLAIN.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}

function walkJson(node: JsonNode, path: string, found: Found, depth: number): boolean {
  if (depth > MAX_DEPTH) return true
  if (node.members === null) {
    const isNumber = !node.cut && /^-?\d/.test(node.text) && Number.isFinite(Number(node.text))
    return !isNumber || found.put(path, node.text)
  }
  const list = node.text === '['
  return node.members.every(({ key, value }, i) => {
    const name = list ? `${path}[${i}]` : inside(path, String(JSON.parse(key)))
    return walkJson(value, name, found, depth + 1)
  })
}

function walkValue(value: unknown, path: string, found: Found, depth: number): boolean {
  if (depth > MAX_DEPTH) return true
  if (typeof value === 'bigint') return found.put(path, String(value))
  if (typeof value === 'number' || value instanceof Float32)
    return !Number.isFinite(Number(String(value))) || found.put(path, String(value))
  if (Array.isArray(value))
    return value.every((v: unknown, i) => walkValue(v, `${path}[${i}]`, found, depth + 1))
  if (!(value instanceof Map)) return true
  return [...(value as Map<unknown, unknown>)].every(([key, v]) =>
    walkValue(v, typeof key === 'string' ? inside(path, key) : `${path}[${String(key)}]`, found, depth + 1),
  )
}

/** Metrics go by name, or by alias where none is known: their places differ from message to message. */
function walkSparkplug(payload: Map<string, unknown>, names: AliasNames, found: Found): void {
  for (const m of metricsOf(payload)) {
    const name = m.get('name') ?? nameByAlias(m, names)?.name
    const path = typeof name === 'string' ? name : `alias ${String(m.get('alias'))}`
    if (!walkValue(m.get('value'), path, found, 0)) return
  }
  for (const name of ['seq', 'timestamp']) walkValue(payload.get(name), name, found, 0)
}

/**
 * The numbers of a payload, decoded as `DecodedPayload` does.
 * @param cut it is the beginning of a longer one, of which only JSON has anything to say
 * @param names of Sparkplug's metrics, by the births before it
 */
export async function numbersOf(
  payload: Uint8Array,
  { topic, as, cut, names }: { topic: string; as: DecodeWay; cut: boolean; names: AliasNames },
): Promise<Numbers> {
  const found = new Found()
  let bytes = payload
  try {
    const outer = cut ? null : signatureOf(bytes)
    if (outer === 'gzip' || outer === 'zlib') {
      const inner = await inflate(bytes, outer)
      if (inner.kind === 'bytes') bytes = inner.bytes
    }
    if (isSparkplug(topic) || as !== 'signature') {
      if (cut) return found.numbers
      if (isSparkplug(topic)) walkSparkplug(sparkplugValue(bytes), names, found)
      else walkValue(as === 'cbor' ? cborValue(bytes) : messagePackValue(bytes), '', found, 0)
      return found.numbers
    }
  } catch (thrown) {
    if (!(thrown instanceof DecodeError)) throw thrown
    return found.numbers
  }
  const read = readPayload(bytes, cut)
  if (read.kind === 'json') walkJson(read.json, '', found, 0)
  return found.numbers
}
