import { z } from 'zod'
import type { EngineApi } from './api'
import { LOSSES } from './comparison'
import { deskMessageSchema, testClientSchema } from './desk'
import { experimentSchema } from './experiment'
import { LANGUAGES } from './languages'
import { linkSchema } from './link-config'
import { lossyListenerSchema, MAX_LOSSY_LISTENERS } from './lossy-listener'
import { LOAD_FILE_FORMATS, runIdSchema } from './load'
import { loadSchema } from './load-config'
import { PACKET_TYPES } from './packet'
import { printable } from './printable'
import { SANDBOXES } from './sandboxes'
import { groupSchema, runSchema } from './scenario'
import { isValidFilter, isValidTopic } from './topics'
import { driver, host, viewer, type CommandEntry } from './command-entry'
import { shownSchema } from './shown'
import { VOTE_ANSWERS, voteQuestionSchema } from './vote'
import { workspaceCommands } from './workspace'

const empty = z.strictObject({})
const direction = z.enum(['uplink', 'downlink'])
const clientId = z.string().min(1).max(65_535)
/** Shown as it is read: `x\u202egpj.exe` must not look like `xexe.jpg`. */
const fileName = z.string().max(255).transform(printable)
const groupName = z.string().min(1).max(64)
const filter = z.string().max(2000)
const seq = z.int().min(1)
/** Packets of one answer at most: with all that belongs to them they are encoded within milliseconds. */
const ROWS = 500
/** A part of a file that a page sends. */
const PART_BYTES = 1_048_576
const part = z
  .instanceof(Uint8Array<ArrayBufferLike>)
  .refine((b) => b.length <= PART_BYTES, { error: `expected at most ${PART_BYTES} bytes` })
  // One kind of bytes, whatever a channel makes of them.
  .transform((b) => new Uint8Array(b.buffer, b.byteOffset, b.length))
const lessonId = z.string().min(1).max(40)
const viewerId = z.string().min(1).max(40)
const listenerIndex = z
  .int()
  .min(0)
  .max(MAX_LOSSY_LISTENERS - 1)
const target = z.union([
  z.literal('all'),
  z.strictObject({ group: groupName }),
  z.strictObject({ clientId }),
  z.strictObject({ listener: listenerIndex }),
])

/**
 * Accepts what the schema accepts and hands on the spelling that was sent: the engine merges, then parses.
 * What is wrong is reported field by field, as the schema itself would.
 */
const spelled = <S extends z.ZodType>(schema: S) =>
  z.custom<z.input<S>>().superRefine((value, ctx) => {
    const parsed = schema.safeParse(value, { reportInput: true })
    // whole, with what is wrong in each kind of a union
    for (const issue of parsed.error?.issues ?? []) ctx.issues.push({ ...issue } as z.core.$ZodRawIssue)
  })

const groupPatch = z.strictObject(
  Object.fromEntries(Object.entries(groupSchema.shape).map(([k, s]) => [k, spelled(s).optional()])),
)

/**
 * Every command of the page, one entry each: its arguments (parsed on arrival, since a WebSocket can send anything), who
 * may give it, what it costs, and whether it changes the run. What runs is the method of that name, see `EngineApi`;
 * roles, prices and the order of changes are derived from here.
 */
