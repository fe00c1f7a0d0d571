/** Colour arithmetic for the tests of the palette. */
export type Rgb = readonly [number, number, number]

export const VISIONS = ['normal', 'protanopia', 'deuteranopia', 'tritanopia'] as const
export type Vision = (typeof VISIONS)[number]

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear light. */
const MATRIX: Record<Exclude<Vision, 'normal'>, readonly Rgb[]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const dot = (a: Rgb, b: Rgb): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

/** Linear light of a colour written as `#rrggbb`. */
export function linear(hex: string): Rgb {
  const part = (at: number): number => {
    const v = parseInt(hex.slice(at, at + 2), 16) / 255
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

/** How somebody with this vision sees linear light. */
export function seenBy(vision: Vision, colour: Rgb): Rgb {
  if (vision === 'normal') return colour
  const at = (row: number): number => Math.min(1, Math.max(0, dot(MATRIX[vision][row] ?? [0, 0, 0], colour)))
  return [at(0), at(1), at(2)]
}

/** CIE L*a*b* under D65. */
function lab(c: Rgb): Rgb {
  const f = (t: number): number => (t > 216 / 24_389 ? Math.cbrt(t) : (t * 24_389) / 27 / 116 + 16 / 116)
  const x = f(dot([0.4124564, 0.3575761, 0.1804375], c) / 0.95047)
  const y = f(dot([0.2126729, 0.7151522, 0.072175], c))
  const z = f(dot([0.0193339, 0.119192, 0.9503041], c) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** Distance of two colours in L*a*b* (CIE 1976): about 2.3 can just be told apart side by side. */
export function distance(a: Rgb, b: Rgb): number {
  const [p, q] = [lab(a), lab(b)]
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])
}

/** Contrast of WCAG 2, from 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [p, q] = [dot([0.2126, 0.7152, 0.0722], a), dot([0.2126, 0.7152, 0.0722], b)]
  return (Math.max(p, q) + 0.05) / (Math.min(p, q) + 0.05)
}
