/** A line of the engine as a text of the page. */
export interface SaidLine {
  /** End of the text's key. */
  key: string
  values: Record<string, string>
  /** A part that is a line itself. */
  inner: string | null
}

/** Lines by the key of their text. Named groups are values; the group `why` is a line of its own. */
export type SaidPatterns = readonly (readonly [key: string, pattern: RegExp])[]

/** A line taken apart; null for one that no pattern knows. Pure. */
export function readSaid(patterns: SaidPatterns, line: string): SaidLine | null {
  for (const [key, pattern] of patterns) {
    const found = pattern.exec(line)
    if (!found) continue
    const { why, ...values } = { ...found.groups } as Record<string, string | undefined>
    const given = Object.entries(values).filter((e): e is [string, string] => e[1] !== undefined)
    return { key, values: Object.fromEntries(given), inner: why ?? null }
  }
  return null
}
