import type { Scene } from '../../canvas/sequence/types'

interface View {
  scrollTop: number
  clientHeight: number
  scrollHeight: number
}

/** Height at which the last of what a picture itself shows has happened: on a clock that it shares, others may go on. */
export const ownEnd = ({ scale }: Scene): number =>
  Math.max(0, ...[...scale.spots.values()].map((s) => s.y1), ...scale.marks)

/**
 * Where a picture is scrolled to so that the pen is in view, and at the end what came last; where others go on while nothing
 * happens here any more, what came last here. Pure.
 */
export function penScroll(pen: number, scene: Scene, k: number, view: View): number {
  const { scrollTop, clientHeight, scrollHeight } = view
  const alone = ownEnd(scene)
  const shared = alone < scene.scale.height - 1
  if (pen >= scene.scale.height && !shared) return scrollHeight - clientHeight
  const at = shared ? Math.min(pen, alone) : pen
  if (at > scrollTop + clientHeight - 48 * k)
    return Math.max(0, Math.min(scrollHeight, at + 48 * k) - clientHeight)
  return at < scrollTop + 24 * k ? Math.max(0, at - 24 * k) : scrollTop
}
