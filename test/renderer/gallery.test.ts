import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inLanguage, type ExampleTexts } from '../../electron/contract/example-texts'
import { LANGUAGES } from '../../electron/contract/languages'
import { clientsOf } from '../../electron/contract/phases'
import { lessonSchema } from '../../electron/contract/lesson'
import { parseScenario } from '../../electron/contract/scenario-file'
import { EXAMPLES } from '../../renderer/features/gallery/examples'
import { lessonSketch, scenarioSketch, SKETCH_ROWS } from '../../renderer/features/gallery/sketch'

const folder = join(import.meta.dirname, '../../examples')
const read = (id: string) => parseScenario(readFileSync(join(folder, `${id}.yaml`), 'utf8'), id)
// A scenario that plays a file needs the folder that it lies in, which a gallery has not.
const playsFile = (id: string): boolean => read(id).groups.some((g) => g.publishes.some((p) => p.from))
const files = readdirSync(folder)
  .flatMap((name) => /^(.*)\.yaml$/.exec(name)?.[1] ?? [])
  .filter((id) => !playsFile(id))
const languages = LANGUAGES.filter((l) => l !== 'en')
const textsOf = (language: string): ExampleTexts =>
  JSON.parse(readFileSync(join(folder, `texts/${language}.json`), 'utf8')) as ExampleTexts
/** What an example calls things, in the order of its file. */
function namesOf(id: string): string[] {
  const { name, description = '', groups, phases = [] } = read(id)
  const parts = phases.flatMap((p) => ('phases' in p ? p.phases : [p]))
  return [name, description, ...[...groups, ...parts].map((of) => of.name)]
}

describe('the gallery', () => {
  it('has every example', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(files.sort())
  })

  it('calls no group of one device by another form of the device’s own name', () => {
    const alike = files.flatMap((id) =>
      read(id).groups.flatMap(({ name, id: client }) =>
        /\d/.test(client) && name.toLowerCase().startsWith(client.replace('-', ' '))
          ? [`${id}: ${name}`]
          : [],
      ),
    )
    expect(alike).toEqual([])
  })

  it.each(languages)('has a text in %s for each name of an example, and no other', (language) => {
    // QoS 0 to 2 are called so in every language
    const names = files.flatMap(namesOf).filter((name) => !/^QoS \d$/.test(name))
    expect(Object.keys(textsOf(language)).sort()).toEqual([...new Set(names)].sort())
    const own = Object.values(textsOf(language))
    expect(own.filter((text) => text === '' || /[a-z]{3}/.test(text.replace('common', '')))).toEqual([])
  })

  it.each(files.flatMap((id) => languages.map((l) => [id, l] as const)))(
    'opens %s in %s, all but its names as it is',
    (id, language) => {
      const texts = textsOf(language)
      const back = Object.fromEntries(Object.entries(texts).map(([en, own]) => [own, en]))
      const made = inLanguage(read(id), texts)
      expect(made.name).toBe(texts[read(id).name])
      // the same clients, so the same fates
      expect(made.groups.map(clientsOf)).toEqual(read(id).groups.map(clientsOf))
      expect(inLanguage(made, back)).toEqual(read(id))
      expect(parseScenario(JSON.stringify(made), id)).toEqual(made)
    },
  )

  it('draws publishers at the left, subscribers at the right, and a cross where packets are lost', () => {
    const { left, right } = scenarioSketch(read('classroom-qos'))
    expect(left).toEqual([0, 1, 2].map((sends) => ({ count: 1, sends, gets: null, lossy: true })))
    expect(right).toEqual([0, 1, 2].map((gets) => ({ count: 1, sends: null, gets, lossy: true })))
  })

  it('puts devices that do both where there is room', () => {
    const { left, right } = scenarioSketch(read('answering-lamps'))
    expect([left, right].map((side) => side.map((r) => [r.count, r.sends, r.gets]))).toEqual([
      [[4, 1, 1]],
      [[1, 1, 1]],
    ])
  })

  it.each(files)('has no more rows than fit for %s, and at least one a side', (id) => {
    const { left, right } = scenarioSketch(read(id))
    for (const side of [left, right]) {
      expect(side.length).toBeGreaterThan(0)
      expect(side.length).toBeLessThanOrEqual(SKETCH_ROWS)
    }
  })

  it('draws the run of a lesson that loses a packet, at its device', () => {
    const path = join(import.meta.dirname, '../../electron/engine/lessons/data/qos-1-lost-puback.json')
    const { left, right } = lessonSketch(lessonSchema.parse(JSON.parse(readFileSync(path, 'utf8'))))
    expect(left).toEqual([{ count: 1, sends: 1, gets: null, lossy: true }])
    expect(right).toEqual([{ count: 1, sends: null, gets: 1, lossy: false }])
  })
})
