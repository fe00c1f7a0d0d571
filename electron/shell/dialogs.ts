import { app, BrowserWindow, dialog } from 'electron'
import { join } from 'node:path'
import type { FileDialogs } from '../store/workspace'
import { closeQuestion, type CloseAnswer } from './close-question'
import { menuTexts, type ShellLanguage } from './menu-texts'

/** The system's dialogs for opening and saving files. */
export function fileDialogs(language: () => ShellLanguage): FileDialogs {
  return {
    chooseOpen: async () => {
      const t = menuTexts(language())
      const options: Electron.OpenDialogOptions = {
        properties: ['openFile'],
        filters: [
          { name: t.scenarios, extensions: ['fleetlab', 'yaml', 'yml', 'json'] },
          { name: t.allFiles, extensions: ['*'] },
        ],
      }
      const [window] = BrowserWindow.getAllWindows()
      const { filePaths } = await (window
        ? dialog.showOpenDialog(window, options)
        : dialog.showOpenDialog(options))
      return filePaths[0] ?? null
    },
    chooseSave: async (name) => {
      const options = { defaultPath: join(app.getPath('documents'), name) }
      const [window] = BrowserWindow.getAllWindows()
      const { canceled, filePath } = await (window
        ? dialog.showSaveDialog(window, options)
        : dialog.showSaveDialog(options))
      return canceled || filePath === '' ? null : filePath
    },
  }
}

/** Asks before what would be lost; `close` at once when nothing would. */
export async function askToClose(
  window: BrowserWindow,
  state: { changed: boolean; loading: boolean },
  language: ShellLanguage,
): Promise<CloseAnswer> {
  const question = closeQuestion(state, menuTexts(language))
  if (!question) return 'close'
  const { answers, ...options } = question
  const { response } = await dialog.showMessageBox(window, { type: 'question', noLink: true, ...options })
  return answers[response] ?? 'cancel'
}
