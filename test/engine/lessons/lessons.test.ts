import { OFFERED_LANGUAGES } from '../../../electron/contract/languages'
import { afterAll, describe, expect, test } from 'vitest'
import { LESSON_PARTS, type ScriptedLesson } from '../../../electron/contract/lesson'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { builtInLessons } from '../../../electron/engine/lessons/library'
import { planOf } from '../../../electron/engine/lessons/plan'

const service = new LessonService()
afterAll(() => service.close())

/** Texts of a lesson: whatever is there in English. */
function textsOf(value: unknown, path = ''): [string, Record<string, unknown>][] {
  if (typeof value !== 'object' || value === null) return []
  if ('en' in value) return [[path, value]]
  return Object.entries(value).flatMap(([k, v]) => textsOf(v, `${path}.${k}`))
}
const valuesIn = (text: unknown): string[] => (JSON.stringify(text).match(/\{[\w.-]+\}/g) ?? []).sort()

test.each(OFFERED_LANGUAGES)(
  'every text of every lesson is there in %s, with the same values',
  (language) => {
    for (const [path, text] of builtInLessons().flatMap((l) => textsOf(l, l.id))) {
      expect(text[language], path).toBeDefined()
      expect(valuesIn(text[language]), path).toEqual(valuesIn(text['en']))
      if (Array.isArray(text['en'])) expect(text[language], path).toHaveLength(text['en'].length)
    }
  },
)

test.each(OFFERED_LANGUAGES)(
  'what is asked, chosen and concluded names the same clients in %s',
  (language) => {
    for (const lesson of builtInLessons()) {
      if (lesson.kind !== 'script') continue
      const groups = [lesson, ...lesson.variants].flatMap((x) => x.groups ?? [])
      const clients = [...new Set(groups.map((g) => g.id))]
      expect(clients.length, lesson.id).toBeGreaterThan(1)
      const named = (text: unknown): string[] =>
        clients.filter((c) => new RegExp(String.raw`(?<![\w/-])${c}(?![\w/-])`).test(JSON.stringify(text)))
      for (const [path, text] of textsOf(lesson, lesson.id))
        if (!/\.(?:text|why)(?:\.|$)/.test(path) || path.includes('.options.'))
          expect(named(text[language]), `${path}: ${String(text[language])}`).toEqual(named(text['en']))
    }
  },
)

const scripted = builtInLessons().filter((l): l is ScriptedLesson => l.kind === 'script')
const variants = scripted.flatMap((l) =>
  l.variants.map((v) => ({ lesson: l, variant: v, name: `${l.id}/${v.id}` })),
)

test('the lessons of the course, in their order and by part', () => {
  expect(builtInLessons().map((l) => l.id)).toEqual([
    'publish-subscribe',
    'topics-wildcards',
    'qos-0',
    'qos-1-lost-puback',
    'qos-2',
    'radio-or-tcp',
    'qos-1-cut',
    'later-or-never',
    'retained-and-will',
    'sessions',
    'takeover',
    'keep-alive',
    'session-expiry',
    'message-expiry',
    'shared-subscriptions',
    'request-response',
    'flow-control',
    'topic-alias',
    'disconnect-and-will',
    'python-client',
  ])
  const parts = builtInLessons().map((l) => l.part)
  expect([...new Set(parts)]).toEqual([...LESSON_PARTS])
  expect(
    [...parts].sort((a, b) => LESSON_PARTS.indexOf(a ?? 'own') - LESSON_PARTS.indexOf(b ?? 'own')),
  ).toEqual(parts)
})

describe('every variant of every lesson', () => {
  test.each(variants)('$name ends as the lesson says', async ({ lesson, variant }) => {
    const o = await service.run(lesson.id, variant.id)
    expect(o.checks.filter((c) => !c.holds)).toEqual([])
    expect(variant.expect.length).toBeGreaterThan(0)
    expect(lesson.options.map((x) => x.id)).toContain(o.answer)
    expect(o.named !== null).toBe(variant.names !== undefined)
    expect(o.timeline.packets.length).toBeGreaterThan(0)
    // Closing the run at its end is not part of the lesson, unless its end is.
    if (variant.ends === undefined) expect(o.timeline.packets.every((p) => p.fate !== 'transit')).toBe(true)
  })
})

