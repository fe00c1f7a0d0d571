import type { Language } from '../contract/languages'
import { en, type MenuTexts } from './menu-texts.en'
import { ja } from './menu-texts.ja'
import { ko } from './menu-texts.ko'
import { zh } from './menu-texts.zh'

const TEXTS: Partial<Record<Language, MenuTexts>> = { en, ko, ja, zh }

/** Texts of the application menu and of the host's own questions. */
export const menuTexts = (language: Language): MenuTexts => TEXTS[language] ?? en
