import { expect, test } from '@playwright/test'
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { expectBarInOrder } from '../screens'
import { realDesk, untilShown, type RealDesk } from './desk'
import { pressIn } from './native'
import { endOf, Home, launch } from './runtime'
import { changedMark } from '../../helpers/changed-mark'

// One window for all of these: each goes on where the one before has stopped.
test.describe.configure({ mode: 'serial' })

let home: Home
let desk: RealDesk
let end: () => Promise<void>

test.beforeAll(async () => {
  home = new Home()
  const app = await launch(home)
  end = endOf(app)
  desk = realDesk(app, await app.firstWindow(), home)
  await expect(desk.page.getByText(/mqtt:\/\//).first()).toBeVisible()
  await untilShown(app)
})
test.afterAll(async () => {
  await end()
  await home.remove()
})

/** What the dialogs of Electron were asked from now on; `button` is what the user answers. */
const answer = (button: number): Promise<void> =>
  desk.app.evaluate(({ dialog }, response) => {
    const asked: unknown[] = []
    Object.assign(globalThis, { asked })
    dialog.showMessageBox = (...args: unknown[]) => {
      const { title, message } = args.at(-1) as { title?: string; message: string }
      asked.push(title === 'MQTT Fleet Lab' ? message : `without a title: ${message}`)
      return Promise.resolve({ response, checkboxChecked: false })
    }
    const files = (...args: unknown[]): void => {
      const { title, defaultPath } = args.at(-1) as Electron.SaveDialogOptions
      asked.push({ title, defaultPath })
    }
    dialog.showOpenDialog = (...args: unknown[]) => {
      files(...args)
      return Promise.resolve({ canceled: true, filePaths: [] })
    }
  }, button)
const asked = (): Promise<unknown[]> =>
  desk.app.evaluate(() => (globalThis as unknown as { asked: unknown[] }).asked)
const windows = (): Promise<number> =>
  desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)

test('a failing engine restarts and says what was lost @smoke', async () => {
  await desk.app.evaluate(() => {
    // Not awaited by anyone.
    void Promise.resolve().then(() => Promise.reject(new Error('a test of the guard')))
  })
  await expect(
    desk.page.getByText(/The engine failed \(a test of the guard\) and the run was restarted/),
  ).toBeVisible()
  await desk.page.getByRole('button', { name: 'Dismiss' }).first().click()
})

test('Ctrl+W with a class watching asks, and the class stays', async ({ browser }) => {
  const { page } = desk
  await page.getByRole('button', { name: 'Share with a class' }).click()
  const dialog = page.getByRole('dialog', { name: 'Share with a class' })
  await dialog.getByRole('radio', { name: '127.0.0.1 lo' }).click()
  await dialog.getByRole('button', { name: 'Start sharing' }).click()
  const code = (await dialog.getByTestId('join-code').innerText()).replace(/\s/g, '')
  const pupil = await browser.newPage()
  await pupil.goto(await dialog.getByText(/^http:\/\/127\.0\.0\.1:\d+\/$/).innerText())
  await pupil.getByLabel('Join code').fill(code)
  await pupil.getByLabel('Your name').fill('Mina')
  await pupil.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(pupil.getByText('You are watching as Mina.')).toBeVisible()
  await page.getByRole('button', { name: 'Close' }).click()
  await answer(1)
  await pressIn('^MQTT Fleet Lab', 'ctrl+w')
  await expect.poll(asked).toEqual(['A class is watching. Close anyway?'])
  await expect(pupil.getByText('You are watching as Mina.')).toBeVisible()
  await pupil.close()
})

test('a folder is refused in the language of the user', async () => {
  const folder = home.path('a folder.yaml')
  mkdirSync(folder)
  expect(statSync(folder).isDirectory()).toBe(true)
  await desk.choose('한국어')
  await desk.emit('app', 'open-file', folder)
  await expect(
    desk.page.getByText('a folder.yaml 파일을 읽을 수 없습니다: 파일이 아니라 폴더입니다'),
  ).toBeVisible()
  await desk.choose('English')
  await expect(desk.page.getByText('a folder.yaml cannot be read: it is a folder')).toBeVisible()
  await desk.page.getByRole('button', { name: 'Dismiss' }).first().click()
})

test('dialogs for files have a title and begin where the last file lies', async () => {
  await answer(1)
  await desk.choose('Open…')
  const path = home.path('kept here.fleetlab.yaml')
  await desk.answer('save', path)
  await desk.choose('Save As…')
  await expect.poll(() => desk.labels()).toContain(`kept here.fleetlab.yaml — ${home.folder}`)
  await desk.choose('Open…')
  await expect.poll(asked).toHaveLength(2)
  const [first, second] = await asked()
  expect(first).toMatchObject({ title: 'Open a Scenario' })
  expect(second).toEqual({ title: 'Open a Scenario', defaultPath: dirname(path) })
})

test('the top bar has room for everything in the first window, in step mode with changes', async () => {
  const { page } = desk
  const slider = page.getByRole('slider', { name: /Packet loss on all links/ })
  await slider.press('ArrowRight')
  await expect(changedMark(page)).toBeVisible()
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('Shift+S')
  await expect(page.getByRole('button', { name: /[1-9]\d* held/ })).toBeVisible()
  await expectBarInOrder(page)
  const name = page.getByRole('button', { name: /^Scenario file: / })
  expect((await name.boundingBox())?.width).toBeGreaterThan(60)
  await page.keyboard.press('Shift+S')
})

test('Ctrl+W and Quit with unsaved changes ask; Cancel keeps the window, Don’t Save lets it go', async () => {
  await answer(2)
  await pressIn('^MQTT Fleet Lab', 'ctrl+w')
  await expect.poll(asked).toEqual(['Save the changes to the scenario?'])
  await desk.app.evaluate(({ app }) => app.quit())
  await expect.poll(asked).toHaveLength(2)
  expect(await windows()).toBe(1)
  await answer(1)
  const closed = new Promise((done) => desk.app.process().once('close', done))
  await pressIn('^MQTT Fleet Lab', 'ctrl+w')
  await closed
})
