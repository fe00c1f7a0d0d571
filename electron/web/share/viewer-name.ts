import { VIEWER_NAME_LENGTH } from '../../contract/share'

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
const graphemes = (text: string): string[] => [...segmenter.segment(text)].map((s) => s.segment)

/** Controls, directions of writing, letters that show nothing (Hangul fillers), private and unassigned characters: they could make one name look like another. */
const UNWANTED = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/gu

/** A name as it is shown, or null when nothing readable is left of it. */
export function cleanName(typed: string): string | null {
  const text = typed.normalize('NFC').replace(UNWANTED, '').replace(/\s+/gu, ' ').trim()
  const short = graphemes(text)
    // A letter with a tower of marks on it would cover its neighbours.
    .map((g) => Array.from(g).slice(0, 8).join(''))
    .slice(0, VIEWER_NAME_LENGTH)
    .join('')
    .trim()
  return /[\p{L}\p{N}\p{S}]/u.test(short) ? short : null
}

/** The name, or the name with the first number that makes it unlike those taken. */
export function unlike(name: string, taken: ReadonlySet<string>): string {
  const fold = (text: string): string => text.normalize('NFKC').toLowerCase()
  const used = new Set([...taken].map(fold))
  if (!used.has(fold(name))) return name
  for (let n = 2; ; n++) {
    const tail = ` (${n})`
    const next =
      graphemes(name)
        .slice(0, VIEWER_NAME_LENGTH - tail.length)
        .join('') + tail
    if (!used.has(fold(next))) return next
  }
}
