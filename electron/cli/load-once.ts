import type { LoadConfig } from '../contract/load-config'
import type { LoadReport } from '../contract/load-report'
import { LoadError } from '../engine/load/run/failures'
import type { Credentials } from '../engine/load/run/messages'
import { freshRunId } from '../engine/load/run/run-id'
import { runLoad } from '../engine/load/run/run-load'
import type { CliContext } from './command'
import { UsageError } from './failure'
import { showLoadProgress } from './print/load-progress'

/**
 * One run of a series of them, under a name of its own, with its progress on a terminal.
 * @throws UsageError when it could not start
 */
export async function runOnce(
  context: CliContext,
  config: LoadConfig,
  credentials: Credentials,
): Promise<LoadReport> {
  const progress = context.stderr.isTTY === true ? showLoadProgress(context.stderr) : null
  try {
    return await runLoad(config, {
      credentials,
      runId: freshRunId(),
      toolVersion: context.version,
      signal: context.interrupt,
      onProgress: (p) => progress?.show(p),
    })
  } catch (thrown) {
    if (thrown instanceof LoadError) throw new UsageError(thrown.message)
    throw thrown
  } finally {
    progress?.end()
  }
}
