import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { chosenLanguage } from '../contract/languages'
import { openDemo } from '../store/demo'
import { createSharing } from '../web/share/sharing'
import { startWebHost, type WebHost } from '../web/web-host'
import { ALLOW_HOST, RepeatedOption, nameList, originText, portNumber } from './arguments'
import type { CliContext, Subcommand } from './command'
import { UsageError } from './failure'
import { aborted, unlessAborted } from './interrupt'
import { brokerLines } from './log'
import { engineMetrics } from './engine-metrics'
import { addMetricsOptions, shareMetrics, type MetricsFlags, type SharedMetrics } from './metrics-output'
import { PageLoads } from './page-loads'
import { readScenario } from './scenario-input'
import { isReachable, pageUrls, REACHABLE, type ServedAt } from './serve-address'
import { openDesk } from './serve-workspace'
import { shareAddress, shareLines } from './share'

interface ServeFlags extends ServedAt, MetricsFlags {
  port: number
  scenario?: string
  allowHost?: string[]
  share?: string | true
  sharePort?: number
}

/** `fleetlab serve`: the page and a running fleet from plain Node, until Ctrl-C. */
export const serveCommand: Subcommand = (program, context) => {
  const command = program
    .command('serve')
    .description('serve the page with a running fleet to a browser, until Ctrl-C')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on, 0 for any free port', portNumber, 0)
    .option('--origin <url>', 'address of a TLS proxy in front, such as https://lab.example', originText)
    .option('--scenario <file>', 'scenario to run instead of the demo fleet')
    .option('--share [address]', 'let a class watch: also listen on this address of this computer')
    .option('--share-port <number>', 'port for the class, 0 for any free port', portNumber)
  addMetricsOptions(command)
    .addOption(new RepeatedOption(...ALLOW_HOST, nameList))
    .action((flags: ServeFlags) => serve(context, flags))
}

async function serve(context: CliContext, flags: ServeFlags): Promise<void> {
  const page = builtPage(context)
  const { scenario: file } = flags
  const scenario = file === undefined ? null : await readScenario(file)
  const loads = new PageLoads()
  const desk = await openDesk(context, { onLoadTest: (runId) => loads.begin(runId) })
  const { engine, workspace, onInternalError } = desk
  const sharing = createSharing({ engine, root: page, onInternalError })
  let web: WebHost | null = null
  let metrics: SharedMetrics | undefined
  const key = isReachable(flags) ? randomBytes(24).toString('base64url') : undefined
  try {
    const address = flags.share === undefined ? null : shareAddress(flags.share, sharing.addresses())
    await workspace.load()
    for (const host of flags.allowHost ?? []) engine.allowHost(host)
    const language = chosenLanguage(workspace.settings.language, context.locale)
    const isWatched = (): boolean => {
      const shared = sharing.state()
      return shared.on && shared.viewers.length > 0
    }
    const opening =
      file === undefined || scenario === null
        ? openDemo(context.root, engine, workspace, language, isWatched)
        : engine
            .open(scenario, file, {}, dirname(resolve(file)))
            .then(() => workspace.opened(scenario, openFile(file)))
    if (!(await unlessAborted(opening, context.interrupt))) return
    web = await startWebHost({
      engine,
      root: page,
      host: flags.host,
      port: flags.port,
      ...(flags.origin === undefined ? {} : { origin: flags.origin }),
      ...(key === undefined ? {} : { key }),
      sharing,
      extend: desk.extend,
      onInternalError,
    })
    metrics = await shareMetrics(context, flags, loads.beside(engineMetrics(engine)))
    for (const line of brokerLines(engine)) context.stdout.write(`${line}\n`)
    const urls = pageUrls(flags, web.port, key, sharing.addresses())
    for (const url of urls) context.stdout.write(`page   ${url}\n`)
    if (key !== undefined) context.stderr.write(`warning: ${REACHABLE}\n`)
    if (address !== null) {
      const port = flags.sharePort === undefined ? {} : { port: flags.sharePort }
      const lines = shareLines(await sharing.start({ address, ...port }), isTerminal(context.stdout))
      for (const line of lines) context.stdout.write(`${line}\n`)
    }
    context.stdout.write('Press Ctrl-C to stop.\n')
    await aborted(context.interrupt)
  } finally {
    await metrics?.close()
    await sharing.stop()
    await web?.close()
    await desk.close()
  }
}

/** Folder of the page. @throws UsageError before it is built */
export function builtPage({ root }: CliContext): string {
  const page = join(root, 'out/renderer')
  if (!existsSync(join(page, 'index.html'))) {
    throw new UsageError(`the page is not built (${page}); run: npm run build`)
  }
  return page
}

const openFile = (path: string): { name: string; path: string } => ({
  name: basename(path),
  path: resolve(path),
})

const isTerminal = (stream: NodeJS.WritableStream): boolean => 'isTTY' in stream && stream.isTTY === true