export const commands = {
  hello: viewer(z.strictObject({ contract: z.int(), language: z.enum(LANGUAGES).optional() })),
  control: driver(z.strictObject({ action: z.enum(['run', 'pause', 'stop', 'restart']) })),
  setSpeed: driver(z.strictObject({ speed: z.number().min(0.01).max(100) })),
  getScenario: viewer(empty),
  openScenario: host(z.strictObject({ text: z.string().max(4_194_304), name: fileName }), {
    change: true,
  }),
  setRun: host(z.strictObject({ run: spelled(runSchema) }), { change: true }),
  allowHost: host(z.strictObject({ host: z.string().min(1).max(255) })),
  scenarioText: viewer(z.strictObject({ format: z.enum(['yaml', 'json']) })),
  addGroup: driver(z.strictObject({ group: spelled(groupSchema) }), { cost: 4 }),
  updateGroup: driver(z.strictObject({ name: groupName, patch: groupPatch })),
  removeGroup: driver(z.strictObject({ name: groupName })),
  setLink: driver(z.strictObject({ target, patch: spelled(linkSchema) })),
  addListener: host(z.strictObject({ listener: spelled(lossyListenerSchema) }), { change: true }),
  removeListener: host(z.strictObject({ index: listenerIndex }), { change: true }),
  setLoss: driver(z.strictObject({ p: z.number().min(0).max(1) })),
  listDevices: viewer(
    z.strictObject({
      group: groupName.optional(),
      search: z.string().max(256).optional(),
      offset: z.int().min(0),
      limit: z.int().min(1).max(500),
    }),
  ),
  getDevice: viewer(z.strictObject({ clientId })),
  dropNext: driver(z.strictObject({ clientId, direction, type: z.enum(PACKET_TYPES) })),
  cut: driver(z.strictObject({ clientId })),
  publish: driver(deskMessageSchema),
  endRepeat: driver(empty),
  setTestClient: driver(z.strictObject({ config: testClientSchema.nullable() })),
  getDesk: viewer(z.strictObject({ after: z.int().min(0) })),
  watchPackets: viewer(z.strictObject({ filter, tail: z.int().min(0).max(ROWS) })),
  unwatchPackets: viewer(empty),
  queryPackets: viewer(
    z.strictObject({
      filter,
      before: seq.optional(),
      after: z.int().min(0).optional(),
      limit: z.int().min(1).max(ROWS),
    }),
  ),
  getRing: viewer(z.strictObject({ parts: z.int().min(1).max(2000) })),
  getPacket: viewer(z.strictObject({ seq })),
  clearCapture: driver(empty),
  exportPcapng: viewer(
    z.strictObject({ filter, run: z.boolean().optional(), from: z.int().min(0).optional() }),
  ),
  exportMessages: viewer(
    z.strictObject({ filter, as: z.enum(['csv', 'jsonl']), from: z.int().min(0).optional() }),
  ),
  openCapture: host(
    z.strictObject({
      name: fileName,
      at: z.int().min(0),
      bytes: part,
      done: z.boolean(),
    }),
    { change: true },
  ),
  closeCapture: host(empty, { change: true }),
  getCaptureReport: viewer(empty, { cost: 4 }),
  setGate: driver(z.strictObject({ target, on: z.boolean() })),
  decide: driver(z.strictObject({ seq, action: z.enum(['deliver', 'drop']) })),
  deliverAll: driver(empty),
  watchTopics: viewer(
    z.strictObject({
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
  ),
  unwatchTopics: viewer(empty),
  getTopic: viewer(z.strictObject({ topic: z.string().min(1).max(65_535) })),
  getMessages: viewer(
    z.strictObject({ topic: z.string().min(1).max(65_535), payloadsAfter: z.int().min(0) }),
  ),
  clearRetained: driver(z.strictObject({ topic: z.string().refine(isValidTopic) })),
  getKept: viewer(z.strictObject({ clients: z.int().min(0).max(50) }), { cost: 4 }),
  getRates: viewer(empty),
  startExperiment: host(z.strictObject({ config: experimentSchema })),
  cancelExperiment: host(empty),
  getExperiment: viewer(empty),
  startLoad: host(z.strictObject({ config: loadSchema, password: z.string().max(65_535).optional() })),
  stopLoad: host(empty),
  listLoadRuns: viewer(empty),
  getLoadRun: viewer(z.strictObject({ runId: runIdSchema }), { cost: 4 }),
  getLoadFile: viewer(z.strictObject({ runId: runIdSchema, format: z.enum(LOAD_FILE_FORMATS) }), {
    cost: 10,
  }),
  deleteLoadRun: host(z.strictObject({ runId: runIdSchema })),
  listLessons: viewer(empty),
  openLesson: host(z.strictObject({ text: z.string().max(262_144), name: fileName })),
  runLesson: host(z.strictObject({ id: lessonId, variant: lessonId })),
  compareQos: host(z.strictObject({ loss: z.enum(LOSSES) })),
  watchLesson: viewer(z.strictObject({ id: lessonId })),
  getLessonRun: viewer(empty, { cost: 4 }),
  showClass: host(shownSchema),
  getSharing: host(empty),
  startSharing: host(
    z.strictObject({
      address: z.string().min(2).max(64),
      port: z.int().min(0).max(65_535).optional(),
    }),
  ),
  stopSharing: host(empty),
  renewJoinCode: host(empty),
  handOver: host(z.strictObject({ viewer: viewerId })),
  takeBack: host(empty),
  removeViewer: host(z.strictObject({ viewer: viewerId })),
  openVote: host(voteQuestionSchema),
  voteAgain: host(empty),
  endVote: host(empty),
  putVoteAway: host(empty),
  castVote: viewer(
    z.strictObject({
      round: z.int().min(1),
      answer: z
        .int()
        .min(0)
        .max(VOTE_ANSWERS.most - 1),
    }),
  ),
  tryLesson: viewer(z.strictObject({ id: lessonId, variant: lessonId }), { cost: 4 }),
  setSandboxes: host(z.strictObject({ most: z.literal(SANDBOXES.choices) })),
  voteResults: host(z.strictObject({ language: z.enum(LANGUAGES) })),
  ...workspaceCommands,
} as const satisfies { [K in keyof EngineApi]: CommandEntry<Parameters<EngineApi[K]>[0]> }

export type Command = keyof EngineApi
export const COMMANDS = Object.keys(commands) as Command[]
