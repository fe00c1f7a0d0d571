import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { keepTrackOf, type Tools } from './desktop-app'

const LIMIT_MS = 60_000
const SETTLE_MS = 500
const run = promisify(execFile)

const xdotool = async (...args: string[]): Promise<string> =>
  (await run('xdotool', args).catch(() => ({ stdout: '' }))).stdout.trim()

/** Numbers of the windows on the display. */
const windows = async (): Promise<Set<string>> => {
  const found = await xdotool('search', '--onlyvisible', '--maxdepth', '2', '--name', '.*')
  return new Set(found.split('\n').filter((id) => id !== ''))
}

/** The window of the program on the display. */
const ownWindow = async (): Promise<string> =>
  (await xdotool('search', '--onlyvisible', '--name', '^MQTT Fleet Lab')).split('\n')[0] ?? ''

/** Where in the window the first item of the menu bar lies. */
const FILE_ITEM = ['18', '12']

/** From a press on the menu bar until the menu is up, ms; the start of the tools that press and look is in it. */
export async function menuMs(): Promise<number> {
  await xdotool('mousemove', '--window', await ownWindow(), ...FILE_ITEM)
  const before = await windows()
  const from = performance.now()
  await xdotool('mousedown', '1')
  const isUp = async (): Promise<boolean> => [...(await windows())].some((id) => !before.has(id))
  while (!(await isUp())) {
    if (performance.now() - from > LIMIT_MS) throw new Error('the menu does not open')
  }
  const took = performance.now() - from
  await xdotool('mouseup', '1')
  await xdotool('key', 'Escape')
  await xdotool('mousemove', '5', '5')
  // The menu bar takes a press that comes at once for the end of the menu before.
  await new Promise((done) => setTimeout(done, SETTLE_MS))
  return took
}

/**
 * From the new size of the window until the page is told of it, through the main process, ms. The page is asked before,
 * so that one that is busy does not miss it.
 */
export async function resizeMs(page: Tools, width: number): Promise<number> {
  const id = await ownWindow()
  const before = await page.evaluate(() => innerWidth, null)
  const from = Date.now()
  const told = page.evaluate(
    ({ was, limit }) =>
      new Promise<number>((done, failed) => {
        const until = Date.now() + limit
        const look = (): void => {
          if (innerWidth !== was) done(Date.now())
          else if (Date.now() > until) failed(new Error(`the width stays ${was}`))
          else setTimeout(look, 1)
        }
        look()
      }),
    { was: before, limit: LIMIT_MS },
  )
  await xdotool('windowsize', id, String(width), '800')
  return (await told) - from
}

/** Starts a window manager, for there is no title bar to drag without one; null where none is installed. */
export function startWindowManager(): { end(): void } | null {
  const folders = (process.env['PATH'] ?? '').split(':')
  const program = folders.map((f) => join(f, 'openbox')).find((path) => existsSync(path))
  if (program === undefined) return null
  const child = spawn(program, ['--sm-disable'], { stdio: 'ignore' })
  keepTrackOf(child)
  return { end: () => void child.kill('SIGTERM') }
}

/** How far above the window the middle of its title bar lies. */
const TITLE_BAR = '-10'

const placeOf = (id: string): Promise<string> => xdotool('getwindowgeometry', '--shell', id)

/** From what `move` does until the window stands elsewhere on the display, ms; the start of the tools is in it. */
async function movedMs(id: string, move: () => Promise<unknown>): Promise<number> {
  const before = await placeOf(id)
  const from = performance.now()
  await move()
  while ((await placeOf(id)) === before) {
    if (performance.now() - from > LIMIT_MS) throw new Error('the window does not move')
  }
  return performance.now() - from
}

/** From a move of the mouse that holds the window by its title bar until the window has followed, ms. */
export async function dragMs(by: number): Promise<number> {
  const id = await ownWindow()
  const step = String(by)
  await xdotool('mousemove', '--window', id, '400', TITLE_BAR)
  await xdotool('mousedown', '1')
  // Past the distance that makes a press a drag.
  await xdotool('mousemove_relative', '--', step, '0')
  await new Promise((done) => setTimeout(done, SETTLE_MS))
  const took = await movedMs(id, () => xdotool('mousemove_relative', '--', step, '0'))
  await xdotool('mouseup', '1')
  return took
}

/** The same without a window manager: the window is told to stand elsewhere. */
export async function moveMs(x: number): Promise<number> {
  const id = await ownWindow()
  return movedMs(id, () => xdotool('windowmove', id, String(x), '20'))
}
