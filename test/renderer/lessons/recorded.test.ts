import { expect, test } from 'vitest'
import type { LessonOutcome } from '../../../electron/contract/lesson-run'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { fitPicture } from '../../../renderer/canvas/sequence/fit'
import { flat, overlaps } from '../../../renderer/canvas/sequence/boxes'
import { narrateRun } from '../../../renderer/canvas/sequence/narration/narrate'
import { takenIn } from '../../../renderer/canvas/sequence/taken-in'
import { textWidth } from '../../../renderer/canvas/text-width'
import { fromFirstPacket, fromStart, lanesOf, segmentNotes } from '../../../renderer/features/replay/recorded'
import { fateText, fillHeadline, unsentText } from '../../../renderer/features/lessons/verdict-text'
import type { Texts } from '../../../renderer/i18n/define'
import { messages } from '../../../renderer/i18n/messages'
import { words } from '../handshakes/words'

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
  expect(fateText(await run('qos-1-lost-puback', 'puback'), said, 'en')).toBe(
    'lessons.fate.lost PUBACK #1 PUBACK #1이',
  )
  expect(fateText(await run('qos-2', 'pubrel'), said, 'en')).toBe('lessons.fate.lost PUBREL #1 PUBREL #1이')
  expect(fateText(await run('qos-1-cut', 'publish'), said, 'en')).toMatch(/^lessons\.fate\.cut PUBLISH #1/)
  expect(fateText(await run('qos-1-cut', 'puback'), said, 'en')).toMatch(/^lessons\.fate\.cut PUBACK #1/)
  // nothing was cut: the connection was dead, and nobody knew
  expect(fateText(await run('keep-alive', 'four-seconds'), said, 'en')).toMatch(
    /^lessons\.fate\.dead PUBLISH #1/,
  )
  expect(fateText(await run('keep-alive', 'off'), said, 'en')).toMatch(/^lessons\.fate\.dead PUBLISH #1/)
  expect(fateText(await run('qos-0', 'to-broker'), said, 'en')).toBe(
    'lessons.fate.lost the second PUBLISH from sensor-1 the second PUBLISH from sensor-1이',
  )
  expect(fateText(await run('qos-0', 'to-subscriber'), said, 'ko')).toBe(
    'lessons.fate.lost dashboard로 가는 두 번째 PUBLISH dashboard로 가는 두 번째 PUBLISH가',
  )
  expect(fateText(await run('radio-or-tcp', 'tcp'), said, 'en')).toMatch(
    /^lessons\.fate\.segment the first PUBLISH from sensor-1/,
  )
  expect(fateText(await run('radio-or-tcp', 'cut'), said, 'en')).toMatch(/^lessons\.fate\.cut PUBLISH /)
  expect(fateText(await run('publish-subscribe', 'one-topic'), said, 'en')).toBeNull()
})

test('the verdict says once whose packet it is', async () => {
  const t = (key: string, values: Record<string, unknown> = {}): string => {
    const text = (messages.en.lessons as Texts)['fate'] as Record<string, string>
    return (text[key.split('.').at(-1) ?? ''] ?? '').replace(/\{(\w+)\}/g, (_, name: string) =>
      String(values[name]),
    )
  }
  expect(fateText(await run('qos-1-lost-puback', 'puback'), t, 'en')).toBe('sensor-1: PUBACK #1 was lost.')
  expect(fateText(await run('qos-0', 'to-broker'), t, 'en')).toBe(
    'The second PUBLISH from sensor-1 was lost.',
  )
  const tcp = await run('radio-or-tcp', 'tcp')
  expect(fateText(tcp, t, 'en')).toBe(
    'A segment of the first PUBLISH from sensor-1 was lost, and TCP sent it again.',
  )
  const named = tcp.named && { ...tcp.named, fate: 'transit' as const }
  expect(fateText({ ...tcp, named }, t, 'en')).toBe(
    'A segment of the first PUBLISH from sensor-1 was lost, and it has not arrived yet.',
  )
})

test('a message that never came to be sent is explained too', async () => {
  const cut = await run('radio-or-tcp', 'cut')
  // two lost: one with the connection, one for want of a connection
  expect(cut.totals).toMatchObject({ offered: 2, lost: 2, unsent: 1 })
  expect(unsentText(cut, (key, values) => `${key} ${String(values?.['n'])}`)).toBe('lessons.fate.unsent 1')
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

test('a remark on lost segments says that they were sent again only of a packet that arrived', async () => {
  const remarks = async (variant: string) => {
    const o = await run('later-or-never', variant)
    const input = fromFirstPacket(o.timeline)
    const size = { width: 900, height: 400, k: 1, hidden: fromStart(o), words, sentences: [] }
    const { scene } = fitPicture(input, { ...size, lanes: lanesOf(o.clients) })
    return segmentNotes(input, scene, 1, (n, arrived) => `${n} ${arrived}`).map((r) => r.value)
  }
  expect(await remarks('at-the-end')).toEqual(['3 true', '2 true'])
  expect(await remarks('after-two-seconds')).toEqual(['1 false', '1 false'])
  expect(await remarks('given-up')).toEqual(['3 false', '2 false'])
})

test.each([
  ['1366x768', 1, 970, 420],
  ['projector at 1366x768', 20 / 11, 1266, 386],
  ['projector at 1080p', 24 / 11, 1800, 670],
  ['phone', 1, 390, 380],
])('a remark on lost segments covers nothing that is to be read, %s', async (_size, k, width, height) => {
  const covered: string[] = []
  for (const [id, variant] of [
    ['later-or-never', 'at-the-end'],
    ['later-or-never', 'after-two-seconds'],
    ['later-or-never', 'given-up'],
    ['radio-or-tcp', 'tcp'],
  ] as const) {
    const o = await run(id, variant)
    const input = fromFirstPacket(o.timeline)
    const what = { lanes: lanesOf(o.clients), hidden: fromStart(o), words, width, height, k, least: k }
    for (const lang of ['en', 'ko'] as const) {
      const { scene, k: drawn } = fitPicture(input, { ...what, sentences: narrateRun(input, lang) })
      const said = (n: number, arrived: boolean): string =>
        lang === 'en'
          ? `segments lost: ${n}${arrived ? ', sent again by TCP' : ''}`
          : `세그먼트 손실 ${n}${arrived ? ', TCP가 다시 보냄' : ''}`
      const read = takenIn(scene, drawn)
      const boxes = segmentNotes(input, scene, drawn, said).map((n) =>
        flat(n.x, n.y, textWidth(n.value, drawn), 11 * drawn),
      )
      for (const [i, box] of boxes.entries())
        if (read.some((b) => overlaps(b, box)) || boxes.some((b, j) => j < i && overlaps(b, box)))
          covered.push(`${id}/${variant}, ${lang}: ${i}`)
    }
  }
  expect(covered).toEqual([])
})
