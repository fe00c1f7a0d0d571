import { alteredWidth } from './arrows'
import type { LabelShape } from './types'

/** Where the parts of a label stand along its arrow. */
export interface LabelParts {
  /** The packet's mark. `turn` holds it upright: on a steep arrow a square would be read as a diamond, and so another packet. */
  mark: { x: number; y: number; side: number; turn: string }
  name: number
  qos: number
  dup: number
  altered: number
}

/** `k`: pixels a unit of what is drawn. */
export function labelParts(
  l: Pick<LabelShape, 'name' | 'width' | 'altered' | 'lift' | 'angle'>,
  k: number,
): LabelParts {
  const left = -l.width / 2
  const side = 9 * k
  const y = l.lift - 8.5 * k
  const name = left + 14 * k
  const end = l.width / 2 - alteredWidth(l.altered, k)
  return {
    mark: { x: left, y, side, turn: `rotate(${-l.angle} ${left + side / 2} ${y + side / 2})` },
    name,
    qos: name + l.name.length * 6.6 * k + 7 * k,
    dup: end - 25 * k,
    altered: end + 9 * k,
  }
}
