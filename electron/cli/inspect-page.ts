import { scenarioSchema } from '../contract/scenario'
import type { Recording } from '../engine/import/recording'
import { startWebHost, type WebHost } from '../web/web-host'
import { brokerScenario } from './broker'
import type { CliContext } from './command'
import { aborted, unlessAborted } from './interrupt'
import { builtPage } from './serve'
import { openDesk } from './serve-workspace'

/** Serves the page with a recorded capture on this computer, until Ctrl-C. No device runs. */
export async function serveRecording(context: CliContext, recording: Recording, port: number): Promise<void> {
  const root = builtPage(context)
  const { engine, workspace, extend, onInternalError, close } = await openDesk(context)
  let web: WebHost | null = null
  try {
    await workspace.load()
    const empty = scenarioSchema.parse({ ...brokerScenario({ port: 0 }), name: recording.name.slice(0, 64) })
    if (!(await unlessAborted(engine.open(empty, null), context.interrupt))) return
    engine.showRecording(recording)
    web = await startWebHost({
      engine,
      root,
      host: '127.0.0.1',
      port,
      extend,
      onInternalError,
    })
    context.stdout.write(`page   http://127.0.0.1:${web.port}/#/handshakes\nPress Ctrl-C to stop.\n`)
    await aborted(context.interrupt)
  } finally {
    await web?.close()
    await close()
  }
}
