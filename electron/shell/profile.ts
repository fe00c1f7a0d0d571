import { app, dialog } from 'electron'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeProblem } from '../engine/base/atomic-file'
import type { Language } from '../contract/languages'
import { menuTexts } from './menu-texts'

/** Where Chromium keeps its own files, and why nothing is kept for the user. */
export interface Profile {
  folder: string
  /** Null when everything is kept. */
  problem: string | null
}

/**
 * The folder of the user's data, or one that is gone afterwards when that folder cannot be written: without a folder
 * Electron cannot tell whether the program runs already.
 */
export function openProfile(folder: string): Profile {
  const probe = join(folder, `.probe-${process.pid}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(probe, 'x')
    rmSync(probe)
    return { folder, problem: null }
  } catch (thrown) {
    const own = mkdtempSync(join(tmpdir(), 'mqtt-fleet-lab-'))
    app.on('quit', () => rmSync(own, { recursive: true, force: true }))
    return { folder: own, problem: writeProblem(thrown) }
  }
}

/** Asks whether to go on although nothing is kept; true to go on. */
export async function askToGoOn(folder: string, problem: string, language: Language): Promise<boolean> {
  const t = menuTexts(language)
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    title: t.program,
    message: t.nothingKept,
    detail: t.nothingKeptDetail.replace('{folder}', folder).replace('{why}', problem),
    buttons: [t.goOn, t.quit],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}
