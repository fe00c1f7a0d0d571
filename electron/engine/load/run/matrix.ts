import { flagKey } from '../../../contract/load-flags'
import { shownSetting } from '../../../contract/load-headers'
import { maskedUrls } from '../../../contract/load-url'

/** One setting of a load test and the values it takes in turn, as they are typed after its flag. */
export interface Axis {
  /** Flag without dashes in front: `qos`, `keep-alive`. */
  name: string
  values: string[]
}

/** Load tests of one matrix, at most. */
const MOST_CELLS = 200

const FORM = 'expected settings with their values, such as qos=0,1,2 size=16,1024'

/** Where values begin of a setting whose values may hold commas themselves: at a name with its colon or `=`, or an object. */
const BEGINNINGS: Readonly<Record<string, RegExp>> = {
  'ws-header': /,(?=[\w!#$%&'*+.^`|~-]+:|,|$)/,
  'user-property': /,(?=[^,=]*=|,|$)/,
  population: /,(?=\{|,|$)/,
}

const valuesOf = (name: string, list: string): string[] => list.split(BEGINNINGS[name] ?? ',')

/** A word as it was typed, without secrets. */
const shownWord = (word: string): string =>
  maskedUrls(
    word.replace(
      /^((?:--)?([a-z][a-z0-9-]*)=)(.*)$/s,
      (_, flag: string, name: string, values: string) =>
        flag +
        valuesOf(name, values)
          .map((value) => shownSetting(flagKey(name), value))
          .join(','),
    ),
  )

/** Reads `qos=0,1,2`, one word for each axis; a text is what is wrong with them. */
export function parseAxes(words: readonly string[]): Axis[] | string {
  const axes: Axis[] = []
  for (const word of words) {
    const found = /^(?:--)?([a-z][a-z0-9-]*)=([^\s]+)$/.exec(word)
    if (found === null) return `found ${shownWord(word)}; ${FORM}`
    const [, name = '', list = ''] = found
    const values = valuesOf(name, list)
    if (values.includes('')) return `found ${shownWord(word)}; ${FORM}`
    if (axes.some((a) => a.name === name)) return `found ${name} twice; expected each setting once`
    axes.push({ name, values })
  }
  if (axes.length === 0) return `found nothing; ${FORM}`
  const cells = axes.reduce((n, a) => n * a.values.length, 1)
  return cells > MOST_CELLS ? `found ${cells} combinations; expected at most ${MOST_CELLS}` : axes
}

/** All combinations, the last axis changing fastest. */
export function combinations(axes: readonly Axis[]): Record<string, string>[] {
  return axes.reduce<Record<string, string>[]>(
    (all, { name, values }) => all.flatMap((c) => values.map((v) => ({ ...c, [name]: v }))),
    [{}],
  )
}
