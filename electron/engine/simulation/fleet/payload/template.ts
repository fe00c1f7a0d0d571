import type { PayloadModel } from './payload'

/** Text with {n}, {id}, {group}, {t} and {random} filled in; {random} is a number from 0 to 1 with three decimals. */
export const template: PayloadModel<'template'> = {
  kind: 'template',
  create: (config, random) => (message) =>
    config.text.replace(/\{(n|id|group|t|random)\}/g, (_all, name: string) => {
      switch (name) {
        case 'n':
          return String(message.sequence)
        case 'id':
          return message.clientId
        case 'group':
          return message.group
        case 't':
          return String(Math.round(message.atMs))
        default:
          return random().toFixed(3)
      }
    }),
}
