import { maskedUrls } from '../contract/load-url'
import type { CliContext } from './command'
import { printable } from '../contract/printable'
import { UsageError } from './failure'
import { otlpRefused, otlpRequest, otlpSource, type Figure } from './metrics-otlp'

/** Somewhere metrics are sent to: an address, and how they are written for it. */
export interface Sink {
  /** The flag that asked for it. */
  flag: string
  url: URL
  headers: Readonly<Record<string, string>>
  write(figures: readonly Figure[], atMs: number): string
  /** What a good answer says of data that was not taken; null when all of it was. */
  refused(answer: string): string | null
}

type SinkContext = Pick<CliContext, 'env' | 'version'>

/** @throws UsageError for what is no http:// or https:// address */
function addressOf(flag: string, text: string, path: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${flag}: found ${maskedUrls(text)}; expected an address with http:// or https://`)
  const variable = `FLEETLAB_${flag.slice(2).toUpperCase()}_TOKEN`
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${flag}: found a user or password in the address; set ${variable} instead`)
  if (url.pathname === '/') url.pathname = path
  return url
}

/** An OpenTelemetry collector: OTLP over HTTP as JSON. @throws UsageError */
export function otlpSink(text: string, { env, version }: SinkContext, startMs: number): Sink {
  const token = env['FLEETLAB_OTLP_TOKEN']
  const source = otlpSource(version, startMs)
  return {
    flag: '--otlp',
    url: addressOf('--otlp', text, '/v1/metrics'),
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    write: (figures, atMs) => otlpRequest(figures, source, atMs),
    refused: otlpRefused,
  }
}

/** InfluxDB, or what else takes its line protocol over HTTP. @throws UsageError */
export async function influxSink(text: string, { env }: SinkContext): Promise<Sink> {
  const token = env['FLEETLAB_INFLUX_TOKEN']
  const url = addressOf('--influx', text, '/api/v2/write')
  url.searchParams.set('precision', 'ms')
  const { lineProtocol } = await import('./metrics-influx')
  return {
    flag: '--influx',
    url,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...(token === undefined ? {} : { authorization: `Token ${token}` }),
    },
    write: lineProtocol,
    refused: () => null,
  }
}

/** Longest wait for the answer to a request. */
const ANSWER_MS = 5000
/** Of an answer that says what is wrong, characters. */
const MOST_SAID = 200

/** What a pusher is given. */
export interface PusherDeps {
  figures(): Promise<readonly Figure[]>
  /** Unix ms. */
  now(): number
  warn(line: string): void
}

/** Sends what a source shows to a sink, again and again. A sink that fails is reported once and disturbs nothing. */
export class MetricsPusher {
  private readonly timer: NodeJS.Timeout
  private sending: Promise<void> | null = null
  private told = false

  constructor(
    private readonly sink: Sink,
    private readonly deps: PusherDeps,
    everyMs: number,
  ) {
    this.timer = setInterval(() => void this.push(), everyMs)
    this.timer.unref()
  }

  /** Sends once; while an answer is awaited, nothing else is sent. Never rejects. */
  private push(): Promise<void> {
    this.sending ??= this.send()
      .catch((thrown: unknown) => this.fail(thrown))
      .finally(() => (this.sending = null))
    return this.sending
  }

  private async send(): Promise<void> {
    const { url, headers, write } = this.sink
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: write(await this.deps.figures(), this.deps.now()),
      // a token goes to the address that was given and to no other
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const answer = await response.text()
    const wrong = response.ok ? this.sink.refused(answer) : `${response.status} ${answer}`
    if (wrong !== null) throw new Error(wrong)
  }

  private fail(thrown: unknown): void {
    if (this.told) return
    this.told = true
    const { message, cause } = thrown as Error & { cause?: NodeJS.ErrnoException }
    const why = (cause?.code ?? cause?.message ?? message).trim().slice(0, MOST_SAID)
    const { flag, url } = this.sink
    this.deps.warn(
      `warning: ${flag}: ${url.origin}: ${printable(why)}; the run goes on without, and this is not said again`,
    )
  }

  /** Sends the last values and ends. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.sending
    await this.push()
  }
}
