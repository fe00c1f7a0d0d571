import type { WindowPlace } from '../store/kinds'

export interface Area {
  x: number
  y: number
  width: number
  height: number
}

/** Smallest window in which every screen has room, and the size of the first. */
export const MIN_SIZE = { width: 1024, height: 700 }
const FIRST_SIZE = { width: 1440, height: 900 }

/** So much of the title bar has to lie on a display for the window to be caught by the mouse. */
const GRIP = { width: 120, height: 40 }

const within = (value: number, from: number, to: number): number => Math.max(from, Math.min(value, to))

/** Part of the title bar of `place` that lies on the display. */
const onDisplay = (place: Area, d: Area): boolean => {
  const width = Math.min(place.x + place.width, d.x + d.width) - Math.max(place.x, d.x)
  return width >= GRIP.width && place.y >= d.y && place.y + GRIP.height <= d.y + d.height
}

/**
 * Where the window opens: where it was, cut to the display it lies on; in the middle of the first display when it was
 * nowhere or its display is gone.
 * @param displays work areas, the primary first; at least one
 */
export function windowArea(place: WindowPlace | null, displays: readonly Area[]): Area {
  const [primary] = displays
  const home = place && displays.find((d) => onDisplay(place, d))
  const on = home ?? primary
  if (!on) return { x: 0, y: 0, ...FIRST_SIZE }
  const wanted = place ?? FIRST_SIZE
  const width = within(wanted.width, Math.min(MIN_SIZE.width, on.width), on.width)
  const height = within(wanted.height, Math.min(MIN_SIZE.height, on.height), on.height)
  const x = home ? within(place.x, on.x, on.x + on.width - width) : on.x + Math.round((on.width - width) / 2)
  const y = home
    ? within(place.y, on.y, on.y + on.height - height)
    : on.y + Math.round((on.height - height) / 2)
  return { x, y, width, height }
}
