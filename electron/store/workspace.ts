import { basename, join } from 'node:path'
import type { SavedMessage } from '../contract/desk'
import { ApiError } from '../contract/errors'
import type { Note } from '../contract/model'
import type { PageLink } from '../contract/rpc'
import { scenarioText } from '../contract/scenario-file'
import type { Scenario } from '../contract/scenario'
import {
  DEFAULT_SETTINGS,
  type MenuCommand,
  type Settings,
  type UpdateState,
  type WorkspaceEvent,
  type WorkspaceState,
} from '../contract/workspace'
import { writeAtomically, writeFailure, type FileSystem } from '../engine/base/atomic-file'
import { note } from '../engine/base/notes'
import { Autosave, findCrashed, sweepParts, type Crashed } from './autosave'
import { fileStem } from './file-stem'
import { FirstPage } from './first-page'
import { JsonFile, type StoreDeps } from './json-file'
import { KINDS, type SessionData } from './kinds'
import { Offers } from './offers'
import { RecentFiles, type Opened } from './recent'
import { Progress } from './progress'
import { SavedMessages } from './saved-messages'
import { Welcome } from './welcome'

/** The host's own dialogs for files; each resolves to a path, or null when the user chose none. */
export interface FileDialogs {
  chooseOpen(): Promise<string | null>
  chooseSave(name: string): Promise<string | null>
}

export interface WorkspaceDeps {
  /** Made when something is kept first. */
  folder: string
  /** Null where the browser opens and saves files. */
  dialogs: FileDialogs | null
  /** Unix ms. */
  now(): number
  /** Told of what no page can be shown yet, too. */
  log(level: 'info' | 'warn' | 'error', note: Note): void
  /** @default the real one */
  io?: FileSystem
}

/** Newer versions, where the host looks for them. */
export interface NewerVersions {
  state(): UpdateState
  choose(on: boolean): Promise<void>
  /** Shows the newer version's page. */
  open(): Promise<void>
}

interface OpenFile {
  name: string
  path: string | null
}

/** What the host keeps for its user, on the disk: settings, recent files, lesson progress, and the open scenario. */
export class Workspace {
  settings: Settings = DEFAULT_SETTINGS
  readonly recent: RecentFiles
  readonly firstPage = new FirstPage((thrown) => this.notice('error', noteOf(thrown, 'file-not-read')))
  updates: NewerVersions | null = null
  private kept = false
  private crashed: Crashed[] = []
  private current: Scenario | null = null
  /** The scenario as it lies in its file. */
  private clean: Scenario | null = null
  private file: OpenFile = { name: '', path: null }
  private readonly pages = new Set<PageLink>()
  private waiting: WorkspaceEvent[] = []
  /** Files given to the program; the page asks about unsaved changes before it opens one. */
  readonly offers = new Offers(
    (id, name) => this.send({ kind: 'offer', id, name }),
    (thrown) => this.notice('error', noteOf(thrown, 'file-not-read')),
  )
  private readonly listeners = new Set<() => void>()
  private readonly autosave: Autosave
  private readonly messages: SavedMessages
  readonly progress: Progress
  private readonly welcome: Welcome
  private readonly settingsFile: JsonFile<Settings>

  constructor(private readonly deps: WorkspaceDeps) {
    const { folder } = deps
    const store: StoreDeps = { now: deps.now, onCorrupt: (...a) => this.corrupt(...a) }
    this.recent = new RecentFiles(folder, store)
    this.messages = new SavedMessages(folder, store)
    this.progress = new Progress(
      folder,
      store,
      () => this.tell(),
      (thrown) => this.notKept(thrown),
    )
    this.welcome = new Welcome(folder, store)
    this.settingsFile = new JsonFile<Settings>(folder, KINDS.settings, store)
    this.autosave = new Autosave(
      join(folder, 'sessions'),
      store,
      () => this.snapshot(),
      (thrown) => this.autosaveFailed(thrown),
    )
  }

  /** Reads what was kept, and looks for a run of the program that did not end properly. */
  async load(): Promise<void> {
    const { folder } = this.deps
    const sessions = join(folder, 'sessions')
    await Promise.all([folder, sessions, join(folder, 'load-tests')].map(sweepParts))
    const settings = await this.settingsFile.read()
    this.kept = settings !== null
    this.settings = settings ?? DEFAULT_SETTINGS
    const hasProgress = await this.progress.load()
    await this.messages.load()
    await this.recent.load()
    await this.welcome.load(!this.kept && !hasProgress && this.recent.list().length === 0)
    const store: StoreDeps = { now: this.deps.now, onCorrupt: (...a) => this.corrupt(...a) }
    this.crashed = await findCrashed(sessions, store)
  }

