import { defineMessages } from '../../i18n/define'
import { en } from './texts.en'
import { ko } from './texts.ko'

/** Texts of the Handshakes screen. */
export const handshakesMessages = defineMessages(en, ko)
