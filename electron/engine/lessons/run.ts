import { LONGEST_RUN_MS } from '../../contract/lesson'
import type { LedgerRow, PacketBatch } from '../../contract/model'
import { createCapture } from '../observe/capture/capture'
import { FleetLedger } from '../observe/ledger/fleet-ledger'
import type { PacedClock } from '../simulation/clock/clock'
import { createSimulation, SimulationError, type Simulation } from '../simulation/simulation'
import { linkWithDrops, type RunPlan } from './plan'

/** Clock ms between two looks at whether all are ready, or all is over. */
const LOOK_MS = 50
/** Quiet looks in a row after which nothing more will happen. */
const QUIET_LOOKS = 4
const PACKETS = 5000
const PACKET_BYTES = 1_048_576

/** What a run leaves behind. */
export interface LessonRecord {
  ledger: LedgerRow[]
  /** Messages each device's application was handed. */
  received: Map<string, number>
  /** Packets that match a filter, with what belongs to them. @throws FilterError */
  packets(filter: string): PacketBatch
  durationMs: number
}

/** How a run is to be made. */
export interface RunWay {
  /** Ends it. */
  signal: AbortSignal
  /** Takes the run's clock in where it is to run by turns with others; what it gives is called at the end. */
  join?: (clock: PacedClock) => () => void
}

/**
 * Runs a lesson to its end in a simulation of its own, and lets `conclude` look at what happened before connections are
 * closed. No listener is open, and nothing of the open scenario is touched.
 * @throws SimulationError when something inside failed or the signal aborts
 */
export async function runLesson<T>(
  plan: RunPlan,
  { signal, join }: RunWay,
  conclude: (record: LessonRecord) => T,
): Promise<T> {
  const { scenario } = plan
  const sim = createSimulation({ scenario })
  const ledger = new FleetLedger(sim.fleet, scenario.groups, sim.clock)
  const capture = createCapture({ clock: sim.clock, packets: PACKETS, bytes: PACKET_BYTES })
  const received = new Map<string, number>()
  sim.observe({ links: capture, routes: capture })
  sim.observe({ links: ledger, routes: ledger, fleet: ledger })
  sim.observe({
    fleet: { received: ({ subscriber }) => received.set(subscriber, (received.get(subscriber) ?? 0) + 1) },
  })
  const leave = join?.(sim.clock)
  try {
    await sim.start()
    await play(sim, plan, signal)
    if (signal.aborted) throw new SimulationError(`${scenario.name}: it took too long and was stopped`)
    return conclude({
      ledger: ledger.finalRows(),
      received,
      packets: (filter) => capture.query({ filter, limit: PACKETS }),
      durationMs: sim.clock.now(),
    })
  } finally {
    leave?.()
    await sim.close()
  }
}

/** All who are to be there come; then the script begins. */
async function play(
  sim: Simulation,
  { steps, drop, lasts, ends }: RunPlan,
  signal: AbortSignal,
): Promise<void> {
  const script = sim.script(steps, () => sim.scenario)
  const devices = [...sim.fleet.devices()]
  for (const d of devices) d.link.setConfig(linkWithDrops(d.link.config, d.clientId, drop))
  const early = devices.filter((d) => !script.late.has(d.spec.group.name))
  const looks = { everyMs: LOOK_MS, signal }
  if (!(await sim.connect({ devices: early, ...looks, patienceMs: LONGEST_RUN_MS }))) return
  sim.fleet.startPublishing(script.waiting)
  script.begin()
  // There is no quiet before it.
  if (lasts !== undefined) sim.plan([{ atMs: lasts, run: () => undefined }])
  const patienceMs = Math.min(ends ?? Infinity, LONGEST_RUN_MS - sim.clock.now())
  await sim.untilQuiet({ ...looks, looks: QUIET_LOOKS, patienceMs })
}
