import type { MenuItemConstructorOptions as Item } from 'electron'
import type { MenuCommand, RecentFile, Settings } from '../contract/workspace'
import { LANGUAGE_NAMES, OFFERED_LANGUAGES, type Language } from '../contract/languages'
import { menuTexts } from './menu-texts'
import type { MenuTexts } from './menu-texts.en'

/** What the menu is made from; it is rebuilt when any of it changes. */
export interface MenuModel {
  platform: NodeJS.Platform
  language: Language
  settings: Settings
  recent: readonly RecentFile[]
  /** Adds reload and developer tools. */
  development: boolean
}

/** What the menu does. */
export interface MenuActions {
  /** Gives a command to the page. */
  command(command: MenuCommand): void
  setSettings(patch: Partial<Settings>): void
  openRecent(id: string): void
  clearRecent(): void
}

const separator: Item = { type: 'separator' }

/**
 * The application menu. A key that the page answers itself is shown but not taken (`registerAccelerator`), so that no
 * command runs twice and a text field keeps its keys.
 */
export function menuTemplate(model: MenuModel, actions: MenuActions): Item[] {
  const t = menuTexts(model.language)
  const command = (label: string, id: MenuCommand, keys?: string): Item => ({
    id,
    label,
    click: () => actions.command(id),
    ...(keys === undefined ? {} : { accelerator: keys, registerAccelerator: false }),
  })
  const mac = model.platform === 'darwin'
  return [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    { label: t.file, submenu: fileMenu(model, actions, t, command) },
    { label: t.edit, submenu: editMenu(t, command) },
    { label: t.view, submenu: viewMenu(model, actions, t, command) },
    { label: t.run, submenu: runMenu(t, command) },
    ...(mac ? [{ role: 'windowMenu' as const }] : []),
    {
      label: t.help,
      role: 'help',
      submenu: [
        command(t.shortcuts, 'shortcuts'),
        command(t.documentation, 'documentation'),
        separator,
        command(t.about, 'about'),
      ],
    },
  ]
}

/** A single & in a label underlines the letter that follows. */
const literal = (label: string): string => label.replaceAll('&', '&&')

type Command = (label: string, id: MenuCommand, keys?: string) => Item

function fileMenu(model: MenuModel, actions: MenuActions, t: MenuTexts, command: Command): Item[] {
  const files: Item[] = model.recent.map((r) => ({
    label: literal(r.folder === null ? r.name : `${r.name} — ${r.folder}`),
    click: () => actions.openRecent(r.id),
  }))
  return [
    command(t.new, 'new'),
    command(t.open, 'open', 'CmdOrCtrl+O'),
    command(t.gallery, 'gallery'),
    command(t.openCapture, 'open-capture'),
    {
      label: t.recent,
      enabled: files.length > 0,
      submenu: [...files, separator, { label: t.clearRecent, click: () => actions.clearRecent() }],
    },
    separator,
    command(t.save, 'save', 'CmdOrCtrl+S'),
    command(t.saveAs, 'save-as'),
    {
      label: t.export,
      submenu: [
        command(t.keepRun, 'keep-run'),
        command(t.exportJson, 'save-json'),
        command(t.exportPackets, 'export-pcapng'),
        command(t.shareMoment, 'share-moment'),
      ],
    },
    separator,
    { role: 'close', label: t.close },
    ...(model.platform === 'darwin' ? [] : [{ role: 'quit' as const, label: t.quit }]),
  ]
}

const editMenu = (t: MenuTexts, command: Command): Item[] => [
  { role: 'undo', label: t.undo },
  { role: 'redo', label: t.redo },
  separator,
  { role: 'cut', label: t.cut },
  { role: 'copy', label: t.copy },
  { role: 'paste', label: t.paste },
  { role: 'selectAll', label: t.selectAll },
  separator,
  command(t.undoChange, 'undo'),
  command(t.redoChange, 'redo'),
]

function viewMenu(model: MenuModel, actions: MenuActions, t: MenuTexts, command: Command): Item[] {
  const { settings } = model
  const choice = <K extends 'theme' | 'language'>(key: K, value: Settings[K], label: string): Item => ({
    label,
    type: 'radio',
    checked: settings[key] === value,
    click: () => actions.setSettings({ [key]: value }),
  })
  return [
    command(t.lab, 'go-lab'),
    command(t.handshakes, 'go-handshakes'),
    command(t.traffic, 'go-traffic'),
    ...(settings.profile === 'class'
      ? []
      : [command(t.experiments, 'go-experiments'), command(t.load, 'go-load')]),
    command(t.lessons, 'go-lessons'),
    separator,
    command(t.commands, 'palette', 'CmdOrCtrl+K'),
    separator,
    {
      label: t.theme,
      submenu: [
        choice('theme', 'system', t.themeSystem),
        choice('theme', 'dark', t.dark),
        choice('theme', 'light', t.light),
      ],
    },
    {
      label: t.language,
      submenu: [
        choice('language', 'system', t.languageSystem),
        ...OFFERED_LANGUAGES.map((l) => choice('language', l, LANGUAGE_NAMES[l])),
      ],
    },
    {
      label: t.projector,
      type: 'checkbox',
      checked: settings.projector,
      click: () => actions.setSettings({ projector: !settings.projector }),
    },
    command(t.settings, 'settings', 'CmdOrCtrl+,'),
    separator,
    { role: 'resetZoom', label: t.resetZoom },
    { role: 'zoomIn', label: t.zoomIn },
    ...moreKeys('zoomIn', ['CmdOrCtrl+=', 'CmdOrCtrl+numadd']),
    { role: 'zoomOut', label: t.zoomOut },
    ...moreKeys('zoomOut', ['CmdOrCtrl+numsub']),
    { role: 'togglefullscreen', label: t.fullScreen },
    ...(model.development
      ? [
          separator,
          { role: 'reload' as const, label: t.reload },
          { role: 'toggleDevTools' as const, label: t.tools },
        ]
      : []),
  ]
}

/** An item has one key; others of it need items of their own, which are not shown. */
const moreKeys = (role: 'zoomIn' | 'zoomOut', keys: string[]): Item[] =>
  keys.map((accelerator) => ({ role, accelerator, visible: false, acceleratorWorksWhenHidden: true }))

const runMenu = (t: MenuTexts, command: Command): Item[] => [
  command(t.runPause, 'run'),
  command(t.step, 'step'),
  command(t.stop, 'stop'),
  separator,
  command(t.restart, 'restart'),
]
