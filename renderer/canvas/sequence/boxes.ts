import type { Point } from './types'

/** A rectangle turned about its middle; angle in radians. */
export interface Box {
  cx: number
  cy: number
  w: number
  h: number
  angle: number
}

function corners(b: Box): Point[] {
  const c = Math.cos(b.angle)
  const s = Math.sin(b.angle)
  const at = (dx: number, dy: number): Point => ({ x: b.cx + dx * c - dy * s, y: b.cy + dx * s + dy * c })
  return [at(-b.w / 2, -b.h / 2), at(b.w / 2, -b.h / 2), at(b.w / 2, b.h / 2), at(-b.w / 2, b.h / 2)]
}

function apart(a: readonly Point[], b: readonly Point[], angle: number): boolean {
  const c = Math.cos(angle)
  const s = Math.sin(angle)
  const along = (p: Point): number => p.x * c + p.y * s
  const pa = a.map(along)
  const pb = b.map(along)
  return Math.max(...pa) <= Math.min(...pb) || Math.max(...pb) <= Math.min(...pa)
}

/** Do two turned rectangles share any area? (separating axes) */
export function overlaps(a: Box, b: Box): boolean {
  const reach = (a.w + b.w) / 2 + (a.h + b.h) / 2
  if (Math.abs(a.cx - b.cx) > reach || Math.abs(a.cy - b.cy) > reach) return false
  const ca = corners(a)
  const cb = corners(b)
  return ![a.angle, a.angle + Math.PI / 2, b.angle, b.angle + Math.PI / 2].some((angle) =>
    apart(ca, cb, angle),
  )
}

interface Place {
  box: Box
  /** Takes what stands there out of the picture; null for what has to stay. */
  drop: (() => void) | null
}

/** Places of a picture that are taken, found quickly by height: whatever is to be read has one that nothing else has. */
export class Taken {
  private readonly rows = new Map<number, Place[]>()
  constructor(private readonly rowPx = 48) {}

  /** @param drop takes the words out of the picture, when a number has no other place. @default what stands there stays */
  add(box: Box, drop: (() => void) | null = null): void {
    const place = { box, drop }
    for (const row of this.rowsOf(box)) {
      const list = this.rows.get(row)
      if (list) list.push(place)
      else this.rows.set(row, [place])
    }
  }

  free(b: Box): boolean {
    return this.on(b).length === 0
  }

  /** Is there nothing but what can be dropped? */
  canClear(b: Box): boolean {
    return this.on(b).every((p) => p.drop !== null)
  }

  /** Takes a place, and drops what stood there. */
  clear(b: Box): void {
    const dropped = new Set(this.on(b).filter((p) => p.drop !== null))
    for (const p of dropped) {
      p.drop?.()
      for (const row of this.rowsOf(p.box)) {
        const left = this.rows.get(row)?.filter((other) => other !== p)
        if (left) this.rows.set(row, left)
      }
    }
    this.add(b)
  }

  private on(b: Box): Place[] {
    return this.rowsOf(b).flatMap((row) => this.rows.get(row)?.filter((p) => overlaps(p.box, b)) ?? [])
  }

  private rowsOf(b: Box): number[] {
    const half = (Math.abs(Math.sin(b.angle)) * b.w + Math.abs(Math.cos(b.angle)) * b.h) / 2
    const first = Math.floor((b.cy - half) / this.rowPx)
    const last = Math.floor((b.cy + half) / this.rowPx)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  }
}

/** A rectangle that is not turned, from its left edge and middle height. */
export const flat = (left: number, cy: number, w: number, h: number): Box => ({
  cx: left + w / 2,
  cy,
  w,
  h,
  angle: 0,
})

/** Does the segment from a to b pass through the rectangle? Tested against the rectangle's own axes. */
export function crosses(a: Point, b: Point, box: Box): boolean {
  const c = Math.cos(-box.angle)
  const s = Math.sin(-box.angle)
  const local = (p: Point): Point => ({
    x: (p.x - box.cx) * c - (p.y - box.cy) * s,
    y: (p.x - box.cx) * s + (p.y - box.cy) * c,
  })
  const p = local(a)
  const q = local(b)
  let t0 = 0
  let t1 = 1
  const clip = (from: number, delta: number, half: number): boolean => {
    if (delta === 0) return Math.abs(from) <= half
    const ta = (-half - from) / delta
    const tb = (half - from) / delta
    t0 = Math.max(t0, Math.min(ta, tb))
    t1 = Math.min(t1, Math.max(ta, tb))
    return t0 <= t1
  }
  return clip(p.x, q.x - p.x, box.w / 2) && clip(p.y, q.y - p.y, box.h / 2)
}
