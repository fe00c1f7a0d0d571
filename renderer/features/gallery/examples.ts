import { inLanguage, type ExampleTexts } from '@contract/example-texts'
import type { Language } from '@contract/languages'
import type { Scenario } from '@contract/scenario'
import type { Sketch } from './sketch'

/** An example scenario as the build puts it into the page: what its file says, and the thumbnail made from it. */
interface Bundled {
  scenario: Scenario
  sketch: Sketch
}

export interface Example extends Bundled {
  /** Name of its file without the ending. */
  id: ExampleId
  level: Level
  /** To look at it once, in minutes. */
  minutes: number
}

export type Level = 'first' | 'second' | 'third'

/** The examples in the order of the gallery. */
export const EXAMPLES = {
  'first-steps': { level: 'first', minutes: 3 },
  demo: { level: 'first', minutes: 5 },
  'classroom-qos': { level: 'first', minutes: 5 },
  'qos-2-by-hand': { level: 'first', minutes: 5 },
  'common-topic': { level: 'first', minutes: 5 },
  'answering-lamps': { level: 'second', minutes: 5 },
  'smart-home': { level: 'second', minutes: 5 },
  'rush-hour': { level: 'second', minutes: 3 },
  'factory-200': { level: 'third', minutes: 5 },
} as const satisfies Record<string, { level: Level; minutes: number }>
export type ExampleId = keyof typeof EXAMPLES

const files = import.meta.glob<Bundled>('../../../examples/*.yaml', { import: 'default' })

const texts = import.meta.glob<ExampleTexts>('../../../examples/texts/*.json', { import: 'default' })

/** Reads one example with its names in a language. @throws when the build left a file out */
export async function readExample(id: ExampleId, language: Language): Promise<Example> {
  const load = files[`../../../examples/${id}.yaml`]
  if (!load) throw new Error(`the page was built without examples/${id}.yaml`)
  const { scenario, sketch } = await load()
  return { id, ...EXAMPLES[id], sketch, scenario: inLanguage(scenario, await textsOf(language)) }
}

async function textsOf(language: Language): Promise<ExampleTexts> {
  if (language === 'en') return {}
  const load = texts[`../../../examples/texts/${language}.json`]
  if (!load) throw new Error(`the page was built without examples/texts/${language}.json`)
  return load()
}

export const readExamples = (language: Language): Promise<Example[]> =>
  Promise.all((Object.keys(EXAMPLES) as ExampleId[]).map((id) => readExample(id, language)))
