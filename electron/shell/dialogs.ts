import { app, BrowserWindow, dialog } from 'electron'
import { dirname, join } from 'node:path'
import type { FileDialogs } from '../store/workspace'
import { closeQuestion, type CloseAnswer, type CloseState } from './close-question'
import type { Language } from '../contract/languages'
import { menuTexts } from './menu-texts'

/**
 * The system's dialogs for opening and saving files. Each begins in the folder of the last file; the first in that of
 * the file opened last, or in the documents.
 */
export function fileDialogs(language: () => Language, recentFolder: () => string | null): FileDialogs {
  let last: string | null = null
  const folder = (): string => last ?? recentFolder() ?? app.getPath('documents')
  const chosen = (path: string): string => {
    last = dirname(path)
    return path
  }
  return {
    chooseOpen: async () => {
      const t = menuTexts(language())
      const options: Electron.OpenDialogOptions = {
        title: t.openTitle,
        defaultPath: folder(),
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
      return filePaths[0] === undefined ? null : chosen(filePaths[0])
    },
    chooseSave: async (name) => {
      const options: Electron.SaveDialogOptions = {
        title: menuTexts(language()).saveTitle,
        defaultPath: join(folder(), name),
        // Linux; the other systems ask by themselves.
        properties: ['showOverwriteConfirmation'],
      }
      const [window] = BrowserWindow.getAllWindows()
      const { canceled, filePath } = await (window
        ? dialog.showSaveDialog(window, options)
        : dialog.showSaveDialog(options))
      return canceled || filePath === '' ? null : chosen(filePath)
    },
  }
}

/** Asks before what would be lost; `close` at once when nothing would. */
export async function askToClose(
  window: BrowserWindow,
  state: CloseState,
  language: Language,
): Promise<CloseAnswer> {
  const t = menuTexts(language)
  const question = closeQuestion(state, t)
  if (!question) return 'close'
  const { answers, ...options } = question
  const { response } = await dialog.showMessageBox(window, {
    ...{ type: 'question', title: t.program, noLink: true },
    ...options,
  })
  return answers[response] ?? 'cancel'
}
