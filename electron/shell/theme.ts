import { nativeTheme } from 'electron'
import type { Workspace } from '../store/workspace'

/** Dialogs, menus and the page's own "as the system" follow the theme that was chosen, or the system's. */
export function followTheme(workspace: Workspace): void {
  const set = (): void => {
    nativeTheme.themeSource = workspace.settings.theme
  }
  set()
  workspace.onChange(set)
}

/** Colour of the window before the page is drawn. */
export const windowColour = (): string => (nativeTheme.shouldUseDarkColors ? '#101418' : '#ffffff')
