import { expect, type Page } from '@playwright/test'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keepsChanges } from '../helpers/kept-files'
import { frames } from './screens'
import type { createElectron, WindowDouble } from '../helpers/electron-double'
import { changedMark } from '../helpers/changed-mark'

/** The application under test, whoever runs it: the double or a real Electron. */
export interface Desk {
  page: Page
  /** Folder of the user: what is kept lies in `mqtt-fleet-lab` below it. */
  folder: string
  /** Labels of the menu that is up, all levels in order. */
  labels(): Promise<string[]>
  /** Clicks an item of the menu by its label. */
  choose(label: string): Promise<void>
  /** What the user answers to the next dialog for files. */
  answer(kind: 'open' | 'save', path: string): Promise<void>
  /** Emits an event of Electron, with an event object first. */
  emit(from: 'app' | 'powerMonitor', event: string, ...args: unknown[]): Promise<void>
  themeSource(): Promise<string>
}

/** A desk of the double, with what only a double can do. */
export interface DoubleDesk extends Desk {
  electron: ReturnType<typeof createElectron>
  window: WindowDouble
}

type Item = Electron.MenuItemConstructorOptions

function* items(menu: readonly Item[]): Generator<Item> {
  for (const item of menu) {
    yield item
    if (Array.isArray(item.submenu)) yield* items(item.submenu)
  }
}

export function doubleDesk(
  electron: ReturnType<typeof createElectron>,
  page: Page,
  window: WindowDouble,
  folder: string,
): DoubleDesk {
  const all = (): Item[] => [...items(electron.menus.at(-1) ?? [])]
  return {
    electron,
    page,
    window,
    folder,
    labels: async () => all().flatMap((i) => i.label ?? []),
    choose: async (label) => {
      const found = all().find((i) => i.label === label)
      if (!found?.click) throw new Error(`the menu has no ${label} to click`)
      ;(found.click as () => void)()
    },
    answer: async (kind, path) => void electron.answers[kind].push(path),
    emit: async (from, event, ...args) =>
      void electron.module[from].emit(event, { preventDefault: () => undefined }, ...args),
    themeSource: async () => electron.module.nativeTheme.themeSource,
  }
}

const scenarioButton = (page: Page, name: string) =>
  page.getByRole('button', { name: new RegExp(`: ${name}$`) })

export async function expectMenu(desk: Desk): Promise<void> {
  const { page } = desk
  for (const label of ['File', 'Edit', 'View', 'Run', 'Help']) expect(await desk.labels()).toContain(label)
  await desk.choose('Traffic')
  await expect(page).toHaveURL(/#\/traffic/)
  await desk.choose('Lab')
  await desk.choose('한국어')
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko')
  expect(await desk.labels()).toContain('파일')
  await desk.choose('English')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await desk.choose('Light')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  expect(await desk.themeSource()).toBe('light')
  await desk.choose('Same as System')
  await desk.choose('Keyboard Shortcuts')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await page.keyboard.press('Escape')
  await desk.choose('About MQTT Fleet Lab')
  await expect(page.getByRole('dialog')).toContainText('Node.js')
  await page.keyboard.press('Escape')
  await desk.choose('Documentation')
  await expect(page.getByRole('dialog').getByRole('article')).toBeVisible()
  await page.keyboard.press('Escape')
  await desk.choose('Run or Pause')
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()
  await desk.choose('Run or Pause')
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
}

export async function expectFiles(desk: Desk): Promise<void> {
  const { page, folder } = desk
  const saved = join(folder, 'kept.fleetlab.yaml')
  await desk.answer('save', saved)
  await desk.choose('Save As…')
  await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).toContain('version: 1')
  await expect.poll(() => desk.labels()).toContain(`kept.fleetlab.yaml — ${folder}`)

  await desk.answer('save', '/dev/full')
  await desk.choose('Packets for Wireshark…')
  const line = 'full was not written: the disk is full; free some space or choose another location'
  await expect(page.getByText(line)).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).first().click()

  const second = join(folder, 'second.fleetlab.yaml')
  await writeFile(second, 'version: 1\nname: Second\n')
  await desk.emit('app', 'second-instance', ['/opt/fleetlab', '--flag', 'second.fleetlab.yaml'], folder)
  await expect(scenarioButton(page, 'Second')).toBeVisible()

  await writeFile(join(folder, 'third.yaml'), 'version: 1\nname: Third\n')
  await desk.answer('open', join(folder, 'third.yaml'))
  await desk.choose('Open…')
  await expect(scenarioButton(page, 'Third')).toBeVisible()

  await desk.emit('app', 'open-file', join(folder, 'none.yaml'))
  await expect(page.getByText('none.yaml cannot be read: it no longer exists')).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
  await desk.emit('app', 'open-file', second)
  await expect(scenarioButton(page, 'Second')).toBeVisible()
}

