/** What begins each comment of a capture file that carries a part of the scenario of a kept run. */
const MARK = 'MQTT Fleet Lab scenario, part '
/** Characters of one comment: at most 60,000 bytes of UTF-8, where 65,535 have room. */
const PART = 20_000
/** Longest scenario that a kept run carries, in characters of its JSON. */
export const MAX_KEPT_SCENARIO = 300_000

/** The scenario of a run as comments on a capture file. */
export function scenarioComments(json: string): string[] {
  const parts = json.match(new RegExp(`[^]{1,${PART}}`, 'gu')) ?? []
  return parts.map((text, i) => `${MARK}${i + 1} of ${parts.length}:\n${text}`)
}

/** Puts the scenario together again from the comments of a file, in their order. */
export class ScenarioComments {
  private text: string | null = null

  add(comment: string): void {
    if (!comment.startsWith(MARK) || (this.text?.length ?? 0) > MAX_KEPT_SCENARIO) return
    this.text = (this.text ?? '') + comment.slice(comment.indexOf('\n') + 1)
  }

  /** The JSON; null where the file is no kept run. */
  get json(): string | null {
    return this.text
  }
}
