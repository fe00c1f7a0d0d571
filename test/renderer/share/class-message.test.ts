import { expect, it } from 'vitest'
import { messageOfClass, OPEN_SHOWN_MS, SHOWN_MS } from '../../../renderer/features/share/class-message'
import { PacketWindow } from '../../../renderer/stores/packet-window'
import { Simulation } from '../handshakes/simulate'

function windowOf(sim: Simulation): PacketWindow {
  const window = new PacketWindow()
  window.append(sim.run().batch())
  return window
}
const two = (): Simulation =>
  new Simulation().message({ at: 0, qos: 1, packetId: 1 }).message({ at: 3000, qos: 1, packetId: 2 })

it('phones show the newest message, and the one before for as long as it takes to read it', () => {
  const window = windowOf(two())
  expect(messageOfClass(window, null)).toBe(2)
  expect(messageOfClass(window, { journey: 1, forMs: SHOWN_MS - 1 })).toBe(1)
  expect(messageOfClass(window, { journey: 1, forMs: SHOWN_MS })).toBe(2)
})

it('a message whose handshake is not complete stays longer, but not for ever', () => {
  const sim = two().run()
  for (const e of sim.exchanges) if (e.journey === 1) e.verdict = 'open'
  const window = windowOf(sim)
  expect(messageOfClass(window, { journey: 1, forMs: SHOWN_MS })).toBe(1)
  expect(messageOfClass(window, { journey: 1, forMs: OPEN_SHOWN_MS })).toBe(2)
})

it('a message of an earlier run does not stay, and without packets there is none', () => {
  expect(messageOfClass(windowOf(two()), { journey: 77, forMs: 0 })).toBe(2)
  expect(messageOfClass(new PacketWindow(), null)).toBeNull()
})
