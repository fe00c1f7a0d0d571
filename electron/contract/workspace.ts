import { z } from 'zod'
import { host, type CommandEntry } from './command-entry'
import { savedMessagesSchema, type SavedMessage } from './desk'
import { LANGUAGES } from './languages'
import type { Note } from './model'
import type { Scenario } from './scenario'

/** What the user chose about the page itself. */
export const settingsSchema = z.strictObject({
  /** `system`: the language of the computer where the page knows it, else English. */
  language: z.enum(['system', ...LANGUAGES]),
  /** `system`: dark when the computer is. */
  theme: z.enum(['system', 'dark', 'light']),
  /** A layout for the back row, with type of its own. */
  projector: z.boolean(),
  /** Type elsewhere: 16, 18 or 20 px. */
  textSize: z.enum(['normal', 'large', 'largest']),
  /** class: without load tests, experiments and figures of the program itself. */
  profile: z.enum(['class', 'everything']),
})
export type Settings = z.output<typeof settingsSchema>

export const DEFAULT_SETTINGS: Settings = {
  language: 'system',
  theme: 'system',
  projector: false,
  textSize: 'normal',
  profile: 'everything',
}

/** Identifies a file the host knows of; the page never names a path. */
export const fileIdSchema = z.string().regex(/^[a-z0-9-]{1,40}$/)
const lessonIdSchema = z.string().min(1).max(64)

/** Variants that were brought to their verdict, by lesson. */
export const progressSchema = z.record(lessonIdSchema, z.array(lessonIdSchema).max(100))
export type LessonProgress = z.output<typeof progressSchema>

/** A scenario file that was open not long ago, the latest first. */
export interface RecentFile {
  id: string
  name: string
  /** Folder it lies in; null when it came over a browser and a copy is kept. */
  folder: string | null
  /** Unix ms. */
  atMs: number
}

/** The scenario of a run of the program that did not end properly. */
export interface RecoveredScenario {
  name: string
  /** Name of its file, null when it never had one. */
  file: string | null
  /** Unix ms. */
  savedAtMs: number
  /** It had changes that are in no file. */
  changed: boolean
}

export interface NewerVersion {
  /** e.g. 1.2.3 */
  version: string
  /** Page of the release. */
  url: string
}

/** Looking for newer versions of the program. */
export interface UpdateState {
  /** `ask`: the user has not said yet; nothing is looked up then. */
  lookUp: 'ask' | 'on' | 'off'
  /** Whom the program asks. */
  host: string
  newer: NewerVersion | null
}

/** What the host keeps for its user. */
export interface WorkspaceState {
  settings: Settings
  /** Settings were kept before; false the first time, when a page may hand over its browser's. */
  kept: boolean
  /** A first start: three devices run in slow motion, and the page says what to look at. */
  welcome: boolean
  recent: RecentFile[]
  progress: LessonProgress
  /** Messages kept to be published again. */
  messages: SavedMessage[]
  /** Folder in which all of this is kept. */
  folder: string
  recovered: RecoveredScenario | null
  /** native: files are opened and saved by the host; browser: by the page. */
  files: 'native' | 'browser'
  /** Null where nothing is looked up: in a browser, where it is forbidden, or where no place is known. */
  updates: UpdateState | null
}

/** Commands of the page that the application menu may give too, each by the id it has on the page. */
export const MENU_COMMANDS = [
  'new',
  'open',
  'gallery',
  'save',
  'save-as',
  'save-json',
  'export-pcapng',
  'open-capture',
  'keep-run',
  'share-moment',
  'undo',
  'redo',
  'go-lab',
  'go-handshakes',
  'go-traffic',
  'go-experiments',
  'go-load',
  'go-lessons',
  'projector',
  'settings',
  'run',
  'step',
  'stop',
  'restart',
  'palette',
  'shortcuts',
  'documentation',
  'about',
] as const
export type MenuCommand = (typeof MENU_COMMANDS)[number]

/** What the host tells a page. */
export type WorkspaceEvent =
  | { kind: 'state'; state: WorkspaceState }
  /** Something the user has to know, once. */
  | { kind: 'notice'; level: 'info' | 'warn' | 'error'; note: Note }
  /** A file was given to the program; the page asks about unsaved changes, then opens it. */
  | { kind: 'offer'; id: string; name: string }
  | { kind: 'command'; command: MenuCommand }

