import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtInLessons } from '../electron/engine/lessons/library'
import { EXAMPLE_TEXTS } from '../electron/store/example-texts'
import { menuTexts } from '../electron/shell/menu-texts'
import { messages } from '../renderer/i18n/messages'

const root = join(import.meta.dirname, '..')
const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...guides.filter((f) => f.endsWith('.md')).map((f) => join('docs', f)),
]

/** Targets of `[text](target)` and `![text](target)`, without the addresses of the web. */
function links(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((m) => (m[1] ?? '').replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}

const read = (page: string): string => readFileSync(join(root, page), 'utf8')
type Spoken = 'en' | 'ko'

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsOf)
      : []
/** Texts of one language in values that hold several, as lessons do. */
const spokenIn = (value: unknown, language: Spoken): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : language in value
      ? textsOf((value as Record<Spoken, unknown>)[language])
      : Object.values(value).flatMap((v) => spokenIn(v, language))

/** A text of the page as a guide may name it: any value in its place, without what is in brackets at its end. */
const named = (text: string): RegExp => {
  const fixed = text.replace(/…$| \(.*\)$/, '').split(/\{\w+\}/)
  return new RegExp(`^${fixed.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`, 'u')
}
const examples = { en: Object.keys(EXAMPLE_TEXTS.ko ?? {}), ko: Object.values(EXAMPLE_TEXTS.ko ?? {}) }
const shown = (language: Spoken): RegExp[] =>
  [
    ...textsOf(messages[language]),
    ...textsOf(menuTexts(language)),
    ...spokenIn(builtInLessons(), language),
    ...examples[language],
  ]
    .filter((text) => /\p{L}/u.test(text.replace(/\{\w+\}/g, '')))
    .map(named)

/** What a guide sets in italics, from menus to their items; a quotation is what somebody says. */
const italics = (text: string): string[] => {
  const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`]*`/g, 'code')
  return [...prose.matchAll(/(?<![\w*])\*(?=[^\s*"])([^*]+)\*(?!\*)/g)]
    .flatMap((m) => (m[1] ?? '').replace(/\s+/g, ' ').split(' > '))
    .map((name) => name.replace(/…$/, ''))
}

/** For teachers and others who sit before the page: what they are to press is written as it stands there. */
const GUIDES = [
  ...['guide', 'teaching', 'own-clients', 'answers', 'phases', 'recordings', 'sharing'].map(
    (name) => [`docs/${name}.md`, ['en']] as const,
  ),
  ...['guide', 'teaching', 'own-clients', 'answers', 'phases', 'recordings'].map(
    (name) => [`docs/${name}.ko.md`, ['ko']] as const,
  ),
  ['README.md', ['en', 'ko']] as const,
]

describe('guides', () => {
  const texts = { en: shown('en'), ko: shown('ko') }
  const keys = readdirSync(join(root, 'renderer'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|vue)$/.test(file))
    .flatMap((file) => [...read(join('renderer', file)).matchAll(/['"]((?:Shift|Ctrl)\+[^'"]+)['"]/g)])
    .map((m) => m[1])

  it.each(GUIDES)('%s names what is on the page, in %s', (page, languages) => {
    const names = italics(read(page))
    expect(names.filter((n) => !languages.some((l) => texts[l].some((t) => t.test(n))))).toEqual([])
  })

  it.each(GUIDES)('%s gives keys that the page hears', (page) => {
    const given = [...read(page).matchAll(/`((?:Shift|Ctrl)\+[^`]+)`/g)].map((m) => m[1])
    expect(given.filter((key) => !keys.includes(key))).toEqual([])
  })

  it.each(GUIDES)('%s speaks of files that are there', (page) => {
    const files = [...read(page).matchAll(/\b(?:examples|bench|scripts)\/[\w./-]+\.\w+/g)].map((m) => m[0])
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })
})

describe('documentation', () => {
  it.each(pages)('%s links to files that are there', (page) => {
    const here = dirname(join(root, page))
    const missing = links(readFileSync(join(root, page), 'utf8')).filter(
      (target) => !existsSync(normalize(join(here, target))),
    )
    expect(missing).toEqual([])
  })

  it.each(['guide', 'teaching'])('the %s is there in English and Korean', (name) => {
    const headings = (file: string): number =>
      [...readFileSync(join(root, 'docs', file), 'utf8').matchAll(/^## /gm)].length
    expect(headings(`${name}.ko.md`)).toBe(headings(`${name}.md`))
  })
})
