import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OFFERED_LANGUAGES } from '../../../electron/contract/languages'
import type { Texts } from '../../../renderer/i18n/define'
import { texts as japanese } from '../../../renderer/i18n/languages/ja'
import { texts as chinese } from '../../../renderer/i18n/languages/zh'
import { messages } from '../../../renderer/i18n/messages'

const root = join(import.meta.dirname, '../../../renderer')

function leaves(texts: Texts, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [k, v] of Object.entries(texts)) {
    const path = prefix === '' ? k : `${prefix}.${k}`
    if (typeof v === 'string') found.set(path, v)
    else for (const [p, text] of leaves(v, path)) found.set(p, text)
  }
  return found
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((f) => /\.(vue|ts)$/.test(f) && !/messages|i18n\/(en|ko)\.ts/.test(f))
  .map((f) => ({ file: f, text: readFileSync(join(root, f), 'utf8') }))
const all = sources.map((s) => s.text).join('\n')

const en = leaves(messages.en)
/** The other languages that the page may be in. */
const others = new Map([
  ['ko', leaves(messages.ko)],
  ['ja', leaves(japanese)],
  ['zh', leaves(chinese)],
])
/** `subject` is the packet's name with the Korean particle it takes. */
const placeholders = (text: string): string[] =>
  [...text.replace(/\{'[^']*'\}/g, '').matchAll(/\{(\w+)\}/g)]
    .map((m) => (m[1] === 'subject' ? 'packet' : (m[1] ?? '')))
    .sort()

/** Values, addresses of examples and names stay as they are. */
const NAMES =
  /\{\w+\}|\{'[^']*'\}|MQTT(?: Fleet Lab)?|\w+\/\w+|client:\S+ topic:\S+ qos:\S+ dup:\w+|No Local|Retain As Published|Retain Handling|Receive Maximum|Keep alive/gi
const nameless = (text: string): string => text.replace(NAMES, '')

/** `t('a.b')`, and the fixed beginning of t(`a.b${x}`). */
const fixed = [...all.matchAll(/\bt\(\s*['"]([\w.-]+)['"]/g)].map((m) => m[1] ?? '')
const open = [...all.matchAll(/\bt\(\s*`([\w.-]*)\$\{/g)].map((m) => m[1] ?? '')
/** Any quoted text that is a key, as commands and tables name theirs. */
const quoted = new Set([...all.matchAll(/['"`]([\w-]+(?:\.[\w-]+)+)['"`]/g)].map((m) => m[1] ?? ''))

describe('texts', () => {
  it('is there in every language that can be chosen', () => {
    expect(['en', ...others.keys()].sort()).toEqual([...OFFERED_LANGUAGES].sort())
  })

  it.each([...others])('has the same keys in %s', (_, texts) => {
    expect([...texts.keys()].sort()).toEqual([...en.keys()].sort())
  })

  it.each([...others])('has no empty text and the same values in %s', (_, texts) => {
    for (const [key, text] of en) {
      const other = texts.get(key) ?? ''
      expect(text.length * other.length, key).toBeGreaterThan(0)
      expect(new Set(placeholders(other)), `values of ${key}`).toEqual(new Set(placeholders(text)))
    }
  })

  it('has every key the page asks for', () => {
    expect(fixed.length).toBeGreaterThan(100)
    expect(fixed.filter((k) => !en.has(k))).toEqual([])
  })

  it('has something for every key that is put together', () => {
    const missing = open.filter(
      (prefix) => prefix !== '' && ![...en.keys()].some((k) => k.startsWith(prefix)),
    )
    expect(missing).toEqual([])
  })

  it('has every sentence that the application may show beyond its page', () => {
    const told = readdirSync(join(root, '../electron'), { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.ts'))
      .map((f) => readFileSync(join(root, '../electron', f), 'utf8'))
      .join('\n')
    const keys = [...told.matchAll(/\b(?:note|warn)\(\s*'([a-z-]+)'/g)].map((m) => `note.${m[1] ?? ''}`)
    expect(keys.length).toBeGreaterThan(40)
    // of a level that is written into the log only
    const logged = new Set(['note.broker-disconnected'])
    expect(keys.filter((k) => !en.has(k) && !logged.has(k))).toEqual([])
  })

  it('has no text that nothing uses', () => {
    const used = new Set([...fixed, ...quoted])
    const unused = [...en.keys()].filter(
      (k) => !used.has(k) && !open.some((p) => p !== '' && k.startsWith(p)) && !k.startsWith('note.'),
    )
    expect(unused).toEqual([])
  })

  it.each([...others])('leaves packet names in English capitals in %s', (_, texts) => {
    for (const [key, text] of en) {
      const names = text.match(/\b(PUBLISH|PUBACK|PUBREC|PUBREL|PUBCOMP|CONNECT)\b/g) ?? []
      for (const name of names) expect(texts.get(key), key).toContain(name)
    }
  })

  it.each([...others])('has no English left in %s but names', (_, texts) => {
    const left = [...texts].filter(([key, text]) => text === en.get(key) && /[a-z]{3}/.test(nameless(text)))
    expect(left.map(([key]) => key)).toEqual([])
  })

  it.each([['en', en] as const, ...others])(
    'writes a share that the engine says as a percentage in %s',
    (_, texts) => {
      for (const key of ['late', 'busy', 'stoodStill'])
        expect(texts.get(`load.said.${key}`)).toContain('{n}%')
    },
  )

  it('writes a percentage without a space, as numbers are formatted', () => {
    const apart = /[\d}] %/
    const pages = [...others, ['en', en] as const].flatMap(([lang, texts]) =>
      [...texts].filter(([, text]) => apart.test(text)).map(([key]) => `${lang} ${key}`),
    )
    const files = ['electron/engine/lessons/data', 'examples/texts'].flatMap((folder) =>
      readdirSync(join(root, '..', folder), { recursive: true, encoding: 'utf8' })
        .filter((f) => f.endsWith('.json') && apart.test(readFileSync(join(root, '..', folder, f), 'utf8')))
        .map((f) => `${folder}/${f}`),
    )
    const written = sources
      .filter((s) => apart.test(s.text.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, '')))
      .map((s) => s.file)
    const docs = readdirSync(join(root, '../docs')).flatMap((f) => (f.endsWith('.md') ? [`docs/${f}`] : []))
    expect(docs.length).toBeGreaterThan(20)
    const read = ['README.md', ...docs]
    const documents = read.filter((f) => apart.test(readFileSync(join(root, '..', f), 'utf8')))
    expect([...pages, ...files, ...written, ...documents]).toEqual([])
  })

  it('has one Korean word each for a phase, step mode and what it holds', () => {
    const korean = [...(others.get('ko') ?? [])]
    const inKorean = (english: RegExp, word: RegExp): string[] =>
      korean.filter(([key, text]) => english.test(en.get(key) ?? '') && !word.test(text)).map(([key]) => key)
    expect(inKorean(/step mode/i, /스텝/)).toEqual([])
    expect(inKorean(/\bphases?\b/i, /단계/)).toEqual([])
    expect(inKorean(/\bheld\b/i, /보류/)).toEqual([])
    const old = /단계.{0,4}모드|붙잡아/
    expect(korean.filter(([, text]) => old.test(text)).map(([key]) => key)).toEqual([])
    const files = ['docs', 'examples', 'examples/texts'].flatMap((folder) =>
      readdirSync(join(root, '..', folder))
        .filter((f) => /\.ko\.md$|\.yaml$|^ko\.json$/.test(f))
        .map((f) => `${folder}/${f}`),
    )
    expect(files.length).toBeGreaterThan(10)
    expect(files.filter((f) => old.test(readFileSync(join(root, '..', f), 'utf8')))).toEqual([])
  })

  it.each([
    ['ko', /스테이지/],
    ['ja', /ステージ/],
    ['zh', /加压阶段/],
  ] as const)('has another word for the stages of a load test than for phases, %s', (lang, word) => {
    const stages = [...(others.get(lang) ?? [])].filter(([key]) => /\bstages?\b/i.test(en.get(key) ?? ''))
    expect(stages.length).toBeGreaterThan(1)
    expect(stages.filter(([, text]) => !word.test(text)).map(([key]) => key)).toEqual([])
  })

  it.each([['en', en] as const, ...others])(
    'says that DISCONNECT may leave the will in place, %s',
    (_, texts) => {
      // 5.0 section 3.14.2.1
      expect(texts.get('handshakes.decoder.why.DISCONNECT')).toContain('0x04')
    },
  )

  it('does not call sent in Korean what was published and perhaps never sent', () => {
    const offered = [...(others.get('ko') ?? [])].filter(([key]) => /^(?:lab|lessons)\..*offered$/.test(key))
    expect(offered.map(([, text]) => text)).toEqual(['발행', '발행'])
  })

  it('lets packets be lost on a link, and no sensor lose them, in Korean', () => {
    const examples = readFileSync(join(root, '../examples/texts/ko.json'), 'utf8')
    const said = [...(others.get('ko') ?? new Map<string, string>()).values(), ...examples.split('\n')]
    expect(said.filter((text) => /(?:패킷을|세그먼트를) 잃/.test(text))).toEqual([])
  })

  it('asks for the texts of a list again when the language changes', () => {
    // a list that is made once keeps the language of the page's beginning: computed(() => [...])
    const once = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/^const (\w+) = \(?\[[\s\S]*?\n(?=\S)/gm)]
        .filter(([list]) => file.endsWith('.vue') && /[^\w.]t\(/.test(list))
        .map(([, name]) => `${file}: ${name}`),
    )
    expect(once).toEqual([])
  })

  it('leaves no choice between two particles to who reads Korean', () => {
    const both = /[은을이와]\([는를가과]\)|[는를가과]\([은을이와]\)|\(으\)로/
    expect([...leaves(messages.ko)].filter(([, text]) => both.test(text))).toEqual([])
  })
})
