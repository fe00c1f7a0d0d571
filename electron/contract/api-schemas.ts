import { z } from 'zod'
import type { EngineApi } from './api'
import { experimentSchema } from './experiment'
import { linkSchema } from './link-config'
import { LOAD_FILE_FORMATS, runIdSchema } from './load'
import { loadSchema } from './load-config'
import { PACKET_TYPES } from './packet'
import { printable } from './printable'
import { groupSchema } from './scenario'
import { isValidFilter, isValidTopic } from './topics'
import { workspaceSchemas } from './workspace'

const empty = z.strictObject({})
const direction = z.enum(['uplink', 'downlink'])
const clientId = z.string().min(1).max(65_535)
const groupName = z.string().min(1).max(64)
const filter = z.string().max(2000)
const seq = z.int().min(1)
/** Shown as it is read: `x\u202egpj.exe` must not look like `xexe.jpg`. */
const fileName = z.string().max(255).transform(printable)
const lessonId = z.string().min(1).max(40)
const viewerId = z.string().min(1).max(40)
const target = z.union([z.literal('all'), z.strictObject({ group: groupName }), z.strictObject({ clientId })])

/**
 * Accepts what the schema accepts and hands on the spelling that was sent: the engine merges, then parses.
 * What is wrong is told field by field, as the schema itself would.
 */
const spelled = <S extends z.ZodType>(schema: S) =>
  z.custom<z.input<S>>().superRefine((value, ctx) => {
    const parsed = schema.safeParse(value, { reportInput: true })
    if (parsed.success) return
    for (const { path, message, input } of parsed.error.issues) {
      ctx.addIssue({ code: 'custom', path: [...path], message, input })
    }
  })

const groupPatch = z.strictObject(
  Object.fromEntries(Object.entries(groupSchema.shape).map(([k, s]) => [k, spelled(s).optional()])),
)

/** Arguments of every command; each is parsed on arrival, since a WebSocket can send anything. */
export const commandSchemas = {
  hello: z.strictObject({ contract: z.int() }),
  control: z.strictObject({ action: z.enum(['run', 'pause', 'stop', 'restart']) }),
  setSpeed: z.strictObject({ speed: z.number().min(0.01).max(100) }),
  getScenario: empty,
  openScenario: z.strictObject({ text: z.string().max(4_194_304), name: fileName }),
  allowHost: z.strictObject({ host: z.string().min(1).max(255) }),
  scenarioText: z.strictObject({ format: z.enum(['yaml', 'json']) }),
  addGroup: z.strictObject({ group: spelled(groupSchema) }),
  updateGroup: z.strictObject({ name: groupName, patch: groupPatch }),
  removeGroup: z.strictObject({ name: groupName }),
  setLink: z.strictObject({ target, patch: spelled(linkSchema) }),
  setLoss: z.strictObject({ p: z.number().min(0).max(1) }),
  listDevices: z.strictObject({
    group: groupName.optional(),
    search: z.string().max(256).optional(),
    offset: z.int().min(0),
    limit: z.int().min(1).max(500),
  }),
  getDevice: z.strictObject({ clientId }),
  dropNext: z.strictObject({ clientId, direction, type: z.enum(PACKET_TYPES) }),
  cut: z.strictObject({ clientId }),
  publish: z.strictObject({
    topic: z.string().refine(isValidTopic, { error: 'expected a topic name without + or #' }),
    payload: z.string().max(1_048_576),
    qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    retain: z.boolean(),
  }),
  watchPackets: z.strictObject({ filter, tail: z.int().min(0).max(2000) }),
  unwatchPackets: empty,
  queryPackets: z.strictObject({
    filter,
    before: seq.optional(),
    after: z.int().min(0).optional(),
    limit: z.int().min(1).max(2000),
  }),
  getRing: z.strictObject({ parts: z.int().min(1).max(2000) }),
  getPacket: z.strictObject({ seq }),
  clearCapture: empty,
  exportPcapng: z.strictObject({ filter }),
  setGate: z.strictObject({ target, on: z.boolean() }),
  decide: z.strictObject({ seq, action: z.enum(['deliver', 'drop']) }),
  deliverAll: empty,
  watchTopics: z.strictObject({
    open: z.array(z.string().max(65_535)).max(5000),
    search: z.string().max(256),
    filter: z
      .string()
      .max(1024)
      .refine((f) => f === '' || isValidFilter(f), {
        error: 'expected a topic filter: + must occupy an entire level, # only the last',
      }),
    offset: z.int().min(0),
    limit: z.int().min(1).max(500),
  }),
  unwatchTopics: empty,
  getTopic: z.strictObject({ topic: z.string().min(1).max(65_535) }),
  clearRetained: z.strictObject({ topic: z.string().refine(isValidTopic) }),
  getRates: empty,
  startExperiment: z.strictObject({ config: experimentSchema }),
  cancelExperiment: empty,
  getExperiment: empty,
  startLoad: z.strictObject({ config: loadSchema, password: z.string().max(65_535).optional() }),
  stopLoad: empty,
  listLoadRuns: empty,
  getLoadRun: z.strictObject({ runId: runIdSchema }),
  getLoadFile: z.strictObject({ runId: runIdSchema, format: z.enum(LOAD_FILE_FORMATS) }),
  deleteLoadRun: z.strictObject({ runId: runIdSchema }),
  listLessons: empty,
  openLesson: z.strictObject({ text: z.string().max(262_144), name: fileName }),
  runLesson: z.strictObject({ id: lessonId, variant: lessonId }),
  watchLesson: z.strictObject({ id: lessonId }),
  getSharing: empty,
  startSharing: z.strictObject({
    address: z.string().min(2).max(64),
    port: z.int().min(0).max(65_535).optional(),
  }),
  stopSharing: empty,
  renewJoinCode: empty,
  handOver: z.strictObject({ viewer: viewerId }),
  takeBack: empty,
  removeViewer: z.strictObject({ viewer: viewerId }),
  ...workspaceSchemas,
} as const satisfies { [K in keyof EngineApi]: z.ZodType<Parameters<EngineApi[K]>[0]> }

/** Commands that change nothing: the ones a viewer may give. */
export const READ_ONLY_COMMANDS = [
  'hello',
  'getScenario',
  'scenarioText',
  'listDevices',
  'getDevice',
  'watchPackets',
  'unwatchPackets',
  'queryPackets',
  'getRing',
  'getPacket',
  'exportPcapng',
  'watchTopics',
  'unwatchTopics',
  'getTopic',
  'getRates',
  'getExperiment',
  'listLoadRuns',
  'getLoadRun',
  'getLoadFile',
  'listLessons',
  'watchLesson',
] as const satisfies (keyof EngineApi)[]

/**
 * What is handed over with the controls, besides looking: the run, the fleet and its links. Not files, load tests,
 * experiments, lessons and sharing: they reach beyond the session, to other machines or to the host's own files.
 */
export const DRIVER_COMMANDS = [
  'control',
  'setSpeed',
  'addGroup',
  'updateGroup',
  'removeGroup',
  'setLink',
  'setLoss',
  'dropNext',
  'cut',
  'publish',
  'clearCapture',
  'setGate',
  'decide',
  'deliverAll',
  'clearRetained',
] as const satisfies (keyof EngineApi)[]
