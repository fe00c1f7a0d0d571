import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Texts } from '../renderer/i18n/define'
import { messages } from '../renderer/i18n/messages'

const root = join(import.meta.dirname, '..')

/** Wording that a native reader stumbles over, each with what to write instead. */
const ODD: readonly (readonly [RegExp, string])[] = [
  [/\banew\b/i, 'again, or "restart"'],
  [/\blately\b/i, 'recent, recently'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\bso many (ms|seconds|messages|bytes)\b/i, 'a number of, this many'],
  [/\b(be|is|are) told (of|that|so)\b/i, 'gets, is shown, reports'],
  [/\blooks? on\b/i, 'view only'],
  [/\bthrown away\b/i, 'dropped, discarded'],
  [/\bthe same luck\b/i, 'the same seed'],
  [/\bprints what it bore\b/i, 'prints the results'],
  [/\bthis very\b/i, 'this'],
  [
    /\b(messages|packets|connections|clients|bytes|frames|commands|CPU|lane|row) an? (second|minute|message|client|publisher|group|step|point)\b/i,
    '"X per Y"',
  ],
]

/** Korean has one term for one thing; these are the others. */
const OTHER_TERMS: readonly (readonly [RegExp, string])[] = [
  [/중개자/, '브로커'],
  [/게시(자|하|되|를|와|로|한|할|합|했|됨|함)/, '발행'],
  [/상향|하향/, '업링크, 다운링크'],
  [/원장/, '전달 집계'],
  [/장치 무리/, '장치 그룹'],
  [/닫힌 (형식|식)|이론값/, '이론식'],
  [/같은 시드/, '같은 난수'],
  [/수업(에|을|과)? 공유/, '학급과 공유'],
  [/반쯤 ?열/, '반열림'],
  [/클라이언트 ID/, '클라이언트 식별자'],
]

const odd = (text: string): string[] =>
  ODD.flatMap(([pattern, instead]) => {
    const found = pattern.exec(text)
    return found ? [`${found[0]}: write ${instead}`] : []
  })

const leaves = (texts: Texts): string[] =>
  Object.values(texts).flatMap((t) => (typeof t === 'string' ? [t] : leaves(t)))

const filesBelow = (folder: string, ending: RegExp): [string, string][] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((f) => ending.test(f))
    .map((f) => [join(folder, f), readFileSync(join(root, folder, f), 'utf8')])

/** What stands in quotes and has a space in it, without comments. */
const strings = (source: string): string[] => {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  return [
    ...code.matchAll(/'((?:[^'\\\n]|\\.)* (?:[^'\\\n]|\\.)*)'|`([^`]* [^`]*)`|"([^"\n]* [^"\n]*)"/g),
  ].map((m) => m[1] ?? m[2] ?? m[3] ?? '')
}

it('the texts of the page read like a native writer’s', () => {
  expect(leaves(messages.en).flatMap(odd)).toEqual([])
})

it('so do the examples', () => {
  const said = filesBelow('examples', /\.yaml$/).flatMap(([file, text]) =>
    [...text.matchAll(/^ *(?:- )?(?:name|description): (.*)$/gm)].flatMap(([, words = '']) =>
      odd(words).map((o) => `${file}: ${o}`),
    ),
  )
  expect(said).toEqual([])
})

it('so do the sentences of the engine, the command line, the desktop and the lessons', () => {
  const all = filesBelow('electron', /\.(ts|json)$/)
  expect(all.length).toBeGreaterThan(100)
  expect(
    all.flatMap(([file, text]) =>
      strings(text)
        .flatMap(odd)
        .map((o) => `${file}: ${o}`),
    ),
  ).toEqual([])
})

it('and the documentation', () => {
  const pages = [
    ...filesBelow('docs', /\.md$/),
    ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((f): [string, string] => [
      f,
      readFileSync(join(root, f), 'utf8'),
    ]),
  ]
  expect(pages.flatMap(([file, text]) => odd(text).map((o) => `${file}: ${o}`))).toEqual([])
})

it('Korean has one term for one thing, in page, desktop, lessons and documents', () => {
  const all = [
    ...filesBelow('renderer', /\.ts$/),
    ...filesBelow('electron', /\.(ts|json)$/),
    ...filesBelow('examples', /\.(yaml|json)$/),
    ...filesBelow('docs', /\.md$/),
    ['README.md', readFileSync(join(root, 'README.md'), 'utf8')] as const,
  ]
  const found = all.flatMap(([file, text]) =>
    OTHER_TERMS.flatMap(([pattern, instead]) => {
      const term = pattern.exec(text)
      return term ? [`${file}: ${term[0]}: write ${instead}`] : []
    }),
  )
  expect(found).toEqual([])
})
