import { expect, test, type ElectronApplication } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { realDesk, untilShown, type RealDesk } from './desk'
import { dismiss, pressIn, typeIn, windowsNamed } from './native'
import { endOf, Home, launch, runtime } from './runtime'

// One window for most of these: each goes on where the one before has stopped.
test.describe.configure({ mode: 'serial' })

let home: Home
let desk: RealDesk
/** Ends the application that runs, if one does. */
let end = async (): Promise<void> => undefined

/** Starts it; only one runs with a home, so that of a journey that has failed is ended first. */
const open = async (args: string[] = []): Promise<void> => {
  await end()
  const app = await launch(home, { args })
  end = endOf(app)
  desk = realDesk(app, await app.firstWindow(), home)
  await expect(desk.page.getByText(/mqtt:\/\//).first()).toBeVisible()
  await untilShown(app)
}

test.beforeAll(async () => {
  home = new Home()
  await open()
})
test.afterAll(async () => {
  await end()
  await home.remove()
})

const bounds = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow, screen }) => ({
    window: BrowserWindow.getAllWindows()[0]?.getBounds() ?? null,
    minimum: BrowserWindow.getAllWindows()[0]?.getMinimumSize() ?? null,
    area: screen.getPrimaryDisplay().workArea,
  }))

test('the menu has the roles and keys of a desktop, and leaves to the page what the page answers @smoke', async () => {
  const menu = await desk.menu()
  const roles = menu.map((i) => i.role?.toLowerCase())
  for (const role of [
    'undo',
    'redo',
    'cut',
    'copy',
    'paste',
    'selectall',
    'close',
    'quit',
    'zoomin',
    'zoomout',
  ])
    expect(roles).toContain(role)
  const save = menu.find((i) => i.label === 'Save')
  expect(save).toMatchObject({ accelerator: 'CmdOrCtrl+S', registered: false })
})

test('the window has the program’s own picture @smoke', async () => {
  const size = await desk.app.evaluate(
    ({ nativeImage }, path) => nativeImage.createFromPath(path).getSize(),
    join(runtime.application, 'build/icons/256x256.png'),
  )
  expect(size).toEqual({ width: 256, height: 256 })
  // What the system was given, where there is a tool to read it (Debian: x11-utils).
  const [id = ''] = await windowsNamed('^MQTT Fleet Lab')
  const { error, stdout } = spawnSync('xprop', ['-id', id, '-len', '8', '32c', '_NET_WM_ICON'], {
    encoding: 'utf8',
  })
  if (!error) expect(stdout).toMatch(/= 256\b/)
})

test('a click on its icon in the Dock brings the window to the front @smoke', async () => {
  const focused = await desk.app.evaluate(({ app, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    let times = 0
    if (window) Object.assign(window, { focus: () => (times += 1) })
    app.emit('activate', {}, true)
    if (window) delete (window as { focus?: unknown }).focus
    return times
  })
  expect(focused).toBe(1)
})

test('zoom by every key that means it', async () => {
  const level = (): Promise<number> =>
    desk.app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomLevel() ?? NaN,
    )
  const title = '^MQTT Fleet Lab'
  await pressIn(title, 'ctrl+equal')
  await expect.poll(level).toBeGreaterThan(0)
  const once = await level()
  await pressIn(title, 'ctrl+KP_Add')
  await expect.poll(level).toBeGreaterThan(once)
  await pressIn(title, 'ctrl+0')
  await expect.poll(level).toBe(0)
  await pressIn(title, 'ctrl+minus')
  await expect.poll(level).toBeLessThan(0)
  await pressIn(title, 'ctrl+0')
  await expect.poll(level).toBe(0)
})

test('a file dropped on the window is opened by its path', async () => {
  const path = home.write('dropped.fleetlab.yaml', 'version: 1\nname: Dropped\n')
  const session = await desk.page.context().newCDPSession(desk.page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 500, y: 400, data })
  await expect(desk.page.getByRole('button', { name: /: Dropped$/ })).toBeVisible()
})

