/** Protocol level: 4 is MQTT 3.1.1, 5 is MQTT 5.0. */
export type Level = 4 | 5

/** The statement does not hold; the message says what was seen. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** It cannot be told whether the statement holds; the message says why. */
export class Unclear extends Error {
  override readonly name = 'Unclear'
}

/** @throws Violation always */
export function violated(seen: string): never {
  throw new Violation(seen)
}
