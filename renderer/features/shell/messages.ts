import { defineMessages } from '../../i18n/define'
import { formsEn, formsKo } from './messages-forms'
import { optionEn, optionKo } from './messages-options'
import { en } from './texts.en'
import { ko } from './texts.ko'

/** Texts of what is around the screens: navigation, top bar, status, files, notes. */
export const shellMessages = defineMessages(
  { ...en, ...optionEn, ...formsEn },
  { ...ko, ...optionKo, ...formsKo },
)
