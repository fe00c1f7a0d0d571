import { expect, type Page } from '@playwright/test'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { createElectron, WindowDouble } from '../helpers/electron-double'

type Item = Electron.MenuItemConstructorOptions

/** The double, the page in it and the folder of its user. */
export interface Desk {
  electron: ReturnType<typeof createElectron>
  page: Page
  window: WindowDouble
  folder: string
}

const scenarioButton = (page: Page, name: string) =>
  page.getByRole('button', { name: new RegExp(`: ${name}$`) })

function* items(menu: readonly Item[]): Generator<Item> {
  for (const item of menu) {
    yield item
    if (Array.isArray(item.submenu)) yield* items(item.submenu)
  }
}

/** Chooses an item of the menu that is up, by its label. */
function choose({ electron }: Desk, label: string): void {
  const found = [...items(electron.menus.at(-1) ?? [])].find((i) => i.label === label)
  if (!found?.click) throw new Error(`the menu has no ${label} to click`)
  ;(found.click as () => void)()
}

export async function expectMenu(desk: Desk): Promise<void> {
  const { electron, page } = desk
  const labels = electron.menus.at(-1)?.map((m) => m.label)
  expect(labels).toEqual(['File', 'Edit', 'View', 'Run', 'Help'])
  choose(desk, 'Traffic')
  await expect(page).toHaveURL(/#\/traffic/)
  choose(desk, 'Lab')
  choose(desk, '한국어')
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko')
  expect(electron.menus.at(-1)?.[0]?.label).toBe('파일')
  choose(desk, 'English')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  choose(desk, 'Light')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  expect(electron.module.nativeTheme.themeSource).toBe('light')
  choose(desk, 'As the System')
  choose(desk, 'Keyboard Shortcuts')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await page.keyboard.press('Escape')
  choose(desk, 'About MQTT Fleet Lab')
  await expect(page.getByRole('dialog')).toContainText('Node.js')
  await page.keyboard.press('Escape')
  choose(desk, 'Run or Pause')
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()
  choose(desk, 'Run or Pause')
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
}

export async function expectFiles(desk: Desk): Promise<void> {
  const { electron, page, folder } = desk
  const saved = join(folder, 'kept.fleetlab.yaml')
  electron.answers.save.push(saved)
  choose(desk, 'Save As…')
  await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).toContain('version: 1')
  await expect
    .poll(() => [...items(electron.menus.at(-1) ?? [])].map((i) => i.label))
    .toContain(`kept.fleetlab.yaml — ${folder}`)

  electron.answers.save.push('/dev/full')
  choose(desk, 'Packets for Wireshark…')
  const line = 'full was not written: the disk is full; free some space or choose another place'
  await expect(page.getByText(line)).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).first().click()

  const second = join(folder, 'second.fleetlab.yaml')
  await writeFile(second, 'version: 1\nname: Second\n')
  electron.app.emit('second-instance', {}, ['/opt/fleetlab', '--flag', 'second.fleetlab.yaml'], folder)
  await expect(scenarioButton(page, 'Second')).toBeVisible()

  await writeFile(join(folder, 'third.yaml'), 'version: 1\nname: Third\n')
  electron.answers.open.push(join(folder, 'third.yaml'))
  choose(desk, 'Open…')
  await expect(scenarioButton(page, 'Third')).toBeVisible()

  let prevented = false
  electron.app.emit('open-file', { preventDefault: () => (prevented = true) }, join(folder, 'none.yaml'))
  await expect(page.getByText('none.yaml cannot be read: it is not there any more')).toBeVisible()
  expect(prevented).toBe(true)
  await page.getByRole('button', { name: 'Dismiss' }).first().click()

  await page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File(['x'], 'second.fleetlab.yaml'))
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
  })
  await expect(scenarioButton(page, 'Second')).toBeVisible()
}

/** A dropped path counts only from the top frame of our own page. */
export function expectDropsGuarded({ electron, folder }: Desk, page: Page): Promise<void> {
  const path = join(folder, 'third.yaml')
  electron.ipcMain.emit(
    'fleetlab:dropped',
    { senderFrame: { url: 'https://example.org/', parent: null } },
    path,
  )
  electron.ipcMain.emit('fleetlab:dropped', { senderFrame: null }, path)
  return expect(scenarioButton(page, 'Second')).toBeVisible()
}

export async function expectPlaceKept({ window, folder }: Desk): Promise<void> {
  window.bounds = { x: 10, y: 20, width: 1200, height: 800 }
  window.emit('resize')
  const kept = (): Promise<string> =>
    readFile(join(folder, 'mqtt-fleet-lab/window.json'), 'utf8').catch(() => '')
  await expect.poll(kept).toContain('"width":1200')
}

export async function expectSleep({ electron, page }: Desk): Promise<void> {
  const clock = page.getByRole('timer', { name: 'Time of the run' })
  electron.module.powerMonitor.emit('suspend')
  const seconds = async (): Promise<number> => Number((await clock.innerText()).split(':').at(-1))
  await page.waitForTimeout(600)
  const asleep = await seconds()
  await page.waitForTimeout(1500)
  // Between two messages of the engine the page moves its clock on by itself, a quarter of a second at most.
  expect(Math.abs((await seconds()) - asleep)).toBeLessThan(0.5)
  electron.module.powerMonitor.emit('resume')
  await expect.poll(seconds).toBeGreaterThan(asleep + 1)
}

export async function expectPageRecovered({ page, window }: Desk): Promise<void> {
  await page.evaluate(() => Object.assign(globalThis, { __before: true }))
  window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  await expect(page.getByText('The window failed (crashed) and was loaded again.')).toBeVisible()
  expect(await page.evaluate(() => '__before' in globalThis)).toBe(false)
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
}

/** `fail` is what the process calls when nobody else caught something. */
export async function expectEngineRecovered({ page }: Desk, fail: (e: Error) => void): Promise<void> {
  fail(new Error('a test of the guard'))
  await expect(
    page.getByText(/The engine failed \(a test of the guard\) and began the run anew/),
  ).toBeVisible()
  await expect(scenarioButton(page, 'Second')).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
}

export async function expectCloseAsked({ electron, page, window }: Desk): Promise<void> {
  const slider = page.getByRole('slider', { name: /Packet loss on all links/ })
  await slider.focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByText('changed', { exact: true })).toBeVisible()
  window.close()
  await expect.poll(() => electron.asked.length).toBe(1)
  expect(electron.asked[0]).toMatchObject({
    message: 'Save the changes of the scenario?',
    buttons: ['Save', 'Don’t Save', 'Cancel'],
  })
  expect(electron.module.BrowserWindow.all).toContain(window)
  electron.answers.message.push(1)
}
