import { defineMessages } from '../../i18n/define'
import { loadEnglish } from './texts.en'
import { loadKorean } from './texts.ko'

export const loadMessages = defineMessages({ load: loadEnglish }, { load: loadKorean })
