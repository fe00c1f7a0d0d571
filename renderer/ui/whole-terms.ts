import { h, type FunctionalComponent } from 'vue'

/** Longer ones may be broken: they could be wider than their column. */
const LONGEST = 24

/**
 * A word with a hyphen, a wildcard, or a bracket and its particle in it, where browsers would break the line; scripts
 * without spaces end it.
 */
const TERM =
  /[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}、。，：；（）「」]*(?:[-#]|\)(?=\p{Script=Hangul}))[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}、。，：；（）「」]*/gu

/** A text in parts of which some stay on one line: `sensor-1`, `MQTT-SN`, `-s`, `#(`, `구독자(Subscriber)는`. Pure. */
export function wholeTerms(text: string): { text: string; whole: boolean }[] {
  const parts: { text: string; whole: boolean }[] = []
  let from = 0
  for (const match of text.matchAll(TERM)) {
    const [term] = match
    if (term.length < 2 || term.length > LONGEST) continue
    if (match.index > from) parts.push({ text: text.slice(from, match.index), whole: false })
    parts.push({ text: term, whole: true })
    from = match.index + term.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), whole: false })
  return parts
}

/** A name stays on one line with its number: `QoS 2`, `MQTT 5`. */
export const withNumbers = (text: string): string => text.replace(/\b(QoS|MQTT) (?=\d)/g, '$1\u00a0')

/** A text whose terms are not split at the ends of lines. */
export const WholeTerms: FunctionalComponent<{ text: string }> = ({ text }) =>
  wholeTerms(text).map((p) => (p.whole ? h('span', { style: { whiteSpace: 'nowrap' } }, p.text) : p.text))
WholeTerms.props = ['text']
