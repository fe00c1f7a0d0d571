import { expect, test, type ElectronApplication } from '@playwright/test'
import { realDesk } from './desk'
import { Home, launch } from './runtime'

let home: Home
let app: ElectronApplication

test.beforeEach(async () => {
  home = new Home()
  app = await launch(home)
})
/** Waits until the page shows the broker's address. */
const live = async (): Promise<void> => {
  const page = await app.firstWindow()
  await expect(page.getByText(/mqtt:\/\//).first()).toBeVisible()
}
test.afterEach(() => home.remove())

/** What the page shows; Playwright does not see a page again that has died. */
const shown = (): Promise<string> =>
  app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (!contents || contents.isCrashed() || contents.isLoading()) return ''
    // A page that dies meanwhile never answers.
    const late = new Promise((resolve) =>
      AbortSignal.timeout(1000).addEventListener('abort', () => resolve('')),
    )
    return String(await Promise.race([contents.executeJavaScript('document.body.innerText'), late]))
  })

/** Kills the page's process, as a system short of memory does. */
const killPage = (): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => {
    const pid = BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId()
    if (pid) process.kill(pid, 'SIGKILL')
  })

/** In which it ends after SIGTERM on a machine that is busy with something else; by itself within its limits of 2.5 s. */
const ENDS_MS = 10_000

/** Ends the application; resolves to the time that took, in ms. */
async function terminate(): Promise<number> {
  const from = performance.now()
  const closed = new Promise((done) => app.process().once('close', done))
  app.process().kill('SIGTERM')
  await closed
  return performance.now() - from
}

test('a page that was killed is loaded again and says so; the engine goes on', async () => {
  await live()
  await killPage()
  await expect.poll(shown, { timeout: 20_000 }).toContain('The window failed (killed) and was reloaded')
  expect(await shown()).not.toContain('engine failed')
  expect(await terminate()).toBeLessThan(ENDS_MS)
})

test('a page that dies while it loads is loaded again, and the engine goes on', async () => {
  await live()
  let said = ''
  app.process().stderr?.on('data', (d: Buffer) => (said += d.toString()))
  await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    const kill = (): void => {
      const pid = contents?.getOSProcessId() ?? 0
      if (pid > 0) process.kill(pid, 'SIGKILL')
    }
    // The scripts of the page have yet to run.
    contents?.once('dom-ready', kill)
    kill()
  })
  await expect.poll(shown, { timeout: 20_000 }).toContain('was reloaded')
  expect(await shown()).not.toContain('engine failed')
  expect(said).not.toContain('uncaught')
  expect(await terminate()).toBeLessThan(ENDS_MS)
})

test('a page that dies while it loads for the first time is loaded again: the start has not failed', async () => {
  let said = ''
  app.process().stderr?.on('data', (d: Buffer) => (said += d.toString()))
  await app.evaluate(({ app: electron, BrowserWindow }) => {
    const kill = (window: Electron.BrowserWindow): void => {
      window.webContents.once('did-navigate', () => {
        process.kill(window.webContents.getOSProcessId(), 'SIGKILL')
      })
    }
    const [window] = BrowserWindow.getAllWindows()
    if (window) kill(window)
    else electron.once('browser-window-created', (_event, w) => kill(w))
  })
  await expect.poll(shown, { timeout: 20_000 }).toContain('was reloaded')
  expect(said).not.toContain('error: start')
  expect(await terminate()).toBeLessThan(ENDS_MS)
})

test('a page that keeps dying: the engine is closed, the user is asked, and SIGTERM is still heard', async () => {
  const desk = realDesk(app, await app.firstWindow(), home)
  await desk.choose('한국어')
  await expect.poll(() => desk.labels()).toContain('파일')
  await app.evaluate(({ dialog }) => {
    const asked: string[] = []
    Object.assign(globalThis, { __asked: asked })
    dialog.showMessageBox = (...args: unknown[]) => {
      const options = args.at(-1) as { message: string }
      asked.push(options.message)
      return new Promise(() => undefined)
    }
  })
  for (let i = 0; i < 3; i++) {
    await killPage()
    await expect.poll(shown, { timeout: 20_000 }).toContain('MQTT')
  }
  await killPage()
  const asked = (): Promise<string[]> =>
    app.evaluate(() => (globalThis as unknown as { __asked: string[] }).__asked)
  await expect.poll(asked).toEqual(['MQTT Fleet Lab을 끝내야 합니다'])
  expect(await terminate()).toBeLessThan(ENDS_MS)
})
