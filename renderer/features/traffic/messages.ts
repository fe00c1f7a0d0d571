import { defineMessages } from '../../i18n/define'

export const trafficMessages = defineMessages(
  { traffic: { topics: 'Topics' } },
  { traffic: { topics: '토픽' } },
)
