import { codeOf } from '../../base/atomic-file'
import { LoadError } from './failures'

/** What a process has taken so far. */
export interface Sample {
  name: string
  /** User and system time since the process began, ms. */
  cpuMs: number
  residentBytes: number
}

const TIMEOUT_MS = 5000
/** More than a broker has to say of itself. */
const MOST_BYTES = 8 * 1024 * 1024

/** The standard figures of a process, as Prometheus client libraries name them, whatever labels they have. */
const valueOf = (text: string, name: string): number | null => {
  const found = new RegExp(`^${name}(?:\\{[^}]*\\})?[ \\t]+(\\S+)`, 'm').exec(text)
  const value = Number(found?.[1])
  return found === null || !Number.isFinite(value) ? null : value
}

/** CPU time and memory in the text format of Prometheus 0.0.4; null where the two are not in it. */
export function parseProcessMetrics(text: string, name: string): Sample | null {
  const cpuSeconds = valueOf(text, 'process_cpu_seconds_total')
  const residentBytes = valueOf(text, 'process_resident_memory_bytes')
  return cpuSeconds === null || residentBytes === null
    ? null
    : { name, cpuMs: cpuSeconds * 1000, residentBytes }
}

/** A body as text; null for one of more than `most` bytes, which is left there. */
export async function textUpTo(body: AsyncIterable<Uint8Array>, most: number): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const part of body) {
    bytes += part.byteLength
    // leaving the loop ends the transfer
    if (bytes > most) return null
    text += decoder.decode(part, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * Asks a broker for its own figures at a Prometheus address.
 * @throws LoadError where what answers has no figures of a process; the error of `fetch` where nothing answers in time
 */
export async function sampleOfMetrics(url: string): Promise<Sample> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw new LoadError(`--broker-metrics: ${url} answered HTTP ${response.status}`, 'start')
  const text = response.body === null ? null : await textUpTo(response.body, MOST_BYTES)
  const found = text === null ? null : parseProcessMetrics(text, url)
  if (found !== null) return found
  throw new LoadError(
    `--broker-metrics: ${url} has no process_cpu_seconds_total and process_resident_memory_bytes`,
    'start',
  )
}

/** Why nothing answered, in one line. */
export const noMetrics = (url: string, thrown: unknown): LoadError => {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  const why = codeOf(cause) || (thrown instanceof Error ? thrown.message : String(thrown))
  return new LoadError(`--broker-metrics: ${url} does not answer: ${why}`, 'start')
}
