import { expect, type ElectronApplication, type Page } from '@playwright/test'
import type { Desk } from '../electron-shell-journeys'
import type { Home } from './runtime'

/** Waits until the window is up: it takes the keyboard then, from a dialog too. */
export async function untilShown(app: ElectronApplication): Promise<void> {
  const isVisible = (): Promise<boolean> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true)
  await expect.poll(isVisible, { timeout: 20_000 }).toBe(true)
}

/** An item of the application menu as the system got it. */
export interface MenuLine {
  label: string
  role: string | undefined
  accelerator: string | null
  registered: boolean
  enabled: boolean
}

/** The real application; its dialogs for files are answered in its main process. */
export interface RealDesk extends Desk {
  app: ElectronApplication
  home: Home
  menu(): Promise<MenuLine[]>
}

export function realDesk(app: ElectronApplication, page: Page, home: Home): RealDesk {
  const menu = (): Promise<MenuLine[]> =>
    app.evaluate(({ Menu }) => {
      const of = (m: Electron.Menu | null | undefined): MenuLine[] =>
        m?.items.flatMap((i) => {
          const { label, enabled, registerAccelerator: registered, role, accelerator } = i
          return [{ label, role, accelerator: accelerator, registered, enabled }, ...of(i.submenu)]
        }) ?? []
      return of(Menu.getApplicationMenu())
    })
  return {
    app,
    home,
    page,
    folder: home.folder,
    menu,
    labels: async () => (await menu()).map((i) => i.label),
    choose: (label) =>
      app.evaluate(({ Menu }, wanted) => {
        const find = (m: Electron.Menu | null | undefined): Electron.MenuItem | undefined =>
          m?.items.map((i) => (i.label === wanted && !i.submenu ? i : find(i.submenu))).find((i) => i)
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
