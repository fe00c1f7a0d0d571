import { expect, test, type ElectronApplication, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Home, launch, runtime } from './runtime'

// Every way out of the page that a script in it could try, in one window.
test.describe.configure({ mode: 'serial' })

let app: ElectronApplication
let page: Page
let home: Home

test.beforeAll(async () => {
  home = new Home()
  app = await launch(home)
  page = await app.firstWindow()
  await expect(page.getByText(/mqtt:\/\//).first()).toBeVisible()
})
test.afterAll(() => home.remove())

const ownPage = /^app:\/\/fleetlab\//

test('the page runs in a process with a filter on its system calls and no new privileges @smoke', async () => {
  const pid = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  )
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  expect(status).toMatch(/^Seccomp:\s+2$/m)
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
})

test('no Node in the page or in a frame of it @smoke', async () => {
  const found = await page.evaluate(() => {
    const names = ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer']
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const inner = frame.contentWindow
    const seen = [window, inner].map((w) => names.filter((n) => w !== null && n in w))
    const bridged = inner?.fleetlab !== undefined
    frame.remove()
    return { seen, bridged }
  })
  expect(found).toEqual({ seen: [[], []], bridged: false })
})

test('a frame cannot be filled from elsewhere, nor with a script of its own @smoke', async () => {
  const ran = await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    frame.srcdoc = '<script>parent.__escaped = true</script>'
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
    document.body.append(frame)
    await loaded
    const escaped = '__escaped' in window
    frame.remove()
    return escaped
  })
  expect(ran).toBe(false)
})

test('window.open opens nothing @smoke', async () => {
  const opened = await page.evaluate(() =>
    ['https://example.org/', 'about:blank', 'file:///etc/passwd', 'app://fleetlab/'].map(
      (url) => window.open(url) !== null,
    ),
  )
  expect(opened).toEqual([false, false, false, false])
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

for (const url of ['https://example.org/', 'file:///etc/passwd', 'app://elsewhere/', 'data:text/html,x'])
  test(`the page is not left for ${url} @smoke`, async () => {
    // From the main process: Playwright itself would wait for where the page might go.
    await app.evaluate(async ({ BrowserWindow }, to) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents
      // Electron asks about the way out, or Chromium itself says that there is none.
      const refused = new Promise<void>((resolve) => {
        contents.once('will-navigate', () => setImmediate(resolve))
        contents.on('console-message', (event: { message?: string }, _level?: number, text?: string) => {
          if (/not allowed to/i.test(text ?? event.message ?? '')) resolve()
        })
      })
      await contents.executeJavaScript(`{
        const link = document.createElement('a')
        link.href = ${JSON.stringify(to)}
        document.body.append(link)
        link.click()
        link.remove()
      }`)
      await refused
    }, url)
    expect(page.url()).toMatch(ownPage)
  })

test('an empty page is left again at once @smoke', async () => {
  await page.evaluate(() => {
    location.href = 'about:blank'
  })
  await expect.poll(() => page.url()).toMatch(ownPage)
  await expect(page.getByText(/mqtt:\/\//).first()).toBeVisible()
})

test('files of the computer and of the program are out of reach @smoke', async () => {
  const status = await page.evaluate(() => {
    const urls = [
      'file:///etc/passwd',
      'app://fleetlab/../package.json',
      'app://fleetlab/%2e%2e/%2e%2e/package.json',
      'app://fleetlab/..%2f..%2fpackage.json',
      'app://fleetlab/%00',
      'app://elsewhere/index.html',
    ]
    return Promise.all(
      urls.map((url) =>
        fetch(url).then(
          (r) => r.status,
          () => 'refused',
        ),
      ),
    )
  })
  expect(status.filter((s) => s !== 404 && s !== 'refused')).toEqual([])
})

test('inline scripts, eval and foreign connections are refused by the policy @smoke', async () => {
  const outcome = await page.evaluate(async () => {
    const blocked: string[] = []
    document.addEventListener('securitypolicyviolation', (e) => blocked.push(e.effectiveDirective))
    const script = document.createElement('script')
    script.textContent = 'window.__inline = true'
    document.head.append(script)
    const link = document.createElement('a')
    link.href = 'javascript:void (window.__inline = true)'
    document.body.append(link)
    link.click()
    // Later: what the tests evaluate themselves is let through.
    const evaluated = await new Promise<string[]>((resolve) =>
      requestAnimationFrame(() => {
        const ran: string[] = []
        for (const [name, run] of [
          ['eval', () => void (0, eval)('1')],
          // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is to be refused
          ['Function', () => new Function('return 1')],
        ] as const) {
          try {
            run()
            ran.push(name)
          } catch {
            // refused, as it should be
          }
        }
        resolve(ran)
      }),
    )
    const socket = new WebSocket('ws://127.0.0.1:9/')
    await new Promise((resolve) => socket.addEventListener('error', resolve))
    link.remove()
    return { blocked, evaluated, inline: '__inline' in window }
  })
  expect(outcome.inline).toBe(false)
  expect(outcome.evaluated).toEqual([])
  expect(outcome.blocked).toEqual(expect.arrayContaining(['script-src-elem', 'script-src', 'connect-src']))
})

test('the page gets no permission but to write the clipboard @smoke', async () => {
  const answers = await page.evaluate(async () => {
    const tried = {
      clipboard: () => navigator.clipboard.readText(),
      camera: () => navigator.mediaDevices.getUserMedia({ video: true }),
      place: () => new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, no)),
    }
    const granted = []
    for (const [name, run] of Object.entries(tried))
      await run().then(
        () => granted.push(name),
        () => undefined,
      )
    if ((await Notification.requestPermission()) === 'granted') granted.push('notifications')
    return granted
  })
  expect(answers).toEqual([])
})

test('the bridge cannot be changed, and takes no path that the page names @smoke', async () => {
  const tried = await page.evaluate(() => {
    const own = window as unknown as {
      fleetlab: { connect: unknown; openFile(file: unknown): unknown }
    }
    const before = own.fleetlab.connect
    const failed = (run: () => unknown): boolean => {
      try {
        return run() !== true
      } catch {
        return true
      }
    }
    try {
      own.fleetlab.connect = null
    } catch {
      // frozen
    }
    const forged = Object.assign(new File(['version: 1'], 'passwd'), { fleetlab: '/etc/passwd' })
    return {
      same: own.fleetlab.connect === before,
      path: failed(() => own.fleetlab.openFile('/etc/passwd')),
      forged: failed(() => own.fleetlab.openFile(forged)),
    }
  })
  expect(tried).toEqual({ same: true, path: true, forged: true })
})

test('a page from elsewhere that has our bridge gets no port @smoke', async () => {
  const got = await app.evaluate(
    async ({ BrowserWindow, ipcMain }, preload) => {
      const webPreferences = { preload, sandbox: true, contextIsolation: true }
      const asked = new Promise((resolve) => ipcMain.once('fleetlab:connect', resolve))
      const other = new BrowserWindow({ show: false, webPreferences })
      await other.loadURL('data:text/html,<title>other</title>')
      await other.webContents.executeJavaScript(`{
        globalThis.got = 'nothing'
        addEventListener('message', (e) => { got = String(e.data?.type) })
        fleetlab.connect()
      }`)
      await asked
      let answer: unknown
      // What was sent back would be there before the last of these answers.
      for (let i = 0; i < 10; i++) answer = await other.webContents.executeJavaScript('got')
      other.destroy()
      return answer
    },
    join(runtime.application, 'out/preload/preload.cjs'),
  )
  expect(got).toBe('nothing')
})
