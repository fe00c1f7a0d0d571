import { _electron, expect, test, type ElectronApplication, type Page } from '@playwright/test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findElectron, noDisplayReason } from '../../scripts/electron-runtime.mjs'
import { brokenFiles, filesBelow } from '../helpers/kept-files'
import { expectLivePage, expectPolicy, expectRecoveryOffered } from './electron-journeys'
import { expectFiles, expectMenu, expectSleep, type Desk } from './electron-shell-journeys'

const root = join(import.meta.dirname, '../..')
const runtime = findElectron()
const reason = noDisplayReason() ?? (runtime.path === null ? runtime.why : null)

if (reason !== null) console.log(`skipped: no real Electron: ${reason}`)

const launch = (folder: string): Promise<ElectronApplication> =>
  _electron.launch({
    executablePath: runtime.path ?? '',
    args: [root, '--lang=en-US'],
    env: { ...process.env, XDG_DATA_HOME: folder },
  })

/** A desk of a real Electron; its dialogs are answered in its main process. */
function realDesk(app: ElectronApplication, page: Page, folder: string): Desk {
  return {
    page,
    folder,
    labels: () =>
      app.evaluate(({ Menu }) => {
        const of = (menu: Electron.Menu | null | undefined): string[] =>
          menu?.items.flatMap((i) => [i.label, ...of(i.submenu)]) ?? []
        return of(Menu.getApplicationMenu())
      }),
    choose: (label) =>
      app.evaluate(({ Menu }, wanted) => {
        const find = (menu: Electron.Menu | null | undefined): Electron.MenuItem | undefined =>
          menu?.items.map((i) => (i.label === wanted && !i.submenu ? i : find(i.submenu))).find((i) => i)
        const item = find(Menu.getApplicationMenu())
        if (!item) throw new Error(`the menu has no ${wanted}`)
        ;(item.click as () => void)()
      }, label),
    answer: (kind, path) =>
      app.evaluate(
        ({ dialog }, [k, p]) => {
          if (k === 'open') dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [p] })
          else dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: p })
        },
        [kind, path] as const,
      ),
    emit: (from, event, ...args) =>
      app.evaluate(
        (electron, [f, e, a]) => {
          const emitter = electron[f] as unknown as NodeJS.EventEmitter
          emitter.emit(e, { preventDefault: () => undefined }, ...a)
        },
        [from, event, args] as const,
      ),
    themeSource: () => app.evaluate(({ nativeTheme }) => nativeTheme.themeSource),
  }
}

/** Kills the application once its scenario is on the disk. */
async function killRun(folder: string): Promise<void> {
  const app = await launch(folder)
  await app.firstWindow()
  const kept = join(folder, 'mqtt-fleet-lab/sessions')
  await expect.poll(() => (existsSync(kept) ? filesBelow(kept).length : 0)).toBeGreaterThan(0)
  const closed = new Promise((done) => app.process().once('close', done))
  app.process().kill('SIGKILL')
  await closed
  expect(brokenFiles(kept)).toEqual([])
}

test('the same journeys in a real Electron', async () => {
  test.skip(reason !== null, `no real Electron: ${reason ?? ''}`)
  test.setTimeout(120_000)
  const folder = mkdtempSync(join(tmpdir(), 'fleetlab-real-'))
  await killRun(folder)
  const app = await launch(folder)
  const page = await app.firstWindow()
  await expectLivePage(page)
  await expectRecoveryOffered(page)
  await expectPolicy(page)
  expect(page.url()).toMatch(/^app:\/\/fleetlab\//)
  const desk = realDesk(app, page, folder)
  await expectMenu(desk)
  await expectFiles(desk)
  await expectSleep(desk)
  await app.close()
  expect(filesBelow(join(folder, 'mqtt-fleet-lab/sessions'))).toEqual([])
  rmSync(folder, { recursive: true })
})