/** Versions and licences, for the window that says what this is. */
export interface About {
  version: string
  /** e.g. Electron 45.4.1, Node.js 20.19.0 */
  runtime: { name: string; version: string }[]
  licence: string
  /** Packages the program is made of, by licence; empty when the list was not built. */
  packages: { licence: string; names: string[] }[]
}

type None = Record<string, never>

/** Commands that concern the user's own files and settings. They belong to the host's own page, never to a viewer. */
export interface WorkspaceApi {
  /** Also hands over what waits for a page: notices, and files that were given at the start. */
  getWorkspace(a: None): Promise<WorkspaceState>
  setSettings(a: { patch: Partial<Settings> }): Promise<Settings>
  markLesson(a: { lesson: string; variant: string }): Promise<LessonProgress>
  /** Keeps these messages, and no others, for the publish desk. */
  saveMessages(a: { messages: SavedMessage[] }): Promise<void>
  /** Forgets what was brought to its verdict, for the next class. */
  clearProgress(a: None): Promise<LessonProgress>
  /** What a first start shows was put away and does not come back. */
  endWelcome(a: None): Promise<void>
  /** An empty scenario without a file. */
  newScenario(a: None): Promise<Scenario>
  openRecent(a: { id: string }): Promise<Scenario>
  clearRecent(a: None): Promise<void>
  /** Opens a file that was offered. */
  openOffered(a: { id: string }): Promise<Scenario>
  /** Asks the user for a file, which is then offered. Rejects with `unavailable` where the browser does that. */
  chooseFile(a: None): Promise<void>
  /** Writes the open scenario to its file, or to one the user chooses; null when the user chose none. */
  saveScenario(a: { as: boolean; format: 'yaml' | 'json' }): Promise<{ name: string } | null>
  /** Writes bytes to a file the user chooses; null when the user chose none. */
  saveFile(a: { name: string; bytes: Uint8Array }): Promise<{ name: string } | null>
  /** Opens what a crash left, or lets it go. Rejects with `not-found` when another page has decided. */
  settleRecovery(a: { action: 'restore' | 'discard' }): Promise<void>
  getAbout(a: None): Promise<About>
  /** Has newer versions looked up, or not. Rejects with `unavailable` where that is not done. */
  chooseUpdates(a: { on: boolean }): Promise<void>
  /** Shows the newer version's page in the user's browser. */
  openNewer(a: None): Promise<void>
}

const none = z.strictObject({})

/** Longest file the page may have the host write, in bytes. */
const MAX_FILE_BYTES = 536_870_912

/** The commands above: the host's alone. */
export const workspaceCommands = {
  getWorkspace: host(none),
  setSettings: host(z.strictObject({ patch: settingsSchema.partial() })),
  markLesson: host(z.strictObject({ lesson: lessonIdSchema, variant: lessonIdSchema })),
  saveMessages: host(z.strictObject({ messages: savedMessagesSchema })),
  clearProgress: host(none),
  endWelcome: host(none),
  newScenario: host(none),
  openRecent: host(z.strictObject({ id: fileIdSchema })),
  clearRecent: host(none),
  openOffered: host(z.strictObject({ id: fileIdSchema })),
  chooseFile: host(none),
  saveScenario: host(z.strictObject({ as: z.boolean(), format: z.enum(['yaml', 'json']) })),
  saveFile: host(
    z.strictObject({
      name: z
        .string()
        .min(1)
        .max(255)
        .refine((n) => !/[/\\\0]/.test(n), { error: 'expected a file name without a folder' }),
      bytes: z
        .instanceof(Uint8Array)
        .refine((b) => b.byteLength <= MAX_FILE_BYTES)
        // Node's Buffer is one too; whoever gets it shall see no difference.
        .transform((b) => new Uint8Array(b.buffer, b.byteOffset, b.byteLength)),
    }),
  ),
  settleRecovery: host(z.strictObject({ action: z.enum(['restore', 'discard']) })),
  getAbout: host(none),
  chooseUpdates: host(z.strictObject({ on: z.boolean() })),
  openNewer: host(none),
} as const satisfies { [K in keyof WorkspaceApi]: CommandEntry<Parameters<WorkspaceApi[K]>[0]> }

/** Commands that are answered once a person has closed a dialog, be it after hours. */
export const WAITS_FOR_PERSON = [
  'chooseFile',
  'saveScenario',
  'saveFile',
] as const satisfies (keyof WorkspaceApi)[]
