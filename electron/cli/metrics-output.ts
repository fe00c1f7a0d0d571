import type { Command } from 'commander'
import { parseDuration } from '../contract/duration'
import type { LoadFlags } from '../contract/load-flags'
import type { LoadMetrics } from '../engine/load/report/metrics'
import type { CliContext } from './command'
import { UsageError } from './failure'
import { textFlag } from './load-settings'
import type { Figure } from './metrics-otlp'
import { influxSink, MetricsPusher, otlpSink, type PusherDeps, type Sink } from './metrics-push'
import { serveMetrics, type MetricsSource } from './metrics-server'

/** Figures of a command, for those who fetch them and those who are sent them. */
export interface FigureSource extends MetricsSource {
  getMetricsAsJSON(): Promise<Figure[]>
}

/** The flags of every command that has metrics, as commander gives them. */
export interface MetricsFlags {
  metrics?: string | undefined
  otlp?: string | undefined
  influx?: string | undefined
  pushEvery?: string | undefined
}

/** The same of a load test. */
export const metricsFlags = (flags: LoadFlags): MetricsFlags => ({
  metrics: textFlag(flags, 'metrics'),
  otlp: textFlag(flags, 'otlp'),
  influx: textFlag(flags, 'influx'),
  pushEvery: textFlag(flags, 'pushEvery'),
})

/** What the flags ask to be shown of a load test; null where they ask for nothing. */
export async function loadMetrics(
  flags: LoadFlags,
  labels: Readonly<Record<string, string>>,
): Promise<LoadMetrics | null> {
  if (Object.values(metricsFlags(flags)).every((value) => value === undefined)) return null
  const { LoadMetrics } = await import('../engine/load/report/metrics')
  return new LoadMetrics(labels)
}

const METRICS_OPTIONS: readonly (readonly [string, string])[] = [
  [
    '--metrics <address>',
    'serve Prometheus /metrics while running: PORT on this computer alone, or HOST:PORT',
  ],
  ['--otlp <url>', 'send metrics to an OpenTelemetry collector while running, such as http://HOST:4318'],
  [
    '--influx <url>',
    'send metrics as InfluxDB line protocol, such as http://HOST:8086/api/v2/write?org=ORG&bucket=BUCKET',
  ],
  ['--push-every <time>', 'how often --otlp and --influx send (default 10s)'],
]

/** Adds the flags of metrics. */
export function addMetricsOptions(command: Command): Command {
  for (const [flags, text] of METRICS_OPTIONS) command.option(flags, text)
  return command
}

/** Metrics that are served or sent. */
export interface SharedMetrics {
  /** Sends the last values, waits for the answers for a few seconds, and stops serving. */
  close(): Promise<void>
}

/** Shortest time between two requests. */
const LEAST_MS = 100

function everyMs(text: string | undefined): number {
  const ms = parseDuration(text ?? '10s')
  if (ms !== undefined && ms >= LEAST_MS) return ms
  throw new UsageError(`--push-every: found ${String(text)}; expected a time from 100ms, such as 1s or 10s`)
}

/**
 * Serves and sends figures as the flags ask; without a flag nothing leaves the process.
 * @throws UsageError
 */
export async function shareMetrics(
  context: Pick<CliContext, 'env' | 'stderr' | 'version'>,
  flags: MetricsFlags,
  source: FigureSource,
): Promise<SharedMetrics> {
  const every = everyMs(flags.pushEvery)
  const sinks: Sink[] = []
  if (flags.otlp !== undefined) sinks.push(otlpSink(flags.otlp, context, Date.now()))
  if (flags.influx !== undefined) sinks.push(await influxSink(flags.influx, context))
  if (flags.pushEvery !== undefined && sinks.length === 0)
    throw new UsageError('--push-every: only with --otlp or --influx')
  const server = await serveMetrics(context, flags.metrics, source)
  const deps: PusherDeps = {
    figures: () => source.getMetricsAsJSON(),
    now: () => Date.now(),
    warn: (line) => void context.stderr.write(`${line}\n`),
  }
  const pushers = sinks.map((sink) => new MetricsPusher(sink, deps, every))
  return {
    close: async () => {
      await Promise.all(pushers.map((p) => p.close()))
      server?.close()
    },
  }
}
