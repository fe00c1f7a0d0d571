import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { CONTRACT_VERSION, type EngineEvents } from '../electron/contract/api'
import { scenarioSchema, type Scenario } from '../electron/contract/scenario'
import { parseScenario } from '../electron/contract/scenario-file'
import type { VoteState } from '../electron/contract/vote'
import { createEngine } from '../electron/engine/engine'
import { createSharing } from '../electron/web/share/sharing'

/** The teacher's side of `share.ts`, in a process of its own so that its CPU time is its own. */
const DEVICES = 200
const RATE = 5
/** The delay histogram counts its own sampling interval in. */
const SAMPLE_MS = 1

const busy = (): Scenario =>
  scenarioSchema.parse({
    version: 1,
    name: 'busy class',
    broker: { kind: 'embedded', port: 0 },
    link: { loss: 0.05, delay: 20 },
    groups: [
      {
        name: 'sensors',
        count: DEVICES,
        publishes: [{ topic: 'class/{n}', qos: 1, rate: RATE, schedule: 'jittered' }],
      },
      { name: 'dashboard', subscribes: [{ filter: 'class/#', qos: 1 }] },
    ],
  })

const file = process.argv[2]
const scenario = file === undefined ? busy() : parseScenario(readFileSync(file, 'utf8'), file)
const engine = createEngine({ env: {}, version: 'bench', log: () => undefined })
await engine.open(scenario, null)
const sharing = createSharing({
  engine,
  root: join(import.meta.dirname, '../out/renderer'),
  onInternalError: (where, thrown) => {
    throw new Error(`${where} failed`, { cause: thrown })
  },
  limits: { maxViewers: 200 },
})
const state = await sharing.start({ address: '127.0.0.1', port: 0 })

/** A command of the teacher's own page every 20 ms: from when it was due to its answer. */
const HOST_COMMAND_MS = 20
const host = engine.session(
  {
    // Nothing is pushed: the page has not said hello.
    events: {} as never,
    bufferedBytes: () => 0,
    worked: () => undefined,
    onClose: () => undefined,
  },
  { kind: 'web', readOnly: false },
)
let answers: number[] = []
let due = performance.now()
async function askOnTime(): Promise<void> {
  for (;;) {
    due += HOST_COMMAND_MS
    await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())))
    const from = due
    void host.getScenario({}).then(() => answers.push(Math.max(0, performance.now() - from)))
  }
}
void askOnTime()

/** The teacher's page in a vote: it is told of the votes, and steps meanwhile. */
const STEP_MS = 250
const teacher = engine.session(
  {
    events: new Proxy({} as EngineEvents, {
      get: (_events, name) => (e: VoteState) => {
        if (name === 'vote') process.send?.({ votes: e?.votes ?? 0, atMs: Date.now() })
      },
    }),
    bufferedBytes: () => 0,
    worked: () => undefined,
    onClose: () => undefined,
  },
  { kind: 'web', readOnly: false },
)
let stepping: NodeJS.Timeout | undefined
async function vote(): Promise<void> {
  await teacher.hello({ contract: CONTRACT_VERSION })
  await teacher.setGate({ target: 'all', on: true })
  stepping ??= setInterval(() => void teacher.deliverAll({}), STEP_MS)
  const text = (name: string) => ({ en: name, ko: name })
  await teacher.openVote({ question: text('How often?'), answers: [text('once'), text('twice')] })
}

const delay = monitorEventLoopDelay({ resolution: SAMPLE_MS })
delay.enable()
let cpu = process.cpuUsage()
let packets = engine.status().captured.seen

/** Opens a vote, or answers with what was used since it was last asked. */
process.on('message', (message) => {
  if (message === 'vote') {
    void vote()
    return
  }
  const { user, system } = process.cpuUsage(cpu)
  const { captured, lagMs } = engine.status()
  process.send?.({
    cpuMs: (user + system) / 1000,
    loopP99Ms: delay.percentile(99) / 1e6 - SAMPLE_MS,
    packets: captured.seen - packets,
    lagMs,
    heapMb: process.memoryUsage().rss / 1_048_576,
    answers,
  })
  answers = []
  cpu = process.cpuUsage()
  packets = captured.seen
  delay.reset()
})
process.on('disconnect', () => process.exit())
const broker = engine.status().broker.listeners[0]
if (state.on && broker) process.send?.({ url: state.url, code: state.code, broker: broker.url })
