import { experimentsMessages } from '../features/experiments/messages'
import { galleryMessages } from '../features/gallery/messages'
import { handshakesMessages } from '../features/handshakes/messages'
import { labMessages } from '../features/lab/messages'
import { lessonsMessages } from '../features/lessons/messages'
import { loadMessages } from '../features/load/messages'
import { printMessages } from '../features/print/messages'
import { replayMessages } from '../features/replay/messages'
import { shareMessages } from '../features/share/messages'
import { shellMessages } from '../features/shell/messages'
import { trafficMessages } from '../features/traffic/messages'
import { en } from './en'
import { ko } from './ko'
import type { Texts } from './define'

/** Texts of all features, one part a feature folder. Add a feature's `messages.ts` here. */
const parts = [
  shellMessages,
  labMessages,
  handshakesMessages,
  trafficMessages,
  experimentsMessages,
  loadMessages,
  lessonsMessages,
  shareMessages,
  printMessages,
  replayMessages,
  galleryMessages,
]

const merged = (language: 'en' | 'ko', common: Texts): Texts =>
  Object.assign({}, common, ...parts.map((p) => p[language])) as Texts

export const messages: Record<'en' | 'ko', Texts> = { en: merged('en', en), ko: merged('ko', ko) }
