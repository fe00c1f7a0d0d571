import { expect, test } from 'vitest'
import { LOSSES, type Loss } from '../../../electron/contract/comparison'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'

/**
 * MQTT 3.1.1, 4.3: copies that the subscriber gets at QoS 0, 1 and 2, and the packets of the handshakes on both legs. A
 * repeat costs what is sent again: PUBLISH and its answer.
 */
const WANTED: Record<Loss, { copies: [number, number, number]; packets: [number, number, number] }> = {
  none: { copies: [1, 1, 1], packets: [2, 4, 8] },
  // nothing reaches the broker at QoS 0
  publish: { copies: [0, 1, 1], packets: [1, 5, 9] },
  // QoS 1: the repeat is a new message to the broker, which passes it on again
  answer: { copies: [1, 2, 1], packets: [2, 8, 10] },
  'passed-on': { copies: [0, 1, 1], packets: [2, 5, 9] },
  confirmation: { copies: [1, 2, 1], packets: [2, 6, 10] },
}

test.each(LOSSES)('one message at each QoS, lost: %s', async (loss) => {
  const service = new LessonService()
  const { runs } = await service.compare(loss)
  expect(runs.map((r) => r.qos)).toEqual([0, 1, 2])
  expect(runs.map((r) => r.totals.arrived)).toEqual(WANTED[loss].copies)
  expect(runs.map((r) => r.totals.packets)).toEqual(WANTED[loss].packets)
  // the ledger says the same of the same runs
  expect(runs.map((r) => r.totals.lost)).toEqual(WANTED[loss].copies.map((n) => (n === 0 ? 1 : 0)))
  expect(runs.map((r) => r.totals.duplicated)).toEqual(WANTED[loss].copies.map((n) => Math.max(0, n - 1)))
  const confirmed = loss === 'answer' || loss === 'confirmation'
  const type = confirmed ? [undefined, 'PUBACK', 'PUBREC'] : Array<string>(3).fill('PUBLISH')
  expect(runs.map((r) => r.lost?.type)).toEqual(loss === 'none' ? Array(3).fill(undefined) : type)
  await service.close()
})

test('the same comparison asked for twice at once is run once', async () => {
  const service = new LessonService()
  const both = await Promise.all([service.compare('none'), service.compare('none')])
  expect(both[0]).toBe(both[1])
  await service.close()
})
