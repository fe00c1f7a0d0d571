import type { PayloadModel } from './payload'

export const counter: PayloadModel<'counter'> = {
  kind: 'counter',
  create: () => (message) => ({ n: message.sequence }),
}
