import type { DesktopApp, Tools } from './desktop-app'
import { cpuSeconds } from './process-use'
import { wait } from './settings'

/** What one screen took while it was shown. */
export interface Frames {
  screen: string
  perSecond: number
  /** CPU of the page's process for each frame, ms: unlike the rate it says the same on a busy machine. */
  cpuMs: number
  /** Longest from one frame to the next, ms. */
  longestMs: number
}

const SETTLE_MS = 2000
const DWELL_MS = 6000

const counted = (page: Tools): Promise<{ frames: number; longestMs: number }> =>
  page.evaluate(
    (ms) =>
      new Promise((done) => {
        const from = performance.now()
        let last = from
        let frames = 0
        let longestMs = 0
        const next = (): void => {
          const now = performance.now()
          longestMs = Math.max(longestMs, now - last)
          last = now
          frames += 1
          if (now - from < ms) requestAnimationFrame(next)
          else done({ frames, longestMs })
        }
        requestAnimationFrame(next)
      }),
    DWELL_MS,
  )

/** Counts the frames of one screen. `pid` is the page's process. */
export async function framesOf({ page }: DesktopApp, pid: number, screen: string): Promise<Frames> {
  await page.evaluate((s) => void (location.hash = `#/${s}`), screen)
  await wait(SETTLE_MS)
  const before = cpuSeconds(pid)
  const { frames, longestMs } = await counted(page)
  const cpuMs = ((cpuSeconds(pid) - before) * 1000) / frames
  return { screen, perSecond: (frames * 1000) / DWELL_MS, cpuMs, longestMs }
}

/** How late the main process came to what was due, ms: all but one in a hundred, and the longest. */
export function loopDelay({ main }: DesktopApp, ms: number): Promise<{ p99: number; max: number }> {
  return main.evaluate(async (during) => {
    const STEP_MS = 5
    const late: number[] = []
    const until = performance.now() + during
    for (let due = performance.now() + STEP_MS; due < until; due = performance.now() + STEP_MS) {
      await new Promise((done) => setTimeout(done, STEP_MS))
      late.push(Math.max(0, performance.now() - due))
    }
    late.sort((a, b) => a - b)
    return { p99: late[Math.floor(late.length * 0.99)] ?? NaN, max: late.at(-1) ?? NaN }
  }, ms)
}
