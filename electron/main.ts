import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../package.json'
import { servePage } from './contract/rpc'
import { parseScenario } from './contract/scenario-file'
import { createEngine } from './engine/engine'
import { claimInstance, closeOnQuit, failStart, whenReady } from './shell/lifecycle'
import { logFault, logLine } from './shell/log'
import { setMenu } from './shell/menu'
import { registerPageScheme, servePageFiles } from './shell/page-protocol'
import { servePorts } from './shell/page-ports'
import { userDataFolder } from './shell/user-data'
import { loadPage, openWindow } from './shell/window'
import { createSharing } from './web/share/sharing'

const root = join(import.meta.dirname, '../..')

async function start(): Promise<void> {
  const engine = createEngine({
    env: process.env,
    version,
    log: logLine,
    store: { folder: userDataFolder() },
  })
  const page = join(root, 'out/renderer')
  const sharing = createSharing({ engine, root: page, onInternalError: logFault })
  closeOnQuit(() => Promise.all([sharing.stop(), engine.close()]).then(() => undefined), logFault)
  await whenReady()
  setMenu()
  servePageFiles(page)
  servePorts((channel) =>
    servePage(channel, (link) => engine.session(link, { kind: 'electron', readOnly: false }, sharing), {
      onInternalError: logFault,
    }),
  )
  const window = openWindow({ preload: join(root, 'out/preload/preload.cjs') })
  const demo = await readFile(join(root, 'examples/demo.yaml'), 'utf8')
  await engine.open(parseScenario(demo, 'demo.yaml'), null)
  await loadPage(window)
}

registerPageScheme()
if (claimInstance()) start().catch(failStart)
