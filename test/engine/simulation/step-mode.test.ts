import { expect, test } from 'vitest'
import type { LedgerRow } from '../../../electron/contract/model'
import type { QoS } from '../../../electron/contract/packet'
import { Type } from '../../../electron/engine/mqtt/packet'
import type { PacketTransit } from '../../../electron/engine/mqtt/transit'
import { ConnectionTimeouts } from '../../../electron/engine/simulation/broker/connection-timeouts'
import { Tap } from '../../../electron/engine/simulation/broker/tap'
import { createKeepAliveTimer } from '../../../electron/engine/simulation/fleet/keep-alive-timer'
import { Script } from '../../../electron/engine/simulation/script'
import type { Simulation } from '../../../electron/engine/simulation/simulation'
import { ManualClock } from '../../helpers/manual-clock'
import { pair, simulate } from '../../helpers/simulate'

/** Decides about every held packet, the oldest first. */
function step(sim: Simulation, drops: (p: PacketTransit) => boolean): void {
  const decide = (): void => {
    const [first] = sim.gate.held()
    if (!first) return
    if (drops(first)) sim.gate.drop(first.id)
    else sim.gate.deliver(first.id)
    setImmediate(decide)
  }
  sim.gate.onChange((holding) => holding && setImmediate(decide))
}

async function measured(qos: QoS, stepped: boolean, drop: boolean): Promise<LedgerRow | undefined> {
  const input = pair(qos)
  // a second publisher, whose packets are decided about meanwhile
  const other = { name: 'o', id: 'o', publishes: [{ topic: 'other', qos: 1 as const, rate: 100 }] }
  let dropped = !drop
  const { rows } = await simulate(
    { ...input, messages: 3, groups: [...(input.groups ?? []), other] },
    (sim) => {
      if (drop && !stepped) sim.fleet.device('s')?.link.dropNext('downlink', 'PUBLISH')
      if (!stepped) return
      for (const d of sim.fleet.devices()) d.link.setConfig({ ...d.link.config, gate: true })
      step(sim, (p) => {
        if (dropped || p.clientId !== 's' || p.packet.type !== Type.PUBLISH) return false
        dropped = true
        return true
      })
    },
  )
  return rows.find((r) => r.group === 'p')
}

test.each([0, 1, 2] as const)(
  'packets that step mode holds make no latency longer, nor does what it lets pass for others: QoS %i',
  async (qos) => {
    const free = await measured(qos, false, false)
    const stepped = await measured(qos, true, false)
    expect(free?.latencyMs.max).toBeGreaterThanOrEqual(20)
    expect(stepped?.latencyMs.max).toBeCloseTo(free?.latencyMs.max ?? 0, 0)
    expect(stepped?.delivered).toBe(3)
  },
)

test('a message whose PUBLISH was dropped in step mode took its retry timer and the ways that brought it', async () => {
  const free = await measured(1, false, true)
  const stepped = await measured(1, true, true)
  expect(free?.latencyMs.max).toBeGreaterThan(100)
  expect(stepped?.latencyMs.max).toBeCloseTo(free?.latencyMs.max ?? 0, 0)
})

test('what step mode lets pass is no silence of a client', () => {
  const clock = new ManualClock()
  const late: number[] = []
  const timeouts = new ConnectionTimeouts(clock, (read) => read())
  timeouts.keepAlive(4, (limitMs) => void late.push(limitMs))
  clock.advance(3000)
  timeouts.heard()
  clock.skip(60_000)
  clock.advance(5999)
  expect(late).toEqual([])
  clock.advance(2)
  expect(late).toEqual([6000])
})

test('what step mode lets pass brings no PINGREQ nearer', () => {
  const clock = new ManualClock()
  let pings = 0
  let heardMs = 0
  const timer = createKeepAliveTimer(
    clock,
    () => heardMs,
    () => undefined,
  )
  timer.set(() => pings++, 1000)
  clock.advance(500)
  heardMs = clock.now() - clock.skippedMs()
  clock.skip(60_000)
  clock.advance(999)
  expect(pings).toBe(0)
  clock.advance(1)
  expect(pings).toBe(1)
})

test('a packet outside the simulated links says too what step mode let pass before it', () => {
  const clock = new ManualClock()
  const seen: PacketTransit[] = []
  const observer = {
    entered: (p: PacketTransit) => void seen.push(p),
    settled: () => undefined,
    event: () => undefined,
  }
  const tap = new Tap({ clock, observer, nextTransitId: () => seen.length + 1 }, 'x', 4, () => 1)
  clock.skip(40)
  clock.advance(100)
  tap.sent(Buffer.from([0xd0, 0]), 0)
  expect(seen[0]).toMatchObject({ sentMs: 140, skippedMs: 40, settledMs: 140 })
})

test('a phase ends as much later as step mode lets pass', () => {
  const clock = new ManualClock()
  const stage = { clock, plan: () => undefined } as unknown as ConstructorParameters<typeof Script>[0]
  const script = new Script(stage, () => ({ groups: [], broker: {} }) as never, [
    { name: 'a', for: 1000, steps: [] },
  ])
  script.begin()
  clock.skip(300)
  expect(script.phase).toMatchObject({ name: 'a', endsMs: 1300 })
})
