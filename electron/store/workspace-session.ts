import { basename, dirname } from 'node:path'
import type { LabApi, ServedApi } from '../contract/api'
import { ApiError } from '../contract/errors'
import type { PageLink } from '../contract/rpc'
import { parseScenario } from '../contract/scenario-file'
import { scenarioSchema, type Scenario } from '../contract/scenario'
import type { About, WorkspaceApi } from '../contract/workspace'
import type { Engine } from '../engine/types'
import type { Workspace } from './workspace'

export interface WorkspaceSessionDeps {
  workspace: Workspace
  engine: Pick<Engine, 'open' | 'savedIn'>
  about(): Promise<About>
}

/** One page's commands with those of the workspace beside them. Opening a scenario is noted as recent. */
export function withWorkspace(lab: LabApi, page: PageLink, deps: WorkspaceSessionDeps): ServedApi {
  return { ...lab, ...keeping(deps), ...commands(lab, page, deps) }
}

type Keeping =
  | 'setSettings'
  | 'markLesson'
  | 'saveMessages'
  | 'clearProgress'
  | 'endWelcome'
  | 'clearRecent'
  | 'saveScenario'
  | 'saveFile'
  | 'getAbout'
  | 'chooseUpdates'
  | 'openNewer'

/** What is kept and written, whichever scenario is open. */
const keeping = ({ workspace, engine, about }: WorkspaceSessionDeps): Pick<WorkspaceApi, Keeping> => ({
  setSettings: (a) => workspace.setSettings(a.patch),
  markLesson: (a) => workspace.progress.mark(a.lesson, a.variant),
  saveMessages: (a) => workspace.saveMessages(a.messages),
  clearProgress: () => workspace.progress.clear(),
  endWelcome: () => workspace.endWelcome(),
  clearRecent: () => workspace.clearRecent(),
  saveScenario: (a) => save({ workspace, engine }, a),
  saveFile: (a) => workspace.export(a.name, a.bytes),
  getAbout: about,
  chooseUpdates: (a) => workspace.newerVersions().choose(a.on),
  openNewer: () => workspace.newerVersions().open(),
})

function commands(
  lab: LabApi,
  page: PageLink,
  { workspace, engine }: WorkspaceSessionDeps,
): Omit<WorkspaceApi, Keeping> & Pick<LabApi, 'hello' | 'openScenario' | 'scenarioText'> {
  /** Through the engine and its checks, as any scenario of the page. */
  async function open(file: { name: string; path: string | null; text: string }): Promise<Scenario> {
    const { name, path, text } = file
    const scenario =
      path === null
        ? await lab.openScenario({ text, name })
        : await openFrom(engine, parseScenario(text, name), path)
    workspace.opened(scenario, { name, path })
    await workspace.noteRecent(path === null ? { name, text } : { path })
    return scenario
  }
  return {
    hello: async (a) => {
      // before the page is told of the scenario, so that it is the same one from its beginning
      if (a.language !== undefined) await workspace.firstPage.came(a.language)
      const welcome = await lab.hello(a)
      return { ...welcome, changed: workspace.changed }
    },
    scenarioText: async (a) => {
      const file = await lab.scenarioText(a)
      // a browser's way to save
      workspace.dropChanges()
      return file
    },
    openScenario: (a) => open({ ...a, path: null }),
    getWorkspace: () => {
      queueMicrotask(() => workspace.attend(page))
      return Promise.resolve(workspace.state())
    },
    newScenario: async () => {
      const scenario = scenarioSchema.parse({ version: 1, name: 'New scenario' })
      await engine.open(scenario, null)
      workspace.opened(scenario, { name: '', path: null })
      return scenario
    },
    openRecent: async (a) => open(await workspace.recent.open(a.id)),
    openOffered: async ({ id }) => {
      const file = workspace.offers.take(id)
      try {
        return await open(file)
      } catch (thrown) {
        if (thrown instanceof ApiError && thrown.code === 'unconfirmed') workspace.offers.keep(id, file)
        throw thrown
      }
    },
    chooseFile: async () => {
      const path = await workspace.dialogs().chooseOpen()
      if (path !== null) await workspace.offers.path(path)
    },
    settleRecovery: (a) => settleRecovery({ workspace, engine }, a.action),
  }
}

/** Recordings are looked for beside the file. */
async function openFrom(
  engine: Pick<Engine, 'open'>,
  scenario: Scenario,
  path: string | null,
): Promise<Scenario> {
  await engine.open(scenario, path && basename(path), undefined, path && dirname(path))
  return scenario
}

async function save(
  { workspace, engine }: Pick<WorkspaceSessionDeps, 'workspace' | 'engine'>,
  a: { as: boolean; format: 'yaml' | 'json' },
): Promise<{ name: string } | null> {
  const saved = await workspace.save(a.as, a.format)
  const { path } = workspace.openFile
  if (saved && path !== null) engine.savedIn(dirname(path))
  return saved
}

async function settleRecovery(
  { workspace, engine }: Pick<WorkspaceSessionDeps, 'workspace' | 'engine'>,
  action: 'restore' | 'discard',
): Promise<void> {
  const left = workspace.left()
  if (action === 'restore') {
    const scenario = parseScenario(left.text, left.name)
    await openFrom(engine, scenario, left.path)
    workspace.restored(scenario, left)
  }
  await workspace.forgetCrashes()
}
