import { createPinia, setActivePinia } from 'pinia'
import { expect, it, onTestFinished, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { installLink, type EngineLink } from '../../../renderer/api'
import { OPEN_SHOWN_MS, SHOWN_MS } from '../../../renderer/features/share/class-message'
import { useNewest } from '../../../renderer/features/share/use-class-message'
import { usePackets } from '../../../renderer/stores/packets'
import { Simulation } from '../handshakes/simulate'

/** So often it looks, ms: so much later may it say. */
const LOOK_MS = 1000

/** A page that shows message 1, and got message 2 right after it; no packet comes after that. */
async function twoMessages(verdict: 'open' | 'complete') {
  vi.useFakeTimers()
  const scope = effectScope()
  onTestFinished(() => {
    scope.stop()
    vi.useRealTimers()
  })
  const off = () => undefined
  installLink({ on: () => off, onReady: () => off, onPhase: () => off } as unknown as EngineLink)
  setActivePinia(createPinia())
  const packets = usePackets()
  const on = ref(true)
  const newest = scope.run(() => useNewest(() => on.value))!
  const sim = new Simulation()
    .message({ at: 0, qos: 1, packetId: 1 })
    .message({ at: 3000, qos: 1, packetId: 2 })
    .run()
  for (const e of sim.exchanges) if (e.journey === 1) e.verdict = verdict
  const all = sim.batch()
  const come = async (journey: number): Promise<void> => {
    packets.window.append({ ...all, packets: all.packets.filter((p) => p.journey === journey) })
    packets.version += 1
    await nextTick()
    vi.advanceTimersByTime(LOOK_MS)
  }
  await come(1)
  expect(newest()).toBe(1)
  await come(2)
  return { newest, on }
}

it('a message gives way to the newest when its time is over, though no packet comes', async () => {
  const { newest } = await twoMessages('complete')
  vi.advanceTimersByTime(SHOWN_MS - 3 * LOOK_MS)
  expect(newest()).toBe(1)
  vi.advanceTimersByTime(3 * LOOK_MS)
  expect(newest()).toBe(2)
})

it('so does one whose handshake is not complete, later', async () => {
  const { newest } = await twoMessages('open')
  vi.advanceTimersByTime(OPEN_SHOWN_MS - 3 * LOOK_MS)
  expect(newest()).toBe(1)
  vi.advanceTimersByTime(3 * LOOK_MS)
  expect(newest()).toBe(2)
})

it('while the page shows something else, nothing is looked for', async () => {
  const { newest, on } = await twoMessages('complete')
  on.value = false
  await nextTick()
  vi.advanceTimersByTime(10 * SHOWN_MS)
  expect(newest()).toBe(1)
  expect(vi.getTimerCount()).toBe(0)
  on.value = true
  await nextTick()
  expect(newest()).toBe(2)
})
