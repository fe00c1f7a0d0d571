import type { LoadFlags } from '../contract/load-flags'
import type { LoadConfig } from '../contract/load-config'
import type { LoadReport } from '../contract/load-report'
import type { LoadMetrics } from '../engine/load/report/metrics'
import { LoadError } from '../engine/load/run/failures'
import type { Credentials } from '../engine/load/run/messages'
import { freshRunId } from '../engine/load/run/run-id'
import { runLoad } from '../engine/load/run/run-load'
import type { CliContext } from './command'
import { UsageError } from './failure'
import { loadMetrics, metricsFlags, shareMetrics } from './metrics-output'
import { showLoadProgress } from './print/load-progress'

/** What makes one run of a series. @throws UsageError when it could not start */
export type RunOnce = (config: LoadConfig, credentials: Credentials) => Promise<LoadReport>

/**
 * A series of runs, each under a name of its own, with its progress on a terminal. Their figures are served and sent as the
 * flags ask, as those of one run: what they count adds up.
 */
export async function inSeries<T>(
  context: CliContext,
  flags: LoadFlags,
  work: (run: RunOnce) => Promise<T>,
): Promise<T> {
  const metrics = await loadMetrics(flags, { run: freshRunId() })
  const shared = metrics === null ? null : await shareMetrics(context, metricsFlags(flags), metrics)
  try {
    return await work((config, credentials) => runOnce(context, config, credentials, metrics))
  } finally {
    await shared?.close()
  }
}

async function runOnce(
  context: CliContext,
  config: LoadConfig,
  credentials: Credentials,
  metrics: LoadMetrics | null,
): Promise<LoadReport> {
  metrics?.next()
  const progress = context.stderr.isTTY === true ? showLoadProgress(context.stderr) : null
  try {
    return await runLoad(config, {
      credentials,
      runId: freshRunId(),
      toolVersion: context.version,
      signal: context.interrupt,
      onStep: (_point, latencies) => metrics?.step(latencies),
      onProgress: (p) => {
        progress?.show(p)
        metrics?.update(p)
      },
    })
  } catch (thrown) {
    if (thrown instanceof LoadError) throw new UsageError(thrown.message)
    throw thrown
  } finally {
    progress?.end()
  }
}
