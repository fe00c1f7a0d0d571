import { join } from 'node:path'
import { version } from '../package.json'
import { servePage } from './contract/rpc'
import { createEngine } from './engine/engine'
import { openDesktop } from './shell/desktop'
import { fileDialogs } from './shell/dialogs'
import { createGiveUp } from './shell/give-up'
import { guardEngine } from './shell/guard'
import { claimInstance, closeOnQuit, endNow, failStart, isEnding, whenReady } from './shell/lifecycle'
import { logFault, logLine, logNote } from './shell/log'
import { languageOf } from './shell/menu'
import { registerPageScheme } from './shell/page-protocol'
import { askToGoOn, openProfile, type Profile } from './shell/profile'
import { about } from './store/about'
import { dataFolder } from './store/data-folder'
import { openDemo } from './store/demo'
import { openPlace } from './store/window-file'
import { Workspace } from './store/workspace'
import { withWorkspace } from './store/workspace-session'
import { createSharing } from './web/share/sharing'

const root = join(import.meta.dirname, '../..')
const folder = dataFolder(process.env)
const language = () => languageOf(workspace)
const workspace: Workspace = new Workspace({
  folder,
  dialogs: fileDialogs(language, () => workspace.recentFolder()),
  now: () => Date.now(),
  log: logNote,
})

/** Engine and listeners, and the one way to close them. */
async function openEngine() {
  const onScenario = workspace.scenarioIs.bind(workspace)
  const engine = createEngine({ env: process.env, version, log: logLine, dataFolder: folder, onScenario })
  const page = join(root, 'out/renderer')
  const sharing = createSharing({ engine, root: page, onInternalError: logFault })
  const place = await openPlace(folder, logNote)
  let closed: Promise<void> | null = null
  const closeAll = async (keep?: boolean): Promise<void> => {
    await Promise.all([sharing.stop(), engine.close(), place.idle(), workspace.close(keep)])
  }
  const close = (keep?: boolean): Promise<void> => (closed ??= closeAll(keep))
  return { engine, sharing, place, page, close }
}

async function start(profile: Profile): Promise<void> {
  await workspace.load()
  if (isEnding()) return
  const { engine, sharing, place, page, close } = await openEngine()
  const giveUp = createGiveUp({ close: () => close(true), language })
  guardEngine(engine, workspace, giveUp)
  closeOnQuit(close)
  await whenReady()
  if (isEnding()) return
  if (profile.problem !== null && !(await askToGoOn(folder, profile.problem, language()))) {
    endNow()
    return
  }
  const own = { workspace, engine, about: () => about(root, version, process.versions) }
  const desktop = openDesktop({
    ...{ workspace, engine, place, page, giveUp },
    preload: join(root, 'out/preload/preload.cjs'),
    icon: join(root, 'build/icons/256x256.png'),
    viewers: () => {
      const state = sharing.state()
      return state.on ? state.viewers.length : 0
    },
    serve: (channel) => {
      const host = { kind: 'electron', readOnly: false } as const
      servePage(channel, (link) => withWorkspace(engine.session(link, host, sharing), link, own), {
        onInternalError: logFault,
      })
    },
  })
  await openDemo(root, engine, workspace)
  if (!isEnding()) await desktop.show()
}

registerPageScheme()
const profile = openProfile(folder)
if (claimInstance(profile.folder, (path) => void workspace.offers.path(path))) start(profile).catch(failStart)
