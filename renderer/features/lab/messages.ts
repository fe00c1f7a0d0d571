import { defineMessages } from '../../i18n/define'

export const labMessages = defineMessages({ lab: { fleet: 'Fleet' } }, { lab: { fleet: '장치 무리' } })
