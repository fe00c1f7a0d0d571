import { PACKET_TYPES, type QoS } from '../../electron/contract/packet'
import type { LedgerRow, PacketBatch } from '../../electron/contract/model'

import type { PacketTransit } from '../../electron/engine/mqtt/transit'
import { createCapture } from '../../electron/engine/observe/capture/capture'
import { FleetLedger } from '../../electron/engine/observe/ledger/fleet-ledger'
import { createSimulation, type Simulation } from '../../electron/engine/simulation/simulation'
import { scenarioOf } from './lab-run'

/** One publisher `p` and one subscriber `s` with sessions that last, far enough apart to tell a repetition from an answer. */
export const pair = (qos: QoS, messages = 1): Parameters<typeof scenarioOf>[0] => ({
  messages,
  link: { kind: 'radio', delay: 10, recovery: { timeout: 100 } },
  groups: [
    { name: 'p', id: 'p', clean: false, publishes: [{ topic: 't', qos, rate: 10 }] },
    { name: 's', id: 's', clean: false, subscribes: [{ filter: 't', qos }] },
  ],
})

export interface SimulationRecord {
  /** The ledger's rows at the end. */
  rows: LedgerRow[]
  /** Handshake packets of a client in the order of sending, such as `> PUBLISH dup` or `< PUBACK lost`. */
  story(clientId: string): string[]
  /** All that the capture has of the run, up to its end. */
  batch: PacketBatch
  /** Messages that each device's application was handed. */
  received: Map<string, number>
}

const HANDSHAKE = new Set(['PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'])

function tell(p: PacketTransit): string[] {
  const type = PACKET_TYPES[p.packet.type] ?? ''
  if (!HANDSHAKE.has(type)) return []
  const dup = type === 'PUBLISH' && p.packet.dup ? ' dup' : ''
  return [`${p.direction === 'uplink' ? '>' : '<'} ${type}${dup}${p.state === 'lost' ? ' lost' : ''}`]
}

/** Runs a scenario until it is quiet. @param fault what befalls it; called when all devices are ready to publish */
export async function simulate(
  input: Parameters<typeof scenarioOf>[0],
  fault: (sim: Simulation) => void = () => undefined,
): Promise<SimulationRecord> {
  const sim = createSimulation({ scenario: scenarioOf(input) })
  const ledger = new FleetLedger(sim.fleet, sim.scenario.groups, sim.clock)
  const transits: PacketTransit[] = []
  const capture = createCapture({ clock: sim.clock, packets: 5000, bytes: 1 << 20 })
  sim.observe({ links: capture, listeners: capture, routes: capture })
  const received = new Map<string, number>()
  sim.observe({
    fleet: { received: ({ subscriber: s }) => received.set(s, (received.get(s) ?? 0) + 1) },
  })
  sim.observe({ links: ledger, routes: ledger, fleet: ledger })
  sim.observe({ links: { entered: (p) => transits.push(p) } })
  try {
    await sim.start()
    await sim.connect()
    fault(sim)
    sim.fleet.startPublishing()
    if (!(await sim.untilQuiet())) throw new Error('it never fell quiet')
    const story = (clientId: string) => transits.filter((p) => p.clientId === clientId).flatMap(tell)
    return { rows: ledger.finalRows(), received, story, batch: capture.query({ filter: '', limit: 5000 }) }
  } finally {
    await sim.close()
  }
}
