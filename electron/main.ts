import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { version } from '../package.json'
import { servePage } from './contract/rpc'
import { parseScenario } from './contract/scenario-file'
import { createEngine } from './engine/engine'
import { fileDialogs } from './shell/dialogs'
import { claimInstance, closeOnQuit, failStart, giveUp, whenReady } from './shell/lifecycle'
import { logFault, logLine, logNote } from './shell/log'
import { showLongWork } from './shell/long-work'
import { keepMenu, languageOf } from './shell/menu'
import { recoverPage } from './shell/page-crash'
import { registerPageScheme, servePageFiles } from './shell/page-protocol'
import { serveDrops, servePorts } from './shell/page-ports'
import { keepThroughSleep } from './shell/power'
import { followTheme, windowColour } from './shell/theme'
import { loadPage, openWindow, watchPlace } from './shell/window'
import { guardClose } from './shell/window-close'
import { about } from './store/about'
import { guardCrashes } from './store/crash-guard'
import { dataFolder } from './store/data-folder'
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
  const engine = createEngine({
    env: process.env,
    version,
    log: logLine,
    store: { folder },
    onScenario: (s) => workspace.scenarioIs(s),
  })
  guardCrashes(process, {
    now: () => performance.now(),
    log: logFault,
    flush: () => workspace.flush(),
    recover: (why) => engine.recover(why),
    giveUp,
  })
  const page = join(root, 'out/renderer')
  const sharing = createSharing({ engine, root: page, onInternalError: logFault })
  const place = await openPlace(folder, logNote)
  closeOnQuit(async () => {
    await Promise.all([sharing.stop(), engine.close(), place.idle()])
    await workspace.close()
  }, logFault)
  await whenReady()
  followTheme(workspace)
  keepMenu(workspace)
  keepThroughSleep(engine, workspace)
  servePageFiles(page)
  const own = { workspace, engine, about: () => about(root, version, process.versions) }
  servePorts((channel) =>
    servePage(
      channel,
      (link) =>
        withWorkspace(engine.session(link, { kind: 'electron', readOnly: false }, sharing), link, own),
      { onInternalError: logFault },
    ),
  )
  serveDrops((path) => void workspace.offers.path(path))
  const preload = join(root, 'out/preload/preload.cjs')
  const window = openWindow({ preload, place: place.last, colour: windowColour() })
  watchPlace(window, place.keep)
  showLongWork(window, engine)
  guardClose(window, workspace, engine)
  const demo = parseScenario(await readFile(join(root, 'examples/demo.yaml'), 'utf8'), 'demo.yaml')
  await engine.open(demo, null)
  workspace.opened(demo, { name: '', path: null })
  recoverPage(window, workspace, () => loadPage(window), giveUp)
  await loadPage(window)
}

registerPageScheme()
if (claimInstance(folder, (path) => void workspace.offers.path(path))) start().catch(failStart)
