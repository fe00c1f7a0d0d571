import { expect, test, type ElectronApplication, type Page } from '@playwright/test'
import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { filesBelow } from '../../helpers/kept-files'
import { realDesk } from './desk'
import { pressIn } from './native'
import { Home, launch, start, type Started } from './runtime'
import { changedMark } from '../../helpers/changed-mark'

/** Longest that the application may take from SIGTERM to its end. */
const END_MS = 3000
/** Ms after which it hangs, on however busy a machine; what `@long` journeys hold it to is less. */
const HANG_MS = 20_000

let home: Home
test.beforeEach(() => {
  home = new Home()
})
test.afterEach(() => home.remove())

const sessions = (): string[] => filesBelow(`${home.kept}/sessions`)

/** Sends SIGTERM to the process and says how long it took to end, in ms. */
async function terminate({ process: child, ended }: Started): Promise<number> {
  const from = performance.now()
  child.kill('SIGTERM')
  const hangs = AbortSignal.timeout(HANG_MS)
  hangs.addEventListener('abort', () => child.kill('SIGKILL'))
  await ended
  return performance.now() - from
}

/** True when nobody listens there. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (free) await new Promise((done) => server.close(done))
  return free
}

/** Ports on loopback that the process or one of its children listens on. */
async function portsOf({ process: child }: Started): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ss', ['-Hltnp'])
  return stdout
    .split('\n')
    .filter((line) => line.includes(`pid=${child.pid},`))
    .map((line) => Number(/:(\d+)\s/.exec(line)?.[1]))
}

async function changeScenario(page: Page): Promise<void> {
  await expect(page.getByText(/mqtt:\/\//).first()).toBeVisible()
  const slider = page.getByRole('slider', { name: /Packet loss on all links/ })
  // Drawn anew while the page fills, the slider loses the focus, and with it a key.
  await expect(async () => {
    await slider.press('ArrowRight', { timeout: 5000 })
    await expect(changedMark(page)).toBeVisible({ timeout: 3000 })
  }).toPass({ timeout: 30_000 })
}

/** Ends the process that Playwright drives, with a signal. */
async function end(app: ElectronApplication, signal: NodeJS.Signals): Promise<number> {
  const from = performance.now()
  const closed = new Promise((done) => app.process().once('close', done))
  app.process().kill(signal)
  await closed
  return performance.now() - from
}

async function startsThatEnd(moments: readonly number[], withinMs: number): Promise<void> {
  for (const afterMs of moments) {
    const started = start(home)
    // The moment is what is tried here.
    // eslint-disable-next-line no-restricted-syntax
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    const ports = await portsOf(started)
    const took = await terminate(started)
    expect(took, `SIGTERM ${afterMs} ms after the start`).toBeLessThan(withinMs)
    expect(started.said()).not.toMatch(/could not start|error: start|destroyed/)
    for (const port of ports) expect(await isFree(port), `port ${port} after the end`).toBe(true)
    // Nothing was changed, so nothing is left to be restored.
    expect(sessions()).toEqual([])
  }
}

test('SIGTERM while it starts ends it', async () => {
  test.setTimeout(120_000)
  await startsThatEnd([250, 700, 1100, 1700], HANG_MS)
})

test('thirty starts, each ended by SIGTERM at another moment @long', async () => {
  test.setTimeout(240_000)
  await startsThatEnd(
    Array.from({ length: 30 }, (_, i) => 100 + 95 * i),
    END_MS,
  )
})

test('SIGTERM keeps changes that are in no file', async () => {
  const app = await launch(home)
  const page = await app.firstWindow()
  await changeScenario(page)
  expect(await end(app, 'SIGTERM')).toBeLessThan(HANG_MS)
  const again = await launch(home)
  const next = await again.firstWindow()
  await expect(next.getByText(/with changes not yet saved to a file/)).toBeVisible()
  await next.getByRole('button', { name: 'Restore' }).click()
  await expect(changedMark(next)).toBeVisible()
  await end(again, 'SIGKILL')
  expect(sessions()).toHaveLength(1)
})

test('a data folder that cannot be written: said, and gone on with when the user wants to', async () => {
  home.lock()
  const opening = launch(home)
  await pressIn('^MQTT Fleet Lab$', 'Return')
  const app = await opening
  const page = await app.firstWindow()
  await expect(page.getByText(/mqtt:\/\//).first()).toBeVisible()
  await realDesk(app, page, home).choose('Light')
  await expect(
    page.getByText(/Settings and recent files cannot be saved: .* permission denied/),
  ).toBeVisible()
  await app.close()
  expect(filesBelow(home.folder)).toEqual([])
})

test('a data folder that cannot be written: the user quits', async () => {
  home.lock()
  const started = start(home)
  await pressIn('^MQTT Fleet Lab$', 'Escape')
  expect(await started.ended).toEqual({ code: 0, signal: null })
})

test('a second start brings its file to the first and ends', async () => {
  const app = await launch(home)
  const page = await app.firstWindow()
  await expect(page.getByText(/mqtt:\/\//).first()).toBeVisible()
  home.write('second.fleetlab.yaml', 'version: 1\nname: Second\n')
  const second = start(home, { args: ['second.fleetlab.yaml'] })
  expect(await second.ended).toEqual({ code: 0, signal: null })
  await expect(page.getByRole('button', { name: /: Second$/ })).toBeVisible()
  await app.close()
})

test('a file on the command line is opened @smoke', async () => {
  const file = home.write('mine & yours.fleetlab.yaml', 'version: 1\nname: Mine\n')
  const app = await launch(home, { args: [file] })
  const page = await app.firstWindow()
  await expect(page.getByRole('button', { name: /: Mine$/ })).toBeVisible()
  await expect
    .poll(() => realDesk(app, page, home).labels())
    .toContain(`mine && yours.fleetlab.yaml — ${home.folder}`)
  await app.close()
})
