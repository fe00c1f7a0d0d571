import type { Command } from 'commander'
import { duration } from './arguments'
import type { CliContext } from './command'
import { OUTPUT_OPTIONS } from './load-output'
import type { WatchFlags } from './load-watch-run'
import { addMetricsOptions } from './metrics-output'

/** `fleetlab load watch`: the middle of a run on several machines. */
export function addWatch(parent: Command, context: CliContext, report: (code: number) => void): void {
  const command = parent
    .command('watch')
    .description(
      'collect the shards of a run: begin them together, show all of them live, merge their reports',
    )
    .option(
      '--listen <address>',
      'where shards and browsers reach it: PORT or HOST:PORT (default 127.0.0.1:7400)',
    )
    .option(
      '--token-env <name>',
      'environment variable with the token that they must show; its name starts with FLEETLAB_',
    )
    .option('--wait <time>', 'how long the start waits for shards that have not come (default 5m)', duration)
    .option('--run-id <name>', 'name of the run (default a new one)')
  addMetricsOptions(command)
  for (const [flags, text] of OUTPUT_OPTIONS) command.option(flags, text)
  command.action(async (flags: WatchFlags) => {
    const { watch } = await import('./load-watch-run')
    report(await watch(context, flags))
  })
}