  /** The open scenario has changes that are in no file. */
  get changed(): boolean {
    return this.current !== this.clean
  }

  /** Folder of the scenario file opened last, null when there is none. */
  recentFolder(): string | null {
    return this.recent.list().find((r) => r.folder !== null)?.folder ?? null
  }

  /** Where the open scenario lies. */
  get openFile(): Readonly<OpenFile> {
    return this.file
  }

  /** Every scenario that the engine runs from now on; the same one again after a restart. `toSave`: see `EngineDeps`. */
  scenarioIs(scenario: Scenario, toSave = true): void {
    if (scenario === this.current) return
    if (!toSave && !this.changed) this.clean = scenario
    this.current = scenario
    this.autosave.touch()
  }

  /** The scenario was opened as it lies in a file, or newly made. `first`: it is what a new user sees first. */
  opened(scenario: Scenario, file: OpenFile, first = false): void {
    this.current = scenario
    this.clean = scenario
    this.file = file
    this.autosave.touch()
    if (!first) this.welcome.shown = false
    this.tell()
  }

  /** A new user's start: what they see first was not put away, and nothing else was opened. */
  get isFirst(): boolean {
    return this.welcome.shown
  }

  async endWelcome(): Promise<void> {
    const kept = this.welcome.end()
    this.tell()
    await kept.catch((thrown: unknown) => this.notKept(thrown))
  }

  async noteRecent(opened: Opened): Promise<void> {
    await this.recent.add(opened).catch((thrown: unknown) => this.notKept(thrown))
    this.tell()
  }

  async clearRecent(): Promise<void> {
    await this.recent.clear().catch((thrown: unknown) => this.notKept(thrown))
    this.tell()
  }

  async setSettings(patch: Partial<Settings>): Promise<Settings> {
    this.settings = { ...this.settings, ...patch }
    this.kept = true
    this.tell()
    // What is written is the change alone: another program on this folder may have made its own.
    await this.settingsFile.update((now) => ({ ...now, ...patch })).catch((e: unknown) => this.notKept(e))
    return this.settings
  }

  async saveMessages(messages: SavedMessage[]): Promise<void> {
    await this.messages.save(messages).catch((e: unknown) => this.notKept(e))
    this.tell()
  }

  state(): WorkspaceState {
    const left = this.crashed[0]?.data
    return {
      settings: this.settings,
      kept: this.kept,
      welcome: this.isFirst,
      recent: this.recent.list(),
      progress: this.progress.now,
      messages: this.messages.list,
      folder: this.deps.folder,
      recovered: left
        ? {
            name: left.name,
            file: left.path === null ? null : basename(left.path),
            savedAtMs: left.savedAtMs,
            changed: left.changed,
          }
        : null,
      files: this.deps.dialogs ? 'native' : 'browser',
      updates: this.updates?.state() ?? null,
    }
  }

  /** What a crash left. @throws ApiError `not-found` when there is nothing, or no more */
  left(): SessionData {
    const [latest] = this.crashed
    if (!latest) throw new ApiError('not-found', 'there is nothing left to restore')
    return latest.data
  }

  /** A restored scenario is as unsaved as it was. */
  restored(scenario: Scenario, data: SessionData): void {
    this.opened(scenario, { name: data.name, path: data.path })
    if (data.changed) this.clean = null
  }

  async forgetCrashes(): Promise<void> {
    const gone = this.crashed
    this.crashed = []
    this.tell()
    for (const c of gone) await c.forget().catch((thrown: unknown) => this.notKept(thrown))
  }

  /** Gives a file of the list to the page; see `offers`. */
  async offerRecent(id: string): Promise<void> {
    await this.offers.give(() => this.recent.open(id))
    this.tell()
  }

  dialogs(): FileDialogs {
    if (!this.deps.dialogs)
      throw new ApiError('unavailable', 'here, files are opened and saved by the browser')
    return this.deps.dialogs
  }

  /** @throws ApiError `unavailable` */
  newerVersions(): NewerVersions {
    if (!this.updates) throw new ApiError('unavailable', 'here, newer versions are not looked up')
    return this.updates
  }

