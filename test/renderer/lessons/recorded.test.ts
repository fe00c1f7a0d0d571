import { expect, test } from 'vitest'
import type { LessonOutcome } from '../../../electron/contract/lesson-run'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { fromFirstPacket, lanesOf } from '../../../renderer/features/replay/recorded'
import { becauseText, fillHeadline, unsentText } from '../../../renderer/features/lessons/verdict-text'

const service = new LessonService()
const said = (key: string, values: Record<string, unknown> = {}): string =>
  `${key} ${String(values['packet'])} ${String(values['subject'])}`
const ms = (n: number): string => `${n} ms`

async function run(id: string, variant: string): Promise<LessonOutcome> {
  return await service.run(id, variant)
}

test('time counts from the first packet, and nothing lies before it', async () => {
  const { timeline } = await run('sessions', 'persistent')
  const o = { timeline: { ...timeline, packets: timeline.packets.filter((p) => !p.type.startsWith('CON')) } }
  const first = o.timeline.packets[0]?.sentMs ?? 0
  expect(first).toBeGreaterThan(0)
  const shown = fromFirstPacket(o.timeline)
  expect(Math.min(...shown.packets.map((p) => p.sentMs))).toBe(0)
  expect(shown.packets.map((p) => p.sentMs)).toEqual(o.timeline.packets.map((p) => p.sentMs - first))
  expect(shown.marks.map((m) => m.kind)).toContain('cut')
  expect(shown.marks.every((m) => m.atMs >= 0)).toBe(true)
  expect(fromFirstPacket({ ...o.timeline, packets: [], marks: [] }).packets).toEqual([])
})

test('a CONNECT that is drawn has no mark of its own', async () => {
  const o = await run('retained-and-will', 'will')
  expect(o.timeline.marks.some((m) => m.kind === 'connect')).toBe(true)
  expect(fromFirstPacket(o.timeline).marks.map((m) => m.kind)).not.toContain('connect')
})

test('every device has a lane, publishers left of the broker, whether it got packets or not', async () => {
  const o = await run('publish-subscribe', 'one-topic')
  expect(lanesOf(o.clients).map((l) => [l.clientId, l.side])).toEqual([
    ['sensor-1', 'left'],
    [null, 'broker'],
    ['dashboard', 'right'],
    ['phone', 'right'],
    ['door-lamp', 'right'],
  ])
})

test('the verdict names the packet, whatever came of it', async () => {
  expect(becauseText(await run('qos-1-lost-puback', 'puback'), said)).toBe(
    'lessons.because.lost PUBACK #1 PUBACK #1이',
  )
  expect(becauseText(await run('qos-2', 'pubrel'), said)).toBe('lessons.because.lost PUBREL #1 PUBREL #1이')
  expect(becauseText(await run('qos-1-cut', 'publish'), said)).toMatch(/^lessons\.because\.cut PUBLISH #1/)
  expect(becauseText(await run('qos-1-cut', 'puback'), said)).toMatch(/^lessons\.because\.cut PUBACK #1/)
  // nothing was cut: the connection was dead, and nobody knew
  expect(becauseText(await run('keep-alive', 'four-seconds'), said)).toMatch(
    /^lessons\.because\.dead PUBLISH #1/,
  )
  expect(becauseText(await run('keep-alive', 'off'), said)).toMatch(/^lessons\.because\.dead PUBLISH #1/)
  expect(becauseText(await run('qos-0', 'to-broker'), said)).toBe('lessons.because.lost PUBLISH PUBLISH가')
  expect(becauseText(await run('radio-or-tcp', 'tcp'), said)).toMatch(/^lessons\.because\.segment/)
  expect(becauseText(await run('radio-or-tcp', 'cut'), said)).toMatch(/^lessons\.because\.cut/)
  expect(becauseText(await run('publish-subscribe', 'one-topic'), said)).toBeNull()
})

test('a message that never came to be sent is explained too', async () => {
  const cut = await run('radio-or-tcp', 'cut')
  // two lost: one with the connection, one for want of a connection
  expect(cut.totals).toMatchObject({ offered: 2, lost: 2, unsent: 1 })
  expect(unsentText(cut, (key, values) => `${key} ${String(values?.['n'])}`)).toBe('lessons.because.unsent 1')
  for (const [id, variant] of [
    ['qos-0', 'to-broker'],
    ['sessions', 'clean'],
    ['qos-2', 'pubrel'],
    ['retained-and-will', 'will'],
  ] as const)
    expect(unsentText(await run(id, variant), said), id).toBeNull()
})

test('a headline takes its numbers from the run', async () => {
  const o = await run('radio-or-tcp', 'tcp')
  expect(fillHeadline('{lost}/{offered}, {latency}, {received.dashboard}, {received.nobody}', o, ms)).toBe(
    '0/2, 260 ms, 2, 0',
  )
  expect(fillHeadline('{unknown} stays', o, ms)).toBe('{unknown} stays')
})
