import type { MenuItemConstructorOptions as Item } from 'electron'
import { describe, expect, it } from 'vitest'
import { LANGUAGE_NAMES, OFFERED_LANGUAGES } from '../../electron/contract/languages'
import { DEFAULT_SETTINGS, MENU_COMMANDS, type Settings } from '../../electron/contract/workspace'
import { menuTemplate, type MenuModel } from '../../electron/shell/menu-template'
import { chosenLanguage } from '../../electron/contract/languages'
import { menuTexts } from '../../electron/shell/menu-texts'

const model: MenuModel = {
  platform: 'linux',
  language: 'en',
  settings: DEFAULT_SETTINGS,
  recent: [
    { id: 'a', name: 'one.yaml', folder: '/home/a', atMs: 2 },
    { id: 'b', name: 'two.yaml', folder: null, atMs: 1 },
  ],
  development: false,
}

function open(more: Partial<MenuModel> = {}) {
  const did: unknown[] = []
  const menu = menuTemplate(
    { ...model, ...more },
    {
      command: (c) => did.push(c),
      setSettings: (patch) => did.push(patch),
      openRecent: (id) => did.push(`recent ${id}`),
      clearRecent: () => did.push('clear'),
    },
  )
  return { menu, all: [...flat(menu)], did }
}
function* flat(menu: readonly Item[]): Generator<Item> {
  for (const item of menu) {
    yield item
    if (Array.isArray(item.submenu)) yield* flat(item.submenu)
  }
}
const click = (item: Item | undefined): void => (item?.click as () => void)()

describe('the application menu', () => {
  it('has every command of the page that a menu may give, and gives it', () => {
    const { all, did } = open()
    for (const item of all) if (item.id !== undefined) click(item)
    // Projector mode is a setting that the host keeps, not a command.
    expect(new Set(did)).toEqual(new Set(MENU_COMMANDS.filter((c) => c !== 'projector')))
  })

  it('has the standard roles', () => {
    const roles = open().all.map((i) => i.role)
    for (const role of ['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll', 'close', 'quit', 'help'])
      expect(roles).toContain(role)
    for (const role of ['resetZoom', 'zoomIn', 'zoomOut', 'togglefullscreen']) expect(roles).toContain(role)
    expect(roles).not.toContain('toggleDevTools')
    expect(open({ development: true }).all.map((i) => i.role)).toContain('toggleDevTools')
    const mac = open({ platform: 'darwin' }).all.map((i) => i.role)
    expect(mac).toEqual(expect.arrayContaining(['appMenu', 'windowMenu']))
    expect(mac).not.toContain('quit')
  })

  it('leaves the keys to the page, which answers them itself', () => {
    const keyed = open().all.filter((i) => i.accelerator !== undefined && i.role === undefined)
    expect(keyed.length).toBeGreaterThan(0)
    expect(keyed.filter((i) => i.registerAccelerator !== false)).toEqual([])
  })

  it('shows what is chosen and changes it', () => {
    const settings: Settings = { ...DEFAULT_SETTINGS, language: 'ko', theme: 'dark', projector: true }
    const { all, did } = open({ settings })
    expect(all.filter((i) => i.checked).map((i) => i.label)).toEqual(['Dark', '한국어', 'Projector Mode'])
    click(all.find((i) => i.label === 'Light'))
    click(all.find((i) => i.label === 'Projector Mode'))
    click(all.filter((i) => i.label === 'Same as System')[1])
    expect(did).toEqual([{ theme: 'light' }, { projector: false }, { language: 'system' }])
  })

  it('lists recent files with their folder, and none when there is none', () => {
    const { all, did } = open()
    click(all.find((i) => i.label === 'one.yaml — /home/a'))
    click(all.find((i) => i.label === 'two.yaml'))
    click(all.find((i) => i.label === 'Clear List'))
    expect(did).toEqual(['recent a', 'recent b', 'clear'])
    expect(open({ recent: [] }).all.find((i) => i.label === 'Open Recent')?.enabled).toBe(false)
  })

  it('is in Korean all through', () => {
    const own = [...Object.values(LANGUAGE_NAMES), 'MQTT Fleet Lab 정보', 'one.yaml — /home/a', 'two.yaml']
    const labels = open({ language: 'ko', development: true }).all.flatMap((i) => i.label ?? [])
    expect(labels.filter((l) => !/[가-힣]/.test(l) && !own.includes(l))).toEqual([])
    for (const language of OFFERED_LANGUAGES)
      expect(Object.keys(menuTexts(language))).toEqual(Object.keys(menuTexts('en')))
    expect(menuTexts('ja').file).toBe('ファイル')
  })
})

it('takes the language chosen, else the system’s where it is one of ours', () => {
  expect(chosenLanguage('en', 'ko-KR')).toBe('en')
  expect(chosenLanguage('system', 'ko-KR')).toBe('ko')
  expect(chosenLanguage('system', 'ja')).toBe('ja')
  expect(chosenLanguage('system', 'de')).toBe('en')
  expect(chosenLanguage('system', 'zh-TW')).toBe('en')
})
