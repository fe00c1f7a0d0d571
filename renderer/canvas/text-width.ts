/** About how wide a text in the proportional face is, px at 11 px type times `k`; a character of Chinese, Japanese or Korean is wider, and so are dashes, dots and arrows. */
export function textWidth(text: string, k: number): number {
  let w = 0
  for (const ch of text) w += ch > '\u1100' ? 10.2 : 6.1
  return w * k
}
