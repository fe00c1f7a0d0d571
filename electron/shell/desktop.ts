import type { Channel } from '../contract/channel'
import type { Engine } from '../engine/types'
import type { openPlace } from '../store/window-file'
import type { Workspace } from '../store/workspace'
import { showLongWork } from './long-work'
import { keepMenu } from './menu'
import { loadFirst, recoverPage } from './page-crash'
import { serveDrops, servePorts } from './page-ports'
import { servePageFiles } from './page-protocol'
import { keepThroughSleep } from './power'
import { followTheme, windowColour } from './theme'
import { loadPage, openWindow, watchPlace } from './window'
import { guardClose } from './window-close'

export interface DesktopDeps {
  workspace: Workspace
  engine: Engine
  /** Where the window stood last. */
  place: Awaited<ReturnType<typeof openPlace>>
  /** Folder of the built page. */
  page: string
  /** File of the built preload script. */
  preload: string
  /** Viewers of a class. */
  viewers(): number
  /** Ends the program after failures that kept coming. */
  giveUp(why: string): void
  /** Picture of the window where the system takes none from the program's own file. */
  icon: string
  /** Serves one page over its port. */
  serve(channel: Channel): void
}

/** Opens the window with all that is around a page on a desktop; `show` loads the page once the run has begun. */
export function openDesktop(deps: DesktopDeps): { show(): Promise<void> } {
  const { workspace, engine, place } = deps
  followTheme(workspace)
  keepMenu(workspace)
  keepThroughSleep(engine, workspace)
  servePageFiles(deps.page)
  servePorts((channel) => deps.serve(channel))
  serveDrops((path) => void workspace.offers.path(path))
  const { preload, icon } = deps
  const window = openWindow({ preload, icon, place: place.last, colour: windowColour() })
  watchPlace(window, place.keep)
  showLongWork(window, engine)
  guardClose(window, deps)
  return {
    async show() {
      recoverPage(
        window,
        workspace,
        () => loadPage(window),
        (why) => deps.giveUp(why),
      )
      await loadFirst(window, () => loadPage(window))
    },
  }
}
