import type { WindowPlace } from '../store/kinds'

export interface Area {
  x: number
  y: number
  width: number
  height: number
}

/** Smallest window in which every screen has room without scrolling, and the size of the first. */
export const MIN_SIZE = { width: 1024, height: 700 }
const FIRST_SIZE = { width: 1440, height: 900 }

/** So much of the title bar has to lie on a display for the window to be caught by the mouse. */
const GRIP = { width: 120, height: 40 }

/** Smallest size of the window on a display, which may be smaller than what the screens need. */
export const minSizeOn = (display: Area): { width: number; height: number } => ({
  width: Math.min(MIN_SIZE.width, display.width),
  height: Math.min(MIN_SIZE.height, display.height),
})

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
  const min = minSizeOn(on)
  const width = within(wanted.width, min.width, on.width)
  const height = within(wanted.height, min.height, on.height)
  const x = home ? within(place.x, on.x, on.x + on.width - width) : on.x + Math.round((on.width - width) / 2)
  const y = home
    ? within(place.y, on.y, on.y + on.height - height)
    : on.y + Math.round((on.height - height) / 2)
  return { x, y, width, height }
}

/** What a window manager may add to a place that was asked for: its title bar and borders. */
const MAX_FRAME = 100

/**
 * The place to keep of a window that stands at `now`, or null when the user has left it where it opened. A window
 * manager may put a window elsewhere than it was asked to, by its frame; asked for again, such a place would creep.
 * @param asked where the window was to open
 * @param opened where it stood once it was shown, null while that is not known
 */
export function placeToKeep(now: WindowPlace, asked: Area, opened: WindowPlace | null): WindowPlace | null {
  if (!opened) return null
  const keys = ['x', 'y', 'width', 'height'] as const
  if (now.maximized === opened.maximized && keys.every((k) => now[k] === opened[k])) return null
  const frame = keys.map((k) => opened[k] - asked[k])
  if (frame.some((d) => Math.abs(d) > MAX_FRAME)) return now
  const [x = 0, y = 0, width = 0, height = 0] = frame
  return {
    x: now.x - x,
    y: now.y - y,
    width: Math.max(1, now.width - width),
    height: Math.max(1, now.height - height),
    maximized: now.maximized,
  }
}
