const CHARACTERS = 200
const HEX_BYTES = 64
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * A payload as one line of at most 200 characters: its text, or its bytes in hexadecimal where it is not UTF-8.
 * A character cut in two at the end of what is kept does not make it binary.
 */
export function payloadText(payload: Uint8Array): string {
  const kept = payload.subarray(0, CHARACTERS * 4)
  const cuts = payload.length < CHARACTERS * 4 ? 0 : 3
  for (let cut = 0; cut <= cuts; cut++) {
    try {
      const text = decoder.decode(kept.subarray(0, kept.length - cut))
      // no half of a surrogate pair at the end
      return text.slice(0, CHARACTERS).replace(/[\ud800-\udbff]$/, '')
    } catch (error) {
      // not UTF-8 up to here: a shorter piece may be
      if (!(error instanceof TypeError)) throw error
    }
  }
  const hex = Buffer.from(payload.subarray(0, HEX_BYTES))
    .toString('hex')
    .replace(/..(?=.)/g, '$& ')
  return payload.length > HEX_BYTES ? `${hex} …` : hex
}