test('a sleep of two minutes that nobody told of is said', async () => {
  // The system has been on for two minutes more than it was a moment ago.
  await desk.app.evaluate(() => {
    // 25 has no `getBuiltinModule`, and the version of its types has it always.
    type Load = (name: string) => unknown
    const own = process as unknown as { getBuiltinModule?: Load; mainModule: { require: Load } }
    const load: Load = own.getBuiltinModule ?? ((name) => own.mainModule.require(name))
    const os = load('node:os') as typeof import('node:os')
    const { syncBuiltinESMExports } = load('node:module') as typeof import('node:module')
    const uptime = os.uptime.bind(os)
    os.uptime = () => uptime() + 120
    syncBuiltinESMExports()
  })
  await expect(desk.page.getByText('The computer was asleep for 2 min.')).toBeVisible({ timeout: 15_000 })
})

test('an engine that is busy for long is said by the page, which stays alive, until it answers again', async () => {
  await desk.page.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    new MutationObserver(() => {
      const said = document.body.innerText.includes('The engine is busy')
      if (said !== (seen.at(-1) === 'busy')) seen.push(said ? 'busy' : 'answers')
    }).observe(document.body, { childList: true, subtree: true })
  })
  await desk.app.evaluate(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7500)
  })
  const seen = (): Promise<unknown> =>
    desk.page.evaluate(() => (window as unknown as { seen: string[] }).seen)
  await expect.poll(seen).toEqual(['busy', 'answers'])
})

test('a window that nobody has moved keeps no place; one that was moved opens there again', async () => {
  const kept = `${home.kept}/window.json`
  await desk.app.close()
  expect(existsSync(kept)).toBe(false)
  await open()
  let x = 39
  await expect(async () => {
    // A move in the first moment is taken for the window manager's own: the next one is the user's.
    const place = { x: ++x, y: 60, width: 1200, height: 800 }
    await desk.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), place)
    const now = (): string => (existsSync(kept) ? readFileSync(kept, 'utf8') : '')
    await expect.poll(now, { timeout: 3000 }).toContain(`"x":${x},`)
  }).toPass({ timeout: 30_000 })
  await desk.app.close()
  await open()
  expect((await bounds(desk.app)).window).toEqual({ x, y: 60, width: 1200, height: 800 })
  await desk.app.close()
})

test('at twice the scale the window fits the display', async () => {
  await open(['--force-device-scale-factor=2'])
  const { window, minimum, area } = await bounds(desk.app)
  expect(area.width).toBeLessThan(1024)
  expect(window?.width).toBeLessThanOrEqual(area.width)
  expect(window?.height).toBeLessThanOrEqual(area.height)
  expect(minimum?.[0]).toBeLessThanOrEqual(area.width)
  await desk.app.close()
})

test('Save As by the dialog of the toolkit: named, given up, written, and asked before it overwrites', async () => {
  const path = home.path('by-hand.fleetlab.yaml')
  await open()
  await desk.choose('Save As…')
  await dismiss('^Save$', 'Escape')
  expect(existsSync(path)).toBe(false)
  await desk.choose('Save As…')
  await pressIn('^Save$', 'ctrl+a')
  await typeIn('^Save$', path)
  await dismiss('^Save$', 'Return')
  await expect.poll(() => existsSync(path)).toBe(true)
  const written = readFileSync(path, 'utf8')
  home.write('by-hand.fleetlab.yaml', 'kept\n')
  await desk.choose('Save As…')
  await pressIn('^Save$', 'ctrl+a')
  await typeIn('^Save$', path)
  const before = await windowsNamed('')
  const asks = async (): Promise<boolean> => (await windowsNamed('')).some((id) => !before.includes(id))
  await expect(async () => {
    // The list of completions may have taken the first one.
    await pressIn('^Save$', 'Return')
    await expect.poll(asks, { timeout: 2000 }).toBe(true)
  }).toPass({ timeout: 20_000, intervals: [0] })
  // Written at once it would be closed; the question lies over it.
  expect(await windowsNamed('^Save$')).not.toEqual([])
  expect(readFileSync(path, 'utf8')).toBe('kept\n')
  expect(written).toContain('version: 1')
  // Two questions lie over the window by now, the second by the toolkit itself: neither holds the end up.
  await end()
})
