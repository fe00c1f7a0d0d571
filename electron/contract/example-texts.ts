import type { Phase, Step } from './phases'
import type { Scenario } from './scenario'

/** What the example scenarios call things, by the English of their files; `examples/texts/` has one for each language. */
export type ExampleTexts = Readonly<Record<string, string>>

/** Fields of a step that name a group. */
const WHOM = new Set(['of', 'publish', 'connect', 'cut', 'halfOpen', 'roam', 'disconnect'])

/** An example with the names of its groups and phases in another language; what `texts` does not have stays as it is. */
export function inLanguage(example: Scenario, texts: ExampleTexts): Scenario {
  const own = (words: string): string => (Object.hasOwn(texts, words) ? (texts[words] as string) : words)
  const step = (s: Step): Step => {
    const fields = Object.entries<unknown>({ ...s }).map(([k, v]) => [
      k,
      WHOM.has(k) && typeof v === 'string' ? own(v) : v,
    ])
    return Object.fromEntries(fields) as Step
  }
  const phase = (p: Phase): Phase => ({ ...p, name: own(p.name), steps: p.steps.map(step) })
  return {
    ...example,
    name: own(example.name),
    ...(example.description === undefined ? {} : { description: own(example.description) }),
    groups: example.groups.map((g) => ({ ...g, name: own(g.name) })),
    ...(example.phases === undefined
      ? {}
      : {
          phases: example.phases.map((p) =>
            'phases' in p ? { ...p, phases: p.phases.map(phase) } : phase(p),
          ),
        }),
  }
}
