import { app, net, shell } from 'electron'
import type { Workspace } from '../store/workspace'
import { releaseSource, Updates } from '../store/updates'

const EVERY_MS = 3_600_000

export interface UpdateDeps {
  /** Folder of the application. */
  root: string
  /** Folder of the user's data. */
  folder: string
  version: string
  workspace: Workspace
}

/** Has the page know of newer versions, where that is not forbidden and the program knows where to look. */
export async function followUpdates({ root, folder, version, workspace }: UpdateDeps): Promise<void> {
  const source = await releaseSource(root, process.env)
  if (!source) return
  const updates = new Updates({
    ...{ folder, source, version },
    store: { now: () => Date.now(), onCorrupt: (...a) => workspace.corrupt(...a) },
    fetch: (url, init) => net.fetch(url, init),
    onChange: () => workspace.tell(),
  })
  await updates.load()
  workspace.updates = {
    state: () => updates.state(),
    choose: (on) => updates.choose(on),
    // The address is the host's own finding below the program's own releases; the page names none.
    open: async () => {
      const newer = updates.newer()
      if (newer) await shell.openExternal(newer.url)
    },
  }
  workspace.tell()
  const look = (): void => void updates.look()
  look()
  const timer = setInterval(look, EVERY_MS)
  app.once('will-quit', () => clearInterval(timer))
}
