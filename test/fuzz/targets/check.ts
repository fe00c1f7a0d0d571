import { inspect, isDeepStrictEqual } from 'node:util'

/** What a target throws when a rule does not hold. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

export function check(holds: boolean, rule: string): void {
  if (!holds) throw new Broken(rule)
}

const shown = (value: unknown): string => inspect(value, { depth: 4, breakLength: Infinity }).slice(0, 400)

export function same(found: unknown, expected: unknown, rule: string): void {
  if (!isDeepStrictEqual(found, expected))
    throw new Broken(`${rule}: found ${shown(found)}, expected ${shown(expected)}`)
}

/** What `read` gives, or undefined when it refuses by one of the errors it may throw. */
export function attempt<T>(
  read: () => T,
  refusals: readonly (abstract new (...a: never[]) => Error)[],
): T | undefined {
  try {
    return read()
  } catch (thrown) {
    if (refusals.some((r) => thrown instanceof r)) return undefined
    throw thrown
  }
}

const inherited = Reflect.ownKeys(Object.prototype).length

/** Nothing that was read may have changed what every object inherits. */
export const unpolluted = (): void =>
  check(Reflect.ownKeys(Object.prototype).length === inherited, 'Object.prototype is as it was')
