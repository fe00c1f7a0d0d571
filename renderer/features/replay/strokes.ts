import type { Point } from '../../canvas/sequence/types'

export type Tool = 'pen' | 'arrow' | 'text'

/** What somebody has drawn on a picture, in its coordinates, px. */
export type Stroke =
  | { kind: 'pen'; points: readonly Point[] }
  | { kind: 'arrow'; from: Point; to: Point }
  | { kind: 'text'; at: Point; text: string }

export const LINE_PX = 3
export const TEXT_PX = 17
/** Length of an arrow's head, px, and half its angle. */
const HEAD_PX = 13
const HEAD_ANGLE = Math.PI / 7

const at = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`

/** The outline of a line or an arrow, as an SVG path. Pure. */
export function strokePath(s: Exclude<Stroke, { kind: 'text' }>): string {
  if (s.kind === 'pen') {
    const [first, ...rest] = s.points
    // A tap is a dot.
    return first === undefined
      ? ''
      : `M${at(first)}${(rest.length > 0 ? rest : [first]).map((p) => `L${at(p)}`).join('')}`
  }
  const angle = Math.atan2(s.to.y - s.from.y, s.to.x - s.from.x)
  const barb = (turn: number): Point => ({
    x: s.to.x - HEAD_PX * Math.cos(angle + turn),
    y: s.to.y - HEAD_PX * Math.sin(angle + turn),
  })
  return `M${at(s.from)}L${at(s.to)}M${at(barb(HEAD_ANGLE))}L${at(s.to)}L${at(barb(-HEAD_ANGLE))}`
}
