import type { CDPSession, Page } from '@playwright/test'

/** What happened on the page between two readings. */
export interface Reading {
  seconds: number
  frames: number
  /** Frames in the second that had the fewest. */
  worstSecond: number
  /** Tasks of 50 ms or more: how many, and the longest in ms. */
  longTasks: number
  longestTaskMs: number
  /** From an input to the next picture after it, ms; inputs of less than 16 ms are counted as 16. */
  inputMs: number[]
  /** Share of one core that the page's main thread used. */
  mainThread: number
}

interface Meter {
  frames: number[]
  tasks: number[]
  inputs: number[]
}

declare global {
  interface Window {
    meter?: Meter
  }
}

/** Counts frames, long tasks and the time from input to picture, from the page's start on. */
function installMeter(): void {
  const meter: Meter = { frames: [], tasks: [], inputs: [] }
  window.meter = meter
  const frame = (now: number): void => {
    meter.frames.push(now)
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) meter.tasks.push(e.duration)
  }).observe({ type: 'longtask' })
  const OBSERVED = new Set(['keydown', 'click', 'pointerdown', 'input'])
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (OBSERVED.has(e.name)) meter.inputs.push(e.duration)
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
}

/** Fewest stamps within any whole second from the first on. */
export function fewestASecond(stamps: readonly number[]): number {
  const first = stamps[0]
  const last = stamps.at(-1)
  if (first === undefined || last === undefined) return 0
  const counts = new Array<number>(Math.max(1, Math.floor((last - first) / 1000))).fill(0)
  for (const s of stamps) {
    const at = Math.floor((s - first) / 1000)
    if (at < counts.length) counts[at] = (counts[at] ?? 0) + 1
  }
  return Math.min(...counts)
}

export interface PageMeter {
  /** Begins a reading. */
  begin(): Promise<void>
  /** @param inputs inputs made since `begin`: those too quick to be distinguished are counted too */
  end(inputs: number): Promise<Reading>
  /** Megabytes of the JavaScript heap in use after a collection. */
  heapMb(): Promise<number>
}

/** Measures a page of Chromium; to be made before the page is opened. */
export async function measurePage(page: Page): Promise<PageMeter> {
  const cdp: CDPSession = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  // the loader of this file names functions by a helper that the page has not
  await page.addInitScript('globalThis.__name = (f) => f')
  await page.addInitScript(installMeter)
  const taskSeconds = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return metrics.find((m) => m.name === 'TaskDuration')?.value ?? 0
  }
  let startedAt = 0
  let busyAt = 0
  return {
    async begin() {
      await page.evaluate(() => {
        if (window.meter) Object.assign(window.meter, { frames: [], tasks: [], inputs: [] })
      })
      busyAt = await taskSeconds()
      startedAt = performance.now()
    },
    async end(inputs) {
      const meter = await page.evaluate(() => window.meter)
      const seconds = (performance.now() - startedAt) / 1000
      const { frames = [], tasks = [], inputs: slow = [] } = meter ?? {}
      const quick = new Array<number>(Math.max(0, inputs - slow.length)).fill(16)
      return {
        seconds,
        frames: frames.length,
        worstSecond: fewestASecond(frames),
        longTasks: tasks.length,
        longestTaskMs: Math.max(0, ...tasks),
        inputMs: [...quick, ...slow],
        mainThread: ((await taskSeconds()) - busyAt) / seconds,
      }
    },
    async heapMb() {
      await cdp.send('HeapProfiler.collectGarbage')
      const { usedSize } = await cdp.send('Runtime.getHeapUsage')
      return usedSize / 1048576
    },
  }
}
