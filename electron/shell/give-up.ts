import { app, dialog } from 'electron'
import { isEnding } from './lifecycle'
import { logFault } from './log'
import type { Language } from '../contract/languages'
import { menuTexts } from './menu-texts'

export interface GiveUpDeps {
  /** Closes engine and listeners; the autosaved scenario stays. */
  close(): Promise<void>
  language(): Language
}

/**
 * The end after failures that kept coming: everything is closed first, then the user is asked whether to start again.
 * The question does not block: a signal and a second start are still heard.
 */
export function createGiveUp({ close, language }: GiveUpDeps): (why: string) => void {
  let given = false
  const giveUp = async (why: string): Promise<void> => {
    await close().catch((e: unknown) => logFault('give up', e))
    if (isEnding()) return
    const t = menuTexts(language())
    const { response } = await dialog.showMessageBox({
      type: 'error',
      title: t.program,
      message: t.hasToClose,
      detail: t.hasToCloseDetail.replace('{why}', why),
      buttons: [t.startAgain, t.quit],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    })
    if (response === 0 && !isEnding()) app.relaunch()
    app.exit(1)
  }
  return (why) => {
    if (given || isEnding()) return
    given = true
    void giveUp(why)
  }
}
