import { ApiError } from '@contract/errors'
import { defineStore } from 'pinia'
import { ref, shallowRef, type Ref } from 'vue'
import { useLink } from '../api'
import { readCaptureFile } from '../api/capture-file'
import { fileName, pickFile, saveBlob, saveFile } from '../api/file'
import { useLog } from './log'
import { useScenario } from './scenario'
import { useWorkspace } from './workspace'

const MAX_BYTES = 4_194_304

type Open = () => Promise<void>

/** A connection to another machine that a file asks for. */
interface AskedHost {
  host: string
  /** Empty when the scenario names none. */
  username: string
  open: Open
}

const SCENARIO_FILES = '.fleetlab,.yaml,.yml,.json'

/** Saving by the host's own dialog where it has one, else as a download. */
function useSaving() {
  const link = useLink()
  const scenario = useScenario()
  const workspace = useWorkspace()
  const log = useLog()
  async function download(format: 'yaml' | 'json'): Promise<void> {
    const name = fileName(scenario.scenario?.name ?? 'scenario', format === 'yaml' ? 'fleetlab.yaml' : 'json')
    saveFile(name, await scenario.text(format), format === 'yaml' ? 'application/yaml' : 'application/json')
  }
  const packets = (ending: string, run: boolean): Promise<void> =>
    log.attempt(async () =>
      saveBlob(
        fileName(scenario.scenario?.name ?? 'packets', ending),
        await readCaptureFile(link.api, '', run),
      ),
    )
  return {
    save: (format: 'yaml' | 'json', as = false): Promise<void> =>
      log.attempt(() => (workspace.native ? scenario.save(as, format) : download(format))),
    exportPackets: (): Promise<void> => packets('pcapng', false),
    /** Packets, scenario and seed in one file, which is opened as a capture. */
    keepRun: (): Promise<void> => packets('run.pcapng', true),
  }
}

/** The question whether to connect to another machine; its yes is kept until the program ends. */
function useHostQuestion(run: (open: Open) => Promise<void>) {
  const link = useLink()
  const askedHost = shallowRef<AskedHost | null>(null)
  function ask({ details }: ApiError, open: Open): void {
    const of = (path: string): string => details.find((d) => d.path === path)?.found ?? ''
    askedHost.value = { host: of('host'), username: of('username'), open }
  }
  async function allowHost(): Promise<void> {
    const asked = askedHost.value
    askedHost.value = null
    if (!asked) return
    await run(async () => {
      await link.api.allowHost({ host: asked.host })
      await asked.open()
    })
  }
  return { askedHost, ask, allowHost }
}

/** Every way to another scenario; each asks about unsaved changes first. */
function useOpenings(guarded: (open: Open) => void, tooLarge: Ref<boolean>) {
  const link = useLink()
  const scenario = useScenario()
  const workspace = useWorkspace()
  const log = useLog()
  const choose = (): void => {
    if (workspace.native) void log.attempt(() => link.api.chooseFile({}))
    else pickFile(SCENARIO_FILES, offer)
  }
  /** A file dropped or chosen in the page; the desktop window takes it over by its path, so that it can be saved there. */
  function offer(file: File | undefined): void {
    if (!file || window.fleetlab?.openFile(file) === true) return
    guarded(async () => {
      tooLarge.value = file.size > MAX_BYTES
      if (!tooLarge.value) await scenario.open(await file.text(), file.name)
    })
  }
  /** A scenario that the page itself has. `then` follows when the user has agreed to it. */
  const openText = (text: string, name: string, then: () => void): void =>
    guarded(async () => {
      await scenario.open(text, name)
      then()
    })
  const offered = (id: string): void => guarded(() => scenario.openBy(() => link.api.openOffered({ id })))
  const openRecent = (id: string): void => guarded(() => scenario.openBy(() => link.api.openRecent({ id })))
  const create = (): void => guarded(() => scenario.openBy(() => link.api.newScenario({})))
  const restore = (changed: boolean): void => guarded(() => scenario.restore(changed))
  return { choose, offer, openText, offered, openRecent, create, restore }
}

/** Opening and saving scenario files: the dialog, the drop and the guard of unsaved changes all go through here. */
export const useScenarioFile = defineStore('scenario-file', () => {
  const scenario = useScenario()
  const log = useLog()
  /** What waits for the user to give up unsaved changes. */
  const waiting = shallowRef<Open | null>(null)
  /** Why the last file was not opened. */
  const failure = shallowRef<ApiError | null>(null)
  const tooLarge = ref(false)

  function guarded(open: Open): void {
    if (scenario.dirty) waiting.value = open
    else void run(open)
  }
  async function run(open: Open): Promise<void> {
    waiting.value = null
    failure.value = null
    tooLarge.value = false
    try {
      await open()
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code === 'not-found') log.fail(thrown)
      else if (thrown.code === 'unconfirmed') ask(thrown, open)
      else failure.value = thrown
    }
  }
  const { askedHost, ask, allowHost } = useHostQuestion((open) => run(open))
  const openings = useOpenings(guarded, tooLarge)
  const saving = useSaving()

  return {
    waiting,
    failure,
    tooLarge,
    askedHost,
    allowHost,
    run,
    ...openings,
    ...saving,
    undo: () => log.attempt(() => scenario.undo()),
    redo: () => log.attempt(() => scenario.redo()),
  }
})
