import { CODE_FRAGMENT } from '@contract/share'
import { encode } from 'uqr'

/** What a QR code opens: the code stands in the fragment, which no browser sends to a server. */
export const joinUrl = (url: string, code: string): string => `${url}#${CODE_FRAGMENT}=${code}`

/** A QR code as one SVG path on a square of `size` units, with the quiet zone of four that ISO/IEC 18004 asks for. */
export function qrPath(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  let path = ''
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue
      const from = x
      while (row[x + 1]) x++
      path += `M${from} ${y}h${x - from + 1}v1h-${x - from + 1}z`
    }
  })
  return { size, path }
}

/** A join code as it is read aloud: two groups of four. */
export const grouped = (code: string): string => code.replace(/(\d{4})(?=\d)/g, '$1 ')