test('QoS 1 and the lost PUBACK: lost 0, duplicated 1, because of the PUBACK to sensor-1', async () => {
  const o = await service.run('qos-1-lost-puback', 'puback')
  expect(o.totals).toMatchObject({ offered: 1, arrived: 2, lost: 0, duplicated: 1, packets: 8 })
  expect(o.named).toMatchObject({
    type: 'PUBACK',
    clientId: 'sensor-1',
    direction: 'downlink',
    fate: 'lost',
    reason: 'rule',
  })
  expect(o.answer).toBe('twice')
  expect(o.timeline.packets.filter((p) => p.dup).map((p) => p.type)).toEqual(['PUBLISH'])
})

test.each(['PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const)(
  'QoS 2 with %s lost: exactly once',
  async (type) => {
    const o = await service.run('qos-2', type.toLowerCase())
    expect(o.totals).toMatchObject({ offered: 1, delivered: 1, arrived: 1, lost: 0, duplicated: 0 })
    expect(o.received).toEqual({ dashboard: 1 })
    expect(o.named).toMatchObject({ type, clientId: 'sensor-1', fate: 'lost' })
    expect(o.timeline.packets.filter((p) => p.fate === 'lost').length).toBe(1)
    expect(o.answer).toBe('once')
  },
)

test('the same run twice is the same recording', async () => {
  const [a, b] = [await service.run('qos-2', 'pubrec'), await service.run('qos-2', 'pubrec')]
  expect(a).not.toBe(b)
  expect(a).toEqual(b)
})

test('who asks while a run is under way gets the same run', async () => {
  const [a, b] = await Promise.all([service.run('qos-0', 'to-broker'), service.run('qos-0', 'to-broker')])
  expect(a).toBe(b)
})

test('a will comes after a cut and not after DISCONNECT', async () => {
  const cut = await service.run('retained-and-will', 'will')
  expect(cut.timeline.marks.some((m) => m.kind === 'cut' && m.clientId === 'sensor-1')).toBe(true)
  expect(cut.received).toEqual({ display: 1 })
  const goodbye = await service.run('retained-and-will', 'goodbye')
  expect(goodbye.timeline.packets.at(-1)?.type).toBe('DISCONNECT')
  expect(goodbye.received).toEqual({})
})

test('a fact that does not hold is told with what was found', async () => {
  const own = new LessonService()
  const lesson = structuredClone(scripted.find((l) => l.id === 'qos-0'))
  if (!lesson) throw new Error('no lesson qos-0')
  const wrong = { group: 'sensor', lost: 0, latencyMs: { atMost: 10 } }
  const text = JSON.stringify({
    ...lesson,
    id: 'wrong',
    variants: lesson.variants.map((v) => ({ ...v, expect: [wrong] })),
    options: lesson.options.map((o) => ({ ...o, when: [{ packets: 'type:PUBACK', count: 1 }] })),
  })
  own.open(text, 'wrong.json')
  const o = await own.run('wrong', 'to-broker')
  expect(o.answer).toBeNull()
  expect(o.checks).toEqual([{ fact: wrong, holds: false, found: { lost: 1, latencyMs: 80 } }])
  await own.close()
})

test('closing the service ends a run that is under way', async () => {
  const own = new LessonService()
  const run = own.run('sessions', 'persistent')
  const ended = expect(run).rejects.toMatchObject({ code: 'unavailable' })
  await own.close()
  await ended
})

test('a lesson or one of its variants says when the broker passes a QoS 2 message on', () => {
  const lesson = scripted.find((l) => l.id === 'qos-2')
  const [first, second] = lesson?.variants ?? []
  if (!lesson || !first || !second) throw new Error('expected the lesson qos-2 with several variants')
  const methodOf = (l: ScriptedLesson, variant: string): unknown => {
    const { broker } = planOf(l, variant).scenario
    return broker.kind === 'embedded' ? broker.qos2 : null
  }
  expect(methodOf(lesson, first.id)).toBe('on-publish')
  const variants = lesson.variants.map((v) =>
    v.id === second.id ? { ...v, qos2: 'on-publish' as const } : v,
  )
  const released: ScriptedLesson = { ...lesson, qos2: 'on-release', variants }
  expect([methodOf(released, first.id), methodOf(released, second.id)]).toEqual(['on-release', 'on-publish'])
})
