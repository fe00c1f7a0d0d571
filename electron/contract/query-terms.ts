/**
 * The words of a packet query. Terms stand apart by spaces and values by commas, but not within double quotes, where a
 * backslash takes the next sign as it is: `client:"my sensor","a,b" topic:"hall 2/#"`.
 */

/** The terms as they are written, quotes included. A quote that is not closed goes on to the end. */
export function splitTerms(query: string): string[] {
  return split(query, (sign) => /\s/.test(sign)).filter((t) => t !== '')
}

/** Whether a quote is left open. */
export function isOpenQuote(text: string): boolean {
  let open = false
  for (let i = 0; i < text.length; i++) {
    if (open && text[i] === '\\') i++
    else if (text[i] === '"') open = !open
  }
  return open
}

export interface QueryValue {
  text: string
  /** Nothing in it has a special meaning. */
  quoted: boolean
}

/** The values of a term, without their quotes; empty ones left out. */
export const splitValues = (text: string): QueryValue[] =>
  split(text, (sign) => sign === ',').flatMap((raw) => {
    const value = { text: unquote(raw), quoted: raw.startsWith('"') }
    return value.text === '' ? [] : [value]
  })

/** Text without its quotes. */
export function unquote(raw: string): string {
  let text = ''
  let open = false
  for (let i = 0; i < raw.length; i++) {
    const sign = raw[i] ?? ''
    if (open && sign === '\\') text += raw[++i] ?? ''
    else if (sign === '"') open = !open
    else text += sign
  }
  return text
}

/** The spelling of a value: in quotes where it needs them. */
export const quoteValue = (text: string): string =>
  /[\s",\\]|^$/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text

function split(text: string, at: (sign: string) => boolean): string[] {
  const parts: string[] = []
  let open = false
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const sign = text[i] ?? ''
    if (open && sign === '\\') i++
    else if (sign === '"') open = !open
    else if (!open && at(sign)) {
      parts.push(text.slice(from, i))
      from = i + 1
    }
  }
  parts.push(text.slice(from))
  return parts
}
