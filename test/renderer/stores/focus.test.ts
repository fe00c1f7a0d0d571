import { describe, expect, test } from 'vitest'
import { focusRecording, FOCUS_CLIENTS } from '../../../renderer/features/handshakes/focus-recording'
import { subjectOf, useFocus } from '../../../renderer/stores/focus'
import { useGate } from '../../../renderer/stores/gate'
import { usePackets } from '../../../renderer/stores/packets'
import { useScenario } from '../../../renderer/stores/scenario'
import { Simulation } from '../handshakes/simulate'
import { connectedStores, eventually } from './harness'

describe('one message', () => {
  test('is shown whole though the filter leaves most of it out', async () => {
    const { link } = await connectedStores()
    const packets = usePackets()
    packets.open('type:PUBACK dir:down')
    await link.api.control({ action: 'run' })
    const row = await eventually(() => {
      const found = packets.rows.find((p) => p.fate === 'delivered')
      if (!found) throw new Error('no PUBACK yet')
      return found
    })
    const focus = useFocus()
    focus.follow()
    focus.open(subjectOf(row))
    await eventually(() => {
      const shown = focusRecording(focus.batch!, '')!.recording
      expect(shown.timeline.packets.map((p) => p.type)).toEqual(expect.arrayContaining(['PUBLISH', 'PUBACK']))
      expect(shown.clients.some((c) => c.publishes)).toBe(true)
      expect(shown.clients.some((c) => c.subscribes)).toBe(true)
    })
  })

  test('has a lane for its publisher and for who has a packet to decide, however many got it', () => {
    const sim = new Simulation().message({ at: 0, qos: 1 }).run()
    const one = sim.batch()
    const leg = one.packets.filter((p) => p.clientId !== one.journeys[0]?.publisher)
    const many = Array.from({ length: 12 }, (_, i) =>
      leg.map((p) => ({
        ...p,
        seq: p.seq + 100 * (i + 1),
        clientId: `s-${i}`,
        fate: i === 11 ? ('held' as const) : p.fate,
      })),
    )
    const { recording, others } = focusRecording({ ...one, packets: [...one.packets, ...many.flat()] }, '')!
    const ids = recording.clients.map((c) => c.clientId)
    expect(ids).toHaveLength(FOCUS_CLIENTS)
    expect(ids).toContain(one.journeys[0]?.publisher)
    expect(ids).toContain('s-11')
    expect(others).toBe(13 + 1 - FOCUS_CLIENTS)
    expect(recording.timeline.packets.every((p) => ids.includes(p.clientId))).toBe(true)
  })
})

describe('step mode', () => {
  test('a packet is decided once however fast the key is hit, and the scenario is not changed by it', async () => {
    const { link, calls } = await connectedStores()
    const gate = useGate()
    const scenario = useScenario()
    const stop = gate.follow()
    await gate.set(true)
    await link.api.control({ action: 'run' })
    await eventually(() => expect(gate.rows.length).toBeGreaterThan(0))
    const { seq } = gate.rows[0]!
    await Promise.all([gate.decide(seq, 'deliver'), gate.decide(seq, 'deliver'), gate.decide(seq, 'deliver')])
    expect(calls.filter((c) => c.command === 'decide')).toHaveLength(1)
    expect(gate.rows.some((p) => p.seq === seq)).toBe(false)
    expect(gate.on).toBe(true)
    expect(scenario.dirty).toBe(false)
    stop()
  })
})
