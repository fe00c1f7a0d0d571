import type { MenuTexts } from './menu-texts.en'

export type CloseAnswer = 'save' | 'close' | 'cancel'

export interface CloseQuestion {
  message: string
  detail: string
  buttons: string[]
  /** What each button means, in their order. */
  answers: CloseAnswer[]
  defaultId: number
  cancelId: number
}

/** What closing would end. */
export interface CloseState {
  /** The scenario has changes that are in no file. */
  changed: boolean
  /** A load test runs. */
  loading: boolean
  /** Viewers of a class, 0 when none is let in. */
  watching: number
}

/** What has to be asked before the window closes; null when nothing would be lost. */
export function closeQuestion(state: CloseState, t: MenuTexts): CloseQuestion | null {
  const watched = state.watching > 0
  if (!state.changed && !state.loading && !watched) return null
  const detail = [
    state.changed ? t.changedDetail : '',
    state.loading ? t.loadDetail : '',
    watched ? t.watchedDetail.replace('{n}', String(state.watching)) : '',
  ]
  const answers: CloseAnswer[] = state.changed ? ['save', 'close', 'cancel'] : ['close', 'cancel']
  const label: Record<CloseAnswer, string> = {
    save: t.save,
    close: state.changed ? t.dontSave : t.closeAnyway,
    cancel: t.cancel,
  }
  return {
    message: state.changed ? t.askChanged : state.loading ? t.askLoad : t.askWatched,
    detail: detail.filter((d) => d !== '').join(' '),
    buttons: answers.map((a) => label[a]),
    answers,
    // What loses nothing is what Enter and Escape do.
    defaultId: state.changed ? 0 : answers.length - 1,
    cancelId: answers.length - 1,
  }
}
