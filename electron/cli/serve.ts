import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startWebHost, type WebHost } from '../web/web-host'
import { portNumber } from './arguments'
import type { Subcommand } from './command'
import { UsageError } from './failure'
import { aborted, unlessAborted } from './interrupt'
import { brokerLines, engineFor } from './log'
import { readScenario } from './scenario-input'

interface ServeFlags {
  host: string
  port: number
  scenario?: string
}

/** `fleetlab serve`: the page and a running fleet from plain Node, until Ctrl-C. */
export const serveCommand: Subcommand = (program, context) => {
  program
    .command('serve')
    .description('serve the page and a running fleet to a browser, until Ctrl-C')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on, 0 for any free one', portNumber, 0)
    .option('--scenario <file>', 'scenario to run instead of the demo fleet')
    .action(async (flags: ServeFlags) => {
      const page = join(context.root, 'out/renderer')
      if (!existsSync(join(page, 'index.html'))) {
        throw new UsageError(`the page is not built (${page}); run: npm run build`)
      }
      const file = flags.scenario ?? join(context.root, 'examples/demo.yaml')
      const scenario = await readScenario(file)
      const engine = engineFor(context, 'warn')
      let web: WebHost | null = null
      try {
        if (!(await unlessAborted(engine.open(scenario, flags.scenario ?? null), context.interrupt))) return
        web = await startWebHost({
          engine,
          root: page,
          host: flags.host,
          port: flags.port,
          onInternalError: (where, thrown) => context.stderr.write(`error: ${where}: ${String(thrown)}\n`),
        })
        for (const line of brokerLines(engine)) context.stdout.write(`${line}\n`)
        context.stdout.write(`page   ${web.url}\nCtrl-C ends both.\n`)
        await aborted(context.interrupt)
      } finally {
        await web?.close()
        await engine.close()
      }
    })
}
