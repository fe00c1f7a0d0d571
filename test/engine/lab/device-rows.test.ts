import { expect, test } from 'vitest'
import type { PacketRow } from '../../../electron/contract/model'
import { firstSentMs } from '../../../electron/engine/lab/device-rows'

const packet = (type: PacketRow['type'], sentMs: number, skippedMs = 0) => ({ type, sentMs, skippedMs })

test('a packet in flight was sent first when its first attempt was, moved on by what step mode let pass since', () => {
  const own = [packet('PUBLISH', 100, 10), packet('PUBLISH', 300, 50)]
  expect(firstSentMs(100, own, 'PUBLISH', 60)).toBe(150)
  const released = [...own, packet('PUBREC', 320, 50), packet('PUBREL', 330, 50), packet('PUBREL', 500, 60)]
  expect(firstSentMs(100, released, 'PUBREL', 60)).toBe(340)
  expect(firstSentMs(100, released.slice(2), 'PUBREL', 60)).toBe(340)
})

test('a repetition is not taken for it when the capture does not keep the first attempt any more', () => {
  const own = [packet('PUBLISH', 300, 50)]
  expect(firstSentMs(100, own, 'PUBLISH', 60)).toBe(100)
  expect(firstSentMs(100, [packet('PUBREC', 200), ...own], 'PUBLISH', 60)).toBe(100)
  expect(firstSentMs(100, [packet('PUBREL', 500, 60)], 'PUBREL', 60)).toBe(100)
  expect(firstSentMs(100, [], 'PUBLISH', 60)).toBe(100)
})
