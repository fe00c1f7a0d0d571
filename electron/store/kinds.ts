import { z } from 'zod'
import { savedMessagesSchema, type SavedMessage } from '../contract/desk'
import { DEFAULT_SETTINGS, fileIdSchema, progressSchema, settingsSchema } from '../contract/workspace'
import type { FileKind } from './json-file'

const recentSchema = z.array(
  z.object({
    id: fileIdSchema,
    name: z.string(),
    /** Null for a file that came over a browser; its text then lies in `recent/<id>.txt`. */
    path: z.string().nullable(),
    atMs: z.number(),
  }),
)
export type RecentEntry = z.output<typeof recentSchema>[number]

const sessionSchema = z.object({
  pid: z.int(),
  name: z.string(),
  /** File of the scenario, null when it has none. */
  path: z.string().nullable(),
  /** The scenario as JSON. */
  text: z.string(),
  /** It has changes that are in no file. */
  changed: z.boolean(),
  savedAtMs: z.number(),
})
/** What is kept of a run of the program while it lasts; a file of it that outlives its process tells of a crash. */
export type SessionData = z.output<typeof sessionSchema>

const windowPlaceSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean(),
})
/** Where the window was, in the display's own pixels, and whether it filled it. */
export type WindowPlace = z.output<typeof windowPlaceSchema>

const updatesSchema = z.object({
  lookUp: z.enum(['ask', 'on', 'off']),
  /** Unix ms; null before the first look. */
  lookedAtMs: z.number().nullable(),
  /** What the last look that was answered found. */
  found: z.object({ version: z.string(), url: z.string() }).nullable(),
})
/** Whether newer versions are looked up, and what came of it. */
export type UpdateChoice = z.output<typeof updatesSchema>

/** Whether the user has seen what a first start shows. */
const welcomeSchema = z.object({ seen: z.boolean() })

/** Every file the program keeps for itself, beside the history of load tests. */
export const KINDS = {
  settings: {
    name: 'settings',
    version: 2,
    schema: settingsSchema,
    fallback: DEFAULT_SETTINGS,
    upgrades: [(before) => Object.assign({}, DEFAULT_SETTINGS, before)],
  },
  recent: { name: 'recent', version: 1, schema: recentSchema, fallback: [] },
  progress: { name: 'progress', version: 1, schema: progressSchema, fallback: {} },
  messages: { name: 'messages', version: 1, schema: savedMessagesSchema, fallback: [] },
  welcome: { name: 'welcome', version: 1, schema: welcomeSchema, fallback: { seen: false } },
  window: {
    name: 'window',
    version: 1,
    schema: windowPlaceSchema.nullable(),
    fallback: null,
  },
  updates: {
    name: 'updates',
    version: 1,
    schema: updatesSchema,
    fallback: { lookUp: 'ask', lookedAtMs: null, found: null },
  },
} satisfies {
  settings: FileKind<z.output<typeof settingsSchema>>
  recent: FileKind<RecentEntry[]>
  progress: FileKind<z.output<typeof progressSchema>>
  messages: FileKind<SavedMessage[]>
  welcome: FileKind<z.output<typeof welcomeSchema>>
  window: FileKind<WindowPlace | null>
  updates: FileKind<UpdateChoice>
}

/** The file of one run of the program. */
export const sessionKind = (id: string): FileKind<SessionData | null> => ({
  name: id,
  version: 1,
  schema: sessionSchema,
  fallback: null,
})
