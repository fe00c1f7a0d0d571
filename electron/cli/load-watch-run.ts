import type { LoadFlags } from '../contract/load-flags'
import type { LoadReport } from '../contract/load-report'
import { isLoopback } from '../contract/loopback'
import { printable } from '../contract/printable'
import { LONGEST_FINISH_MS } from '../engine/load/run/worker-pool'
import type { StepLatencies } from '../engine/load/measure/series'
import { LoadMetrics } from '../engine/load/report/metrics'
import { createRunClock, measureClockOffset } from '../engine/load/run/clock'
import { LoadError } from '../engine/load/run/failures'
import { freshRunId } from '../engine/load/run/run-id'
import { Collector } from '../engine/load/watch/collector'
import { machineName } from '../engine/load/watch/machine'
import { KEY_PARAMETER } from '../web/host-key'
import { urlOf } from '../web/listen'
import { EXIT, type CliContext } from './command'
import { UsageError } from './failure'
import { listenAddress } from './listen-address'
import { checkRunId, exitCode } from './load-exit'
import { outputs, writeReport } from './load-output'
import { tokenOf } from './load-report-to'
import { serveWatch } from './load-watch-server'
import { textFlag } from './load-settings'
import { metricsFlags, shareMetrics, type SharedMetrics } from './metrics-output'
import { showLoadProgress } from './print/load-progress'
import { checkOutputs } from './write-output'

const TICK_MS = 100
const PROGRESS_MS = 1000
/** Remarks that the page shows. */
const MOST_LINES = 200
/** After Ctrl-C, for the shards' reports: as long as the workers of a shard may take, and its way here. */
const LAST_REPORTS_MS = LONGEST_FINISH_MS + 10_000
/** After the end, for the page to see it. */
const LAST_LOOK_MS = 1500

/** What `fleetlab load watch` is told. */
export type WatchFlags = LoadFlags & { wait?: number }

/** Holds the shards of one run together until it is over, writes their merged report, and resolves to the exit code. */
export async function watch(context: CliContext, flags: WatchFlags): Promise<number> {
  const files = outputs(flags)
  const { host, port } = listenAddress('--listen', textFlag(flags, 'listen') ?? '7400')
  const token = tokenOf(flags, context)
  if (token === undefined && !isLoopback(host))
    throw new UsageError(`--listen: ${host} is reached by other computers; give a token with --token-env`)
  const runId = checkRunId(textFlag(flags, 'runId') ?? context.env['FLEETLAB_RUN_ID']) ?? freshRunId()
  await checkOutputs(Object.values(files).map((path: string) => path.replaceAll('{run}', runId)))
  const lines: string[] = []
  const progress = showLoadProgress(context.stderr)
  const say = (line: string): void => {
    progress.end()
    context.stderr.write(`${printable(line)}\n`)
    lines.push(line)
    if (lines.length > MOST_LINES) lines.shift()
  }
  const clockOffsetMs = measureClockOffset()
  const own = { now: createRunClock(clockOffsetMs), machine: machineName(), clockOffsetMs }
  const metrics = new LoadMetrics({ run: runId })
  const onStep = (latencies: StepLatencies): void => metrics.step(latencies)
  const collector = new Collector({ ...own, runId, waitMs: flags.wait ?? 300_000, say, onStep })
  const server = await serveWatch(collector, { host, port, runId, token }, lines, (e) =>
    say(`warning: listener: ${e instanceof Error ? e.message : String(e)}`),
  )
  let shared: SharedMetrics | undefined
  try {
    shared = await shareMetrics(context, metricsFlags(flags), metrics)
    const url = urlOf({ host, port: server.port })
    say(`run ${runId}: waiting for shards at ${url.replace('http', 'ws')}`)
    context.stderr.write(`page   ${url}${token === undefined ? '' : `/?${KEY_PARAMETER}=...`}\n`)
    await untilOver(collector, context.interrupt, (p) => {
      metrics.update(p)
      progress.show(p)
    })
    progress.end()
    return await conclude(context, collector, files)
  } finally {
    await shared?.close()
    await server.close()
  }
}

/** Resolves when nothing more will come. */
function untilOver(
  collector: Collector,
  interrupt: AbortSignal,
  show: (p: NonNullable<NonNullable<Collector['live']>['total']>) => void,
): Promise<void> {
  let ticks = 0
  let left = LAST_REPORTS_MS
  return new Promise((done) => {
    const timer = setInterval(() => {
      if (interrupt.aborted) {
        collector.stop()
        left -= TICK_MS
      }
      collector.tick()
      const total = collector.live?.total ?? null
      if (total !== null && ++ticks % (PROGRESS_MS / TICK_MS) === 0) show(total)
      if (!collector.over && left > 0) return
      clearInterval(timer)
      setTimeout(done, collector.views.length > 0 ? LAST_LOOK_MS : 0)
    }, TICK_MS)
  })
}

async function conclude(
  context: CliContext,
  collector: Collector,
  files: ReturnType<typeof outputs>,
): Promise<number> {
  let merged: LoadReport | null
  try {
    merged = collector.merged()
  } catch (thrown) {
    if (thrown instanceof LoadError) throw new UsageError(thrown.message)
    throw thrown
  }
  if (merged !== null) {
    await writeReport(context, merged, files)
    return exitCode(context, merged, files.json === '-' || files.csv === '-')
  }
  if (context.interrupt.aborted) return EXIT.interrupted
  context.stderr.write('fleetlab: no shard has handed in a report\n')
  return EXIT.thresholds
}
