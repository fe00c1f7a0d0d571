/** Letters that show nothing although they are no control characters: the Hangul fillers and the empty Braille cell. */
const BLANK = '\\u115f\\u1160\\u2800\\u3164\\uffa0'
const UNSEEN = new RegExp(`[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}${BLANK}]`, 'gu')
/** As UNSEEN, but for the two joiners that scripts and emoji need. */
const HIDDEN = new RegExp(`(?![\\u200c\\u200d])[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}${BLANK}]`, 'u')

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/**
 * Text as one line that a terminal can be given and a person can read: control characters (escape sequences, line ends),
 * directions of writing and what cannot be seen come out as `\x1b`, `\u202e`. Everything that others chose, such as
 * client identifiers, topics, names and error texts, is printed through this.
 */
export const printable = (text: string): string => text.replace(UNSEEN, escaped)

/** The same for text of several lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n')

/** True when text has nothing in it that would make it look like another: what names are made of. */
export const isPlain = (text: string): boolean => !HIDDEN.test(text)
