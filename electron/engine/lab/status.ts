import { performance } from 'node:perf_hooks'
import type { BrokerStatus, EngineStatus, GroupStats } from '../../contract/model'
import type { Lab } from './lab'
import type { LoopDelayMeter } from '../observe/meters'

const DOWN: BrokerStatus = { kind: 'embedded', state: 'down', listeners: [], url: null, note: null }

/** The engine's state as every page sees it. */
export function statusOf(
  lab: Lab,
  more: { file: string | null; revision: number; loopDelay: LoopDelayMeter },
): EngineStatus {
  const { clock, scenario } = lab
  const { capture } = lab.observation
  let connected = 0
  for (const d of lab.fleet.devices()) if (d.connected) connected++
  const broker =
    lab.state === 'stopped'
      ? { ...DOWN, kind: scenario.broker.kind }
      : { ...lab.broker.status(), lossy: lab.guests.listeners() }
  return {
    run: lab.state,
    nowMs: clock.now(),
    epochMs: clock.epochMs,
    speed: Number.isFinite(clock.speed) ? clock.speed : 0,
    lagMs: clock.lagMs(),
    phase: lab.phase,
    held: lab.gate.held().length,
    broker,
    devices: { total: lab.fleet.size, connected },
    externalClients: lab.externalClients().length,
    messagesPerSecond: lab.messagesPerSecond(),
    packetsPerSecond: lab.observation.packets.totalPerSecond,
    lostPackets: lab.observation.counts.lostTotal,
    captured: { seen: capture.seen, kept: capture.kept },
    recording: null,
    loopDelayP99Ms: more.loopDelay.p99Ms(performance.now()),
    scenario: { name: scenario.name, seed: scenario.seed, revision: more.revision, file: more.file },
  }
}

/** One entry per group, publishing or not. */
export function groupStats(lab: Lab): GroupStats[] {
  const rows = new Map(lab.ledger.rows().map((r) => [r.group, r]))
  const latencyMs = { p50: null, p95: null, p99: null, max: null }
  const of = (name: string) => {
    const devices = lab.fleet.groupDevices(name)
    return { devices: devices.length, connected: devices.filter((d) => d.connected).length }
  }
  return lab.scenario.groups.map((g) => ({
    name: g.name,
    ...of(g.name),
    messagesPerSecond: lab.observation.groupMessages.rate(g.name),
    ledger: rows.get(g.name) ?? {
      group: g.name,
      qos: 0,
      offered: 0,
      expected: 0,
      delivered: 0,
      lost: 0,
      inFlight: 0,
      duplicated: 0,
      outOfOrder: 0,
      latencyMs,
    },
  }))
}

/** What goes with a run that is given up. */
export function lossOf(lab: Lab): { packets: number; clients: number } {
  let devices = 0
  for (const d of lab.fleet.devices()) if (d.connected) devices++
  return { packets: lab.observation.capture.kept, clients: devices + lab.externalClients().length }
}
