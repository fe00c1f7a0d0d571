import { afterAll, expect, test } from 'vitest'
import type { ScriptedLesson } from '../../../electron/contract/lesson'
import type { LessonOutcome } from '../../../electron/contract/lesson-run'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { builtInLessons } from '../../../electron/engine/lessons/library'

const service = new LessonService()
afterAll(() => service.close())

/** What a word in an answer claims, and how the capture of the run shows it. */
const CLAIMS: readonly [words: RegExp, shown: (o: LessonOutcome) => boolean][] = [
  [/filter|걸러|取り除|滤/, (o) => o.timeline.packets.some((p) => p.effect === 'discarded')],
  [
    /repeated one|send[s]? again|sent again|재전송|다시 보|再送|重传/,
    (o) => o.timeline.packets.some((p) => p.resends !== null || p.segmentLosses > 0),
  ],
  [
    /repeated one .*forwarded|재전송된 것도 전달|再送されたものも転送|重传的也会被转发/,
    (o) => o.timeline.packets.filter((p) => p.effect === 'passed-on').length > 1,
  ],
  [
    /loses nothing|아무것도 잃지|何も失いません|什么也不丢失/,
    (o) => o.timeline.packets.every((p) => p.segmentLosses === 0),
  ],
]
/** A reason that says that something was not repeated. */
const DENIES = /nothing|nobody|다시 보내지 않|再送しません|不重传/

test('the answer that came true gives no reason that the capture does not show, in any language', async () => {
  const lessons = builtInLessons().filter((l): l is ScriptedLesson => l.kind === 'script')
  for (const l of lessons)
    for (const v of l.variants) {
      const o = await service.run(l.id, v.id)
      const text = l.options.find((x) => x.id === o.answer)?.text
      for (const [language, said] of Object.entries(text ?? {}))
        for (const [words, shown] of CLAIMS)
          if (words.test(said) && !DENIES.test(said))
            expect(shown(o), `${l.id}/${v.id} ${language}: ${said}`).toBe(true)
    }
})

test('a lesson does not say where on the page something stands: its text is printed, and shown on a projector', () => {
  const place = /\bbelow\b(?! home)|\babove it\b|아래에서|위에서 고|下で選|下面选|在下面/
  for (const l of builtInLessons())
    if (l.kind === 'script')
      for (const [language, text] of Object.entries(l.text))
        expect(text, `${l.id} ${language}`).not.toEqual(
          expect.arrayContaining([expect.stringMatching(place)]),
        )
})

test('TCP gives up after as many repetitions as the lesson says: a probe, and one after its timeout', async () => {
  const o = await service.run('later-or-never', 'given-up')
  const lost = o.timeline.packets.filter((p) => p.fate === 'lost')
  // every transmission of the third message was lost, the first and two more
  expect(lost.map((p) => p.segmentLosses - 1)).toEqual([2, 1])
  const lesson = builtInLessons().find((l) => l.id === 'later-or-never')
  const name = lesson?.kind === 'script' ? lesson.variants.find((v) => v.id === 'given-up')?.name : undefined
  expect(name?.en).toContain('two')
  expect(name?.ko).toContain('두 번')
})

test('answers speak in the polite form and results in the short one, in Korean and Japanese', () => {
  const lessons = builtInLessons()
  const textsOf = (language: 'ko' | 'ja', of: 'options' | 'headlines'): string[] =>
    lessons.flatMap((l) =>
      of === 'options'
        ? l.options.map((o) => o.text[language] ?? '')
        : l.kind === 'script'
          ? l.variants.map((v) => v.headline?.[language] ?? '')
          : [],
    )
  const ends = (texts: readonly string[], last: RegExp): string[] =>
    texts.flatMap((text) => text.split(/(?<=[.。])/)).filter((sentence) => last.test(sentence.trim()))
  expect(ends(textsOf('ko', 'options'), /(?<!니)다\.?$/)).toEqual([])
  expect(ends(textsOf('ja', 'options'), /([るくう]|ない)。?$/)).toEqual([])
  expect(ends(textsOf('ko', 'headlines'), /다\.?$/)).toEqual([])
  expect(ends(textsOf('ja', 'headlines'), /(です|ます|ました|ません)。?$/)).toEqual([])
})
