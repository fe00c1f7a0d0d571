import { join } from 'node:path'
import { version } from '../package.json'
import { servePage } from './contract/rpc'
import { createEngine } from './engine/engine'
import { fileDialogs } from './shell/dialogs'
import { claimInstance, failStart } from './shell/lifecycle'
import { logFault, logLine, logNote } from './shell/log'
import { languageOf } from './shell/menu'
import { registerPageScheme } from './shell/page-protocol'
import { openProfile } from './shell/profile'
import { runDesktop, type RunDeps } from './shell/run'
import { about } from './store/about'
import { dataFolder } from './store/data-folder'
import { Workspace } from './store/workspace'
import { withWorkspace } from './store/workspace-session'
import { createSharing } from './web/share/sharing'

const root = join(import.meta.dirname, '../..')
const folder = dataFolder(process.env)
const workspace: Workspace = new Workspace({
  folder,
  dialogs: fileDialogs(
    () => languageOf(workspace),
    () => workspace.recentFolder(),
  ),
  now: () => Date.now(),
  log: logNote,
})

const open: RunDeps['open'] = () => {
  const onScenario = workspace.scenarioIs.bind(workspace)
  const engine = createEngine({ env: process.env, version, log: logLine, dataFolder: folder, onScenario })
  const sharing = createSharing({ engine, root: join(root, 'out/renderer'), onInternalError: logFault })
  const own = { workspace, engine, about: () => about(root, version, process.versions) }
  const host = { kind: 'electron', readOnly: false } as const
  const serve: ReturnType<RunDeps['open']>['serve'] = (channel) => {
    servePage(channel, (link) => withWorkspace(engine.session(link, host, sharing), link, own), {
      onInternalError: logFault,
    })
  }
  return { engine, sharing, serve }
}

registerPageScheme()
const profile = openProfile(folder)
if (claimInstance(profile.folder, (path) => void workspace.offers.path(path)))
  runDesktop({ root, folder, profile, version, workspace, open }).catch((e: unknown) =>
    failStart(e, languageOf(workspace)),
  )
