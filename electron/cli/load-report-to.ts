import { maskedUrls } from '../contract/load-url'
import type { LoadConfig } from '../contract/load-config'
import type { LoadFlags } from '../contract/load-flags'
import { LoadError } from '../engine/load/run/failures'
import type { Part } from '../engine/load/run/slice'
import type { CollectorLink } from '../engine/load/watch/collector-link'
import type { CliContext } from './command'
import { UsageError } from './failure'
import { textFlag } from './load-settings'

/** Flags by which a shard reports to a collector. */
export const REPORT_TO_OPTIONS: readonly (readonly [string, string])[] = [
  ['--report-to <url>', 'report to fleetlab load watch while running: ws://HOST:PORT; with --shard'],
  [
    '--token-env <name>',
    'environment variable with the token of the collector; its name starts with FLEETLAB_',
  ],
]

/** The token that `--token-env` names; undefined without the flag. @throws UsageError */
export function tokenOf(flags: LoadFlags, context: CliContext): string | undefined {
  const name = textFlag(flags, 'tokenEnv')
  if (name === undefined) return undefined
  if (!/^FLEETLAB_[A-Z0-9_]+$/.test(name))
    throw new UsageError(`--token-env: found ${name}; expected a name that starts with FLEETLAB_`)
  const token = context.env[name]
  if (token !== undefined && token.length >= 8) return token
  const found = token === undefined ? 'is not set' : 'has less than 8 characters'
  throw new UsageError(`--token-env: the environment variable ${name} ${found}`)
}

/**
 * The connection to the collector that the flags ask for; undefined without `--report-to`.
 * @throws UsageError also when the collector is not reached or turns this shard away
 */
export async function collectorOf(
  context: CliContext,
  flags: LoadFlags,
  run: { config: LoadConfig; shard: Part | undefined; runId: string | null },
): Promise<CollectorLink | undefined> {
  const url = textFlag(flags, 'reportTo')
  if (url === undefined) {
    if (textFlag(flags, 'tokenEnv') === undefined) return undefined
    throw new UsageError('--token-env: only with --report-to')
  }
  if (!/^wss?:\/\/[^/?#@\s]+\/?$/.test(url) || !URL.canParse(url))
    throw new UsageError(
      `--report-to: found ${maskedUrls(url)}; expected ws://HOST:PORT of fleetlab load watch`,
    )
  if (run.shard === undefined) throw new UsageError('--report-to: only with --shard i/n')
  if (textFlag(flags, 'startAt') !== undefined)
    throw new UsageError('--start-at: not with --report-to, where the collector says when all begin')
  const link = await import('../engine/load/watch/collector-link')
  try {
    const own = { config: run.config, shard: run.shard, runId: run.runId }
    return await link.CollectorLink.open({ url, token: tokenOf(flags, context) }, own, context.interrupt)
  } catch (thrown) {
    if (thrown instanceof LoadError) throw new UsageError(thrown.message)
    throw thrown
  }
}
