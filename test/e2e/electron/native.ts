import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'

const run = promisify(execFile)

const xdotool = async (...args: string[]): Promise<string> =>
  (await run('xdotool', args, { timeout: 5000 }).catch(() => ({ stdout: '' }))).stdout.trim()

/** Windows on the display whose title matches the expression, by their numbers. */
export async function windowsNamed(title: string): Promise<string[]> {
  const found = await xdotool('search', '--onlyvisible', '--name', title)
  return found.split('\n').filter((id) => id !== '')
}

/** Waits for a window that the toolkit draws, such as a dialog, and until it has the keyboard. */
async function focusOn(title: string): Promise<void> {
  await expect(async () => {
    const [id] = (await windowsNamed(title)).slice(-1)
    if (id === undefined) throw new Error(`no window ${title}`)
    // Whoever is shown later takes the keyboard: it is asked for again until it stays.
    if ((await xdotool('getwindowfocus', '-f')) !== id) await xdotool('windowfocus', id)
    expect(await xdotool('getwindowfocus', '-f')).toBe(id)
  }).toPass({ timeout: 20_000, intervals: [50, 100, 250] })
}

/** Presses keys in a window that the toolkit draws, as a user does. */
export async function pressIn(title: string, ...keys: string[]): Promise<void> {
  await focusOn(title)
  for (const key of keys) await xdotool('key', key)
}

/** Types into a window that the toolkit draws. */
export async function typeIn(title: string, text: string): Promise<void> {
  await pressIn(title)
  await xdotool('type', '--delay', '5', text)
}

/** Presses a key in a window until it is gone: a dialog that has only just appeared may not listen yet. */
export async function dismiss(title: string, key: string): Promise<void> {
  await focusOn(title)
  await expect(async () => {
    const [id] = (await windowsNamed(title)).slice(-1)
    if (id === undefined) return
    // It may go while this is done, by the key before: a failure here says nothing.
    await xdotool('windowfocus', id)
    await xdotool('key', key)
    await expect.poll(() => windowsNamed(title), { timeout: 1000 }).toEqual([])
  }).toPass({ timeout: 20_000, intervals: [0] })
}
