import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ApiError } from '../../../electron/contract/errors'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { builtInLessons } from '../../../electron/engine/lessons/library'
import { parseLesson } from '../../../electron/engine/lessons/read'

const root = join(import.meta.dirname, '../../..')
const example = readFileSync(join(root, 'examples/lessons/two-subscribers.yaml'), 'utf8')
const guide = readFileSync(join(root, 'docs/writing-lessons.md'), 'utf8')

/** The example with something changed. */
function changed(change: (lesson: Record<string, unknown>) => void): string {
  const lesson = parse(example) as Record<string, unknown>
  change(lesson)
  return JSON.stringify(lesson)
}

function failure(text: string): ApiError {
  try {
    parseLesson(text, 'mine.yaml')
  } catch (thrown) {
    if (thrown instanceof ApiError) return thrown
    throw thrown
  }
  throw new Error('the lesson was accepted')
}

describe('the lesson of the guide', () => {
  test('stands in the guide as it stands in the file', () => {
    const shown = /```yaml\n(version: 1[\s\S]*?)```/.exec(guide)?.[1]
    expect(shown).toBe(example)
  })

  test('runs and ends as it says', async () => {
    const service = new LessonService()
    const lesson = service.open(example, 'two-subscribers.yaml')
    expect(service.lessons().at(-1)).toBe(lesson)
    expect(service.lessons().length).toBe(builtInLessons().length + 1)
    const o = await service.run('two-subscribers', 'phone-loses')
    expect(o.checks.every((c) => c.holds)).toBe(true)
    expect(o.answer).toBe('no')
    expect(o.totals).toMatchObject({ lost: 1, duplicated: 0 })
    expect(o.named?.clientId).toBe('phone')
    await service.close()
  })
})

describe('a lesson file that is wrong says where and what is expected', () => {
  const one = (l: Record<string, unknown>): Record<string, unknown> =>
    (l['variants'] as Record<string, unknown>[])[0] ?? {}
  test.each([
    [
      'a step for a group there is not',
      (l) => (one(l)['steps'] = [{ at: 0, publish: 'sensors' }]),
      'variants.0.steps.0.publish',
      'sensor',
    ],
    [
      'two groups of one name',
      (l) => (l['groups'] = [...(l['groups'] as unknown[]), (l['groups'] as unknown[])[0]]),
      'groups.3.name',
      'expected a unique name; groups[0] has it too',
    ],
    [
      'a drop for a client there is not',
      (l) => (one(l)['drop'] = [{ client: 'x', direction: 'uplink', type: 'PUBLISH' }]),
      'variants.0.drop.0.client',
      'sensor-1',
    ],
    [
      'a fact about a client there is not',
      (l) => (one(l)['expect'] = [{ client: 'x', received: 1 }]),
      'variants.0.expect.0.client',
      'phone',
    ],
    ['no title', (l) => (l['title'] = {}), 'title', 'expected a text'],
    ['a language there is not', (l) => (l['title'] = { fr: 'Titre' }), 'title', 'expected a text'],
    [
      'two options alike',
      (l) => (l['options'] = [0, 1].map(() => (l['options'] as unknown[])[0])),
      'options.1.id',
      'unique identifier',
    ],
    ['no groups at all', (l) => delete l['groups'], 'variants.0.groups', 'groups'],
    ['an identifier with spaces', (l) => (l['id'] = 'My lesson'), 'id', 'lower case'],
    [
      'a filter that cannot be read',
      (l) => (one(l)['names'] = 'colour:red'),
      'variants.0.names',
      'packet filter',
    ],
  ] as [string, (l: Record<string, unknown>) => void, string, string][])(
    '%s',
    (_what, change, path, expected) => {
      const e = failure(changed(change))
      expect(e.code).toBe('bad-request')
      const detail = e.details.find((d) => d.path === path)
      expect(detail?.expected).toContain(expected)
    },
  )

  test.each([
    ['English alone', { en: 'Title' }],
    ['Korean alone', { ko: 'Title' }],
    ['a text without a language', 'Title'],
  ])('a title in %s is shown in both', (_what, title) => {
    const lesson = parseLesson(
      changed((l) => (l['title'] = title)),
      'mine.yaml',
    )
    expect(lesson.title).toEqual({ en: 'Title', ko: 'Title' })
  })

  test('a lesson in one language is read to its end, paragraphs included', () => {
    const inOne = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value
      if (Array.isArray(value)) return value.map(inOne)
      const { en, ko, ...rest } = value as Record<string, unknown>
      if (en !== undefined && ko !== undefined) return { en }
      return Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, inOne(v)]))
    }
    const lesson = parseLesson(JSON.stringify(inOne(parse(example))), 'mine.yaml')
    expect(lesson.text.ko).toEqual(parseLesson(example, 'x').text.en)
    expect(lesson.options[0]?.text.ko).toBe('Yes, it was published at QoS 1.')
  })

  test('text that is not YAML names the line', () => {
    expect(failure('version: 1\nid: [').message).toMatch(/^mine\.yaml: line 2/)
  })

  test('the identifier of a built-in lesson is refused', () => {
    const text = changed((l) => (l['id'] = 'qos-2'))
    expect(() => new LessonService().open(text, 'mine.yaml')).toThrow(/built-in/)
  })
})