/** Drops a file on the page; the double's files lie in its folder. */
export async function expectDrop({ page }: DoubleDesk): Promise<void> {
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File(['x'], 'third.yaml'))
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
  })
  await expect(scenarioButton(page, 'Third')).toBeVisible()
}

/** A dropped path counts only from the top frame of our own page. */
export function expectDropsGuarded({ electron, folder, page }: DoubleDesk): Promise<void> {
  const path = join(folder, 'second.fleetlab.yaml')
  electron.ipcMain.emit(
    'fleetlab:dropped',
    { senderFrame: { url: 'https://example.org/', parent: null } },
    path,
  )
  electron.ipcMain.emit('fleetlab:dropped', { senderFrame: null }, path)
  return expect(scenarioButton(page, 'Third')).toBeVisible()
}

export async function expectPlaceKept({ window, folder }: DoubleDesk): Promise<void> {
  window.bounds = { x: 10, y: 20, width: 1200, height: 800 }
  window.emit('resize')
  const kept = (): Promise<string> =>
    readFile(join(folder, 'mqtt-fleet-lab/window.json'), 'utf8').catch(() => '')
  await expect.poll(kept).toContain('"width":1200')
}

export async function expectSleep({ page, emit }: Desk): Promise<void> {
  const clock = page.getByRole('timer', { name: 'Run time' })
  await emit('powerMonitor', 'suspend')
  const seconds = async (): Promise<number> => Number((await clock.innerText()).split(':').at(-1))
  await frames(page, 30)
  const asleep = await seconds()
  await frames(page, 90)
  // Between two messages of the engine the page moves its clock on by itself, a quarter of a second at most.
  expect(Math.abs((await seconds()) - asleep)).toBeLessThan(0.5)
  await emit('powerMonitor', 'resume')
  await expect.poll(seconds).toBeGreaterThan(asleep + 1)
}

export async function expectPageRecovered({ page, window }: DoubleDesk): Promise<void> {
  await page.evaluate(() => Object.assign(globalThis, { __before: true }))
  window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  await expect(page.getByText('The window failed (crashed) and was reloaded.')).toBeVisible()
  expect(await page.evaluate(() => '__before' in globalThis)).toBe(false)
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
}

/** `fail` is what the process calls when nobody else caught something. */
export async function expectEngineRecovered({ page }: Desk, fail: (e: Error) => void): Promise<void> {
  fail(new Error('a test of the guard'))
  await expect(
    page.getByText(/The engine failed \(a test of the guard\) and the run was restarted/),
  ).toBeVisible()
  await expect(scenarioButton(page, 'Third')).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
}

export async function expectCloseAsked({ electron, page, window, folder }: DoubleDesk): Promise<void> {
  const slider = page.getByRole('slider', { name: /Packet loss on all links/ })
  await slider.focus()
  await page.keyboard.press('ArrowRight')
  await expect(changedMark(page)).toBeVisible()
  // The page says so at once; the host learns of it a message later.
  await expect.poll(() => keepsChanges(join(folder, 'mqtt-fleet-lab'))).toBe(true)
  window.close()
  await expect.poll(() => electron.asked.length).toBe(1)
  expect(electron.asked[0]).toMatchObject({
    message: 'Save the changes to the scenario?',
    buttons: ['Save', 'Don’t Save', 'Cancel'],
  })
  expect(electron.module.BrowserWindow.all).toContain(window)
  electron.answers.message.push(1)
}
