import { app, Menu } from 'electron'
import type { Workspace } from '../store/workspace'
import { menuTemplate } from './menu-template'
import { chosenLanguage, type Language } from '../contract/languages'

/** Language of the menu and of the host's own questions. */
export const languageOf = (workspace: Workspace): Language =>
  chosenLanguage(workspace.settings.language, app.getLocale())

/** Sets the application menu, and again when language, settings or recent files change. */
export function keepMenu(workspace: Workspace): void {
  let shown = ''
  const build = (): void => {
    const model = {
      platform: process.platform,
      language: languageOf(workspace),
      settings: workspace.settings,
      recent: workspace.recent.list(),
      development: !app.isPackaged,
    }
    const key = JSON.stringify(model)
    if (key === shown) return
    shown = key
    const template = menuTemplate(model, {
      command: (c) => workspace.command(c),
      setSettings: (patch) => void workspace.setSettings(patch),
      openRecent: (id) => void workspace.offerRecent(id),
      clearRecent: () => void workspace.clearRecent(),
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }
  build()
  workspace.onChange(build)
}