  /**
   * Writes the open scenario to its file or to one the user chooses; null when the user chose none.
   * @throws ApiError `unavailable` when it cannot be written; the file is then as it was
   */
  async save(as: boolean, format: 'yaml' | 'json'): Promise<{ name: string } | null> {
    const scenario = this.current
    if (!scenario) throw new ApiError('unavailable', 'no scenario is open')
    const own = as ? null : this.file.path
    const suggested = `${fileStem(scenario.name)}${format === 'json' ? '.json' : '.fleetlab.yaml'}`
    const path = own ?? (await this.dialogs().chooseSave(suggested))
    if (path === null) return null
    const name = basename(path)
    await this.write(path, scenarioText(scenario, path.toLowerCase().endsWith('.json') ? 'json' : 'yaml'))
    this.clean = scenario
    this.file = { name, path }
    this.autosave.touch()
    await this.noteRecent({ path })
    return { name }
  }

  /** Says on the page why saving did not work, where no command of the page waits for the answer. */
  saveFailed(thrown: unknown): void {
    this.notice('error', noteOf(thrown, 'not-saved'))
  }

  /** Writes what the page made to a file the user chooses. @throws ApiError `unavailable` */
  async export(name: string, bytes: Uint8Array): Promise<{ name: string } | null> {
    const path = await this.dialogs().chooseSave(name)
    if (path === null) return null
    await this.write(path, bytes)
    return { name: basename(path) }
  }

  private async write(path: string, content: string | Uint8Array): Promise<void> {
    try {
      await writeAtomically(path, content, this.deps.io)
    } catch (thrown) {
      throw writeFailure(basename(path), thrown)
    }
  }

  /** Tells the pages; kept for the next one where there is none yet. */
  notice(level: 'info' | 'warn' | 'error', about: Note): void {
    this.deps.log(level, about)
    this.send({ kind: 'notice', level, note: about })
  }

  /** Tells the next page that comes: the one that is here is dead. */
  noticeNext(level: 'info' | 'warn' | 'error', about: Note): void {
    this.deps.log(level, about)
    this.waiting.push({ kind: 'notice', level, note: about })
  }

  command(command: MenuCommand): void {
    for (const p of this.pages) p.events.workspace({ kind: 'command', command })
  }

  /** A page is ready; it gets what waited. */
  attend(page: PageLink): void {
    if (this.pages.has(page)) return
    this.pages.add(page)
    page.onClose(() => this.pages.delete(page))
    for (const event of this.waiting.splice(0)) page.events.workspace(event)
  }

  /** Called after every change of the state. */
  onChange(listener: () => void): void {
    this.listeners.add(listener)
  }

  /** Writes what waits to be written, so that a failure that follows loses nothing. */
  flush(): Promise<void> {
    return this.autosave.flush()
  }

  /** The user gives up the changes that are in no file. */
  dropChanges(): void {
    this.clean = this.current
  }

  /**
   * The program ends. Changes that are in no file, and that nobody was asked about, stay on the disk and are offered at
   * the next start.
   * @param keep leaves the scenario even without changes
   */
  async close(keep = this.changed): Promise<void> {
    await this.autosave.end(keep)
  }

  /** Tells the pages and the host that the state has changed. */
  tell(): void {
    const event: WorkspaceEvent = { kind: 'state', state: this.state() }
    for (const p of this.pages) p.events.workspace(event)
    for (const f of this.listeners) f()
  }

  private send(event: WorkspaceEvent): void {
    if (this.pages.size === 0) this.waiting.push(event)
    for (const p of this.pages) p.events.workspace(event)
  }

  private snapshot(): SessionData | null {
    const { current, file } = this
    return (
      current && {
        pid: process.pid,
        name: current.name,
        path: file.path,
        text: scenarioText(current, 'json'),
        changed: this.changed,
        savedAtMs: this.deps.now(),
      }
    )
  }

  /** Says that a file was put aside, and why. */
  corrupt(file: string, keptAs: string, why: string): void {
    const values = { file: basename(file), kept: keptAs, why }
    this.notice(
      'warn',
      note(
        'store-corrupt',
        '{file} could not be read ({why}). Its contents were reset to the defaults; the old file is kept as {kept}.',
        values,
      ),
    )
  }

  private notKept(thrown: unknown): void {
    const why = writeFailure(basename(this.deps.folder), thrown).note
    const text = 'Settings and recent files cannot be saved: {name} was not written: {why}'
    this.notice('warn', note('store-not-written', text, why?.values))
  }

  private autosaveFailed(thrown: unknown): void {
    const why = writeFailure('The autosaved scenario', thrown).note
    const text = 'Autosave failed; save your scenario yourself: {why}'
    this.notice('warn', note('autosave-failed', text, why?.values))
  }
}

/** What a page in any language can show of a failure. */
function noteOf(thrown: unknown, key: string): Note {
  if (thrown instanceof ApiError && thrown.note) return thrown.note
  return note(key, '{why}', { why: thrown instanceof Error ? thrown.message : String(thrown) })
}
