import { join } from 'node:path'
import { version } from '../package.json'
import { servePage } from './contract/rpc'
import { createEngine } from './engine/engine'
import { openDesktop } from './shell/desktop'
import { fileDialogs } from './shell/dialogs'
import { guardEngine } from './shell/guard'
import { claimInstance, closeOnQuit, failStart, whenReady } from './shell/lifecycle'
import { logFault, logLine, logNote } from './shell/log'
import { languageOf } from './shell/menu'
import { registerPageScheme } from './shell/page-protocol'
import { about } from './store/about'
import { dataFolder } from './store/data-folder'
import { openDemo } from './store/demo'
import { openPlace } from './store/window-file'
import { Workspace } from './store/workspace'
import { withWorkspace } from './store/workspace-session'
import { createSharing } from './web/share/sharing'

const root = join(import.meta.dirname, '../..')
const folder = dataFolder(process.env)
const workspace: Workspace = new Workspace({
  folder,
  dialogs: fileDialogs(() => languageOf(workspace)),
  now: () => Date.now(),
  log: logNote,
})

async function start(): Promise<void> {
  await workspace.load()
  const onScenario = workspace.scenarioIs.bind(workspace)
  const engine = createEngine({ env: process.env, version, log: logLine, dataFolder: folder, onScenario })
  guardEngine(engine, workspace)
  const page = join(root, 'out/renderer')
  const sharing = createSharing({ engine, root: page, onInternalError: logFault })
  const place = await openPlace(folder, logNote)
  closeOnQuit(async () => {
    await Promise.all([sharing.stop(), engine.close(), place.idle()])
    await workspace.close()
  }, logFault)
  await whenReady()
  const own = { workspace, engine, about: () => about(root, version, process.versions) }
  const preload = join(root, 'out/preload/preload.cjs')
  const desktop = openDesktop({
    ...{ workspace, engine, place, page, preload },
    serve: (channel) => {
      const host = { kind: 'electron', readOnly: false } as const
      servePage(channel, (link) => withWorkspace(engine.session(link, host, sharing), link, own), {
        onInternalError: logFault,
      })
    },
  })
  await openDemo(root, engine, workspace)
  await desktop.show()
}

registerPageScheme()
if (claimInstance(folder, (path) => void workspace.offers.path(path))) start().catch(failStart)
