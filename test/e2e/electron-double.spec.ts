import { expect, test } from '@playwright/test'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { register } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createElectron } from '../helpers/electron-double'
import { brokenFiles, filesBelow, welcomed } from '../helpers/kept-files'
import { expectLivePage, expectPolicy, expectRecoveryOffered } from './electron-journeys'
import {
  doubleDesk,
  expectCloseAsked,
  expectDrop,
  expectDropsGuarded,
  expectEngineRecovered,
  expectFiles,
  expectMenu,
  expectPageRecovered,
  expectPlaceKept,
  expectSleep,
} from './electron-shell-journeys'

const root = join(import.meta.dirname, '../..')
/** The application under test: of this checkout, or one unpacked from an installer's archive. */
const application = process.env['FLEETLAB_APP'] ?? root
register(pathToFileURL(join(root, 'test/helpers/electron-hook.mjs')).href)

/** Starts the application on the folder and kills it once its scenario is on the disk. */
async function killRun(folder: string): Promise<void> {
  const args = ['--import', 'tsx', join(root, 'test/helpers/electron-child.ts'), folder]
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, XDG_DATA_HOME: folder },
    stdio: 'ignore',
  })
  const closed = new Promise((done) => child.once('close', done))
  const kept = join(folder, 'mqtt-fleet-lab')
  const sessions = (): number =>
    filesBelow(join(kept, 'sessions')).filter((name) => name.endsWith('.json')).length
  await expect.poll(sessions, { timeout: 20_000 }).toBeGreaterThan(0)
  child.kill('SIGKILL')
  await closed
  expect(brokenFiles(kept)).toEqual([])
}

// One process can load the main bundle once, so this is one test with steps.
test('built main, preload and page, with a double for Electron', async ({ page }) => {
  test.setTimeout(90_000)
  const folder = mkdtempSync(join(tmpdir(), 'fleetlab-double-'))
  welcomed(join(folder, 'mqtt-fleet-lab'))
  await killRun(folder)
  const electron = createElectron(page, folder)
  process.env['XDG_DATA_HOME'] = folder
  const guarded = process.listeners('uncaughtException')
  Object.assign(globalThis, { __electronDouble: electron.module })
  await import(pathToFileURL(join(application, 'out/main/main.js')).href)
  const window = await expect
    .poll(() => electron.module.BrowserWindow.all[0]?.visible, { timeout: 15_000 })
    .toBe(true)
    .then(() => electron.module.BrowserWindow.all[0]!)

  await test.step('the window is isolated, sandboxed and has the built preload', () => {
    const preferences = window.options.webPreferences
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
    })
    expect(existsSync(preferences?.preload ?? '')).toBe(true)
    expect(window.options.show).toBe(false)
    expect(electron.schemes.map((s) => s.scheme)).toEqual(['app'])
    expect(electron.menus).toHaveLength(1)
    expect(electron.app.getPath('userData')).toBe(join(folder, 'mqtt-fleet-lab'))
  })

  await test.step('the page is live', () => expectLivePage(page))

  await test.step('the run that was killed before is offered', async () => {
    await expectRecoveryOffered(page)
  })

  await test.step('the page protocol sends the policy and nothing outside its folder', async () => {
    const serve = electron.handlers.get('app')!
    const answer = await serve(new Request('app://fleetlab/'))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    for (const path of [
      '/../package.json',
      '/%2e%2e/%2e%2e/package.json',
      '/..%2f..%2fpackage.json',
      '/%00',
      '/%',
    ]) {
      expect((await serve(new Request(`app://fleetlab${path}`))).status).toBe(404)
    }
    expect((await serve(new Request('app://elsewhere/'))).status).toBe(404)
    expect((await serve(new Request('app://fleetlab/', { method: 'POST' }))).status).toBe(404)
  })

  await test.step('the policy holds in the page', () => expectPolicy(page))

  await test.step('leaving the page, windows, webviews and permissions are refused', () => {
    const { webContents } = window
    const refused = (event: string, url: string): boolean => {
      let prevented = false
      webContents.emit(event, { url, preventDefault: () => (prevented = true) })
      return prevented
    }
    expect(refused('will-navigate', 'https://example.org/')).toBe(true)
    expect(refused('will-navigate', 'app://fleetlab.example.org/')).toBe(true)
    expect(refused('will-navigate', 'app://fleetlab/')).toBe(false)
    expect(refused('will-redirect', 'file:///etc/passwd')).toBe(true)
    expect(refused('will-attach-webview', '')).toBe(true)
    expect(webContents.openHandler?.({ url: 'https://example.org/' })).toEqual({ action: 'deny' })
    const granted = (permission: string): boolean => {
      let answer = false
      webContents.session.permissionRequest?.(webContents, permission, (ok) => (answer = ok))
      return answer
    }
    expect(['media', 'geolocation', 'notifications', 'clipboard-read'].filter(granted)).toEqual([])
    expect(webContents.session.permissionCheck?.(webContents, 'media')).toBe(false)
  })

  await test.step('a port is given to our page alone', () => {
    const given: unknown[] = []
    const sender = Object.assign(Object.create(window.webContents) as object, {
      id: 77,
      postMessage: (...args: unknown[]) => given.push(args),
    })
    const ask = (senderFrame: unknown): void => {
      electron.ipcMain.emit('fleetlab:connect', { sender, senderFrame })
    }
    ask(null)
    ask({ url: 'https://example.org/', parent: null })
    ask({ url: 'app://fleetlab/', parent: {} })
    expect(given).toHaveLength(0)
    ask({ url: 'app://fleetlab/', parent: null })
    expect(given).toHaveLength(1)
  })

  const desk = doubleDesk(electron, page, window, folder)
  const guard = process.listeners('uncaughtException').find((f) => !guarded.includes(f))
  await test.step('the menu works in both languages', () => expectMenu(desk))
  await test.step('files are opened and saved by the host', () => expectFiles(desk))
  await test.step('a file dropped on the page is opened by its path', () => expectDrop(desk))
  await test.step('a dropped path counts from our page alone', () => expectDropsGuarded(desk))
  await test.step('the place of the window is kept', () => expectPlaceKept(desk))
  await test.step('the run stands still while the computer sleeps', () => expectSleep(desk))
  await test.step('a page that died is loaded again', () => expectPageRecovered(desk))
  await test.step('an engine that failed restarts', () =>
    expectEngineRecovered(desk, (e) => guard?.(e, 'uncaughtException')))
  await test.step('closing asks about changes', () => expectCloseAsked(desk))

  await test.step('quitting closes everything within two seconds', async () => {
    const started = performance.now()
    electron.app.quit()
    expect(await electron.exited).toBe(0)
    expect(performance.now() - started).toBeLessThan(2000)
    expect(electron.errorBoxes).toEqual([])
    expect(readdirSync(join(folder, 'mqtt-fleet-lab/sessions'))).toEqual([])
    await electron.dispose()
    rmSync(folder, { recursive: true })
  })
})
