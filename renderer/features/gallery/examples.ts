import type { Sketch } from './sketch'

/** An example scenario as the build puts it into the page: its file, and the thumbnail made from it. */
interface Bundled {
  text: string
  sketch: Sketch
}

export interface Example extends Bundled {
  /** Name of its file without the ending; its texts stand under `gallery.example.<id>`. */
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

/** Reads one example. @throws when the build left its file out */
export async function readExample(id: ExampleId): Promise<Example> {
  const load = files[`../../../examples/${id}.yaml`]
  if (!load) throw new Error(`the page was built without examples/${id}.yaml`)
  return { id, ...EXAMPLES[id], ...(await load()) }
}

export const readExamples = (): Promise<Example[]> =>
  Promise.all((Object.keys(EXAMPLES) as ExampleId[]).map(readExample))

/** A scenario file with another name and description; its comments stay. */
export const renamed = (text: string, name: string, description: string): string =>
  text
    .replace(/^name: .*$/m, () => `name: ${JSON.stringify(name)}`)
    .replace(/^description: .*$/m, () => `description: ${JSON.stringify(description)}`)
